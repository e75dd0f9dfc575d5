package history

import (
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
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
	terminal.Reset()
	last := &Course{AppID: "wxa", Endpoint: "visit_page", day: wechat.DayOf(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC))}
	line.ShowBackfill(BackfillProgress{Added: 12, Left: 90, Last: last})
	if got, want := terminal.String(), "\r\x1b[K12 days added, at most 90 left (1m30s); visit_page of wxa at 2026-03-04"; got != want {
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
