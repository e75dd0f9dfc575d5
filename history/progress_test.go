package history

import (
	"strings"
	"testing"
	"time"
)

// A pipe is no terminal, and stays quiet.
func TestProgress(t *testing.T) {
	var quiet strings.Builder
	line := NewProgressLine(&quiet)
	line.Show(Progress{Done: 1, Total: 2})
	line.End()
	if quiet.Len() > 0 {
		t.Errorf("a pipe gets %q", &quiet)
	}
	var terminal strings.Builder
	line = &ProgressLine{w: &terminal, terminal: true, began: time.Now()}
	line.Show(Progress{Done: 1, Total: 2, Samples: 5})
	line.Warn("look")
	line.End()
	if got, want := terminal.String(), "\r\x1b[K1 of 2 slices, 5 samples\r\x1b[Kwxapp_exporter: warning: look\n\n"; got != want {
		t.Errorf("a terminal gets %q, want %q", got, want)
	}
	for want, p := range map[string]Progress{
		"":            {Done: 3, Total: 3, Written: 3},
		", 4s left":   {Done: 3, Total: 5, Written: 1},
		", 1m0s left": {Done: 10, Total: 70, Written: 2},
	} {
		passed := 2 * time.Second
		if got := left(p, passed); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}
