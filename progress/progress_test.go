package progress

import (
	"strings"
	"testing"
)

// A pipe is no terminal, and stays quiet but for warnings.
func TestLine(t *testing.T) {
	var quiet strings.Builder
	line := NewLine(&quiet)
	line.Show("half")
	line.End()
	if quiet.Len() > 0 {
		t.Errorf("a pipe gets %q", &quiet)
	}
	var terminal strings.Builder
	line = &Line{w: &terminal, terminal: true}
	line.Show("half")
	line.Warn("look")
	line.End()
	if got, want := terminal.String(), "\r\x1b[Khalf\r\x1b[Kwxapp_exporter: warning: look\n\n"; got != want {
		t.Errorf("a terminal gets %q, want %q", got, want)
	}
}
