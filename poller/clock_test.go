package poller

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

var testSchedule = Schedule{Ranges: wechat.Ranges(), PublishHour: 8, PollInterval: 30 * time.Minute}

// What a clock that was ahead has left behind does not keep an app from being polled.
func TestClockSetBack(t *testing.T) {
	now := wechat.DayOf(time.Unix(1_800_000_000, 0)).At(12 * time.Hour)
	ahead := now.Add(365 * 24 * time.Hour)
	ws := newWindows("wx0123456789abcdef")
	ws.starting = false
	ws.pause.Until = ahead
	for _, ago := range []int{-1, -2} {
		r := ws.change(wechat.Window{End: wechat.DayOf(now).Add(ago), Range: wechat.Range30Days})
		r.Asked, r.Outcome, r.Retry = ahead, collector.OutcomeEmpty, ahead
	}
	if w, at := testSchedule.next(now, ws); at.After(now) {
		t.Errorf("the next call, for %s, is due at %s; want it due at %s", w, at, now)
	}
}

// The first poll of the day is spread over the apps, and the same for an app every day.
func TestJitter(t *testing.T) {
	const apps = 1000
	late := 0
	for i := range apps {
		id := fmt.Sprintf("wx%016x", i)
		jitter := testSchedule.jitter(id)
		if jitter != testSchedule.jitter(id) {
			t.Fatalf("the jitter of %s changes", id)
		}
		if jitter < 0 || jitter >= testSchedule.PollInterval {
			t.Fatalf("the jitter of %s is %s", id, jitter)
		}
		if jitter > testSchedule.PollInterval/2 {
			late++
		}
	}
	if late < apps*4/10 || late > apps*6/10 {
		t.Errorf("%d of %d apps wait for more than half of the interval", late, apps)
	}
}

// An interval longer than an hour does not push a late publication hour past midnight.
func TestJitterOfLongIntervals(t *testing.T) {
	long := Schedule{Ranges: wechat.Ranges(), PublishHour: 17, PollInterval: 72 * time.Hour}
	now := wechat.DayOf(time.Unix(1_800_000_000, 0)).Begin()
	for i := range 100 {
		ws := newWindows(fmt.Sprint(i))
		for _, length := range wechat.Ranges() {
			r := ws.change(wechat.Window{End: wechat.DayOf(now).Add(-2), Range: length})
			r.Asked, r.Answered, r.Outcome = now, now, collector.OutcomeData
		}
		if _, at := long.next(now, ws); wechat.DayOf(at) != wechat.DayOf(now) {
			t.Fatalf("the next call is due at %s, not on the day of %s", at, now)
		}
	}
}
