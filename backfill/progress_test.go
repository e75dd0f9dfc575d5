package backfill

import (
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestProgress(t *testing.T) {
	end := wechat.DayOf(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC))
	last := &Course{AppID: "wxa", Endpoint: "visit_page", window: wechat.Window{End: end, Range: wechat.Range1Day}}
	got := Progress{Added: 12, Left: 90, Last: last}.String()
	if want := "12 days added, at most 90 left (1m30s); visit_page of wxa at 2026-03-04"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
