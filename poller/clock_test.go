package poller

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

var testSchedule = Schedule{PublishHour: 8, PollInterval: 30 * time.Minute}

// portraitKnowledge knows nothing yet of the user portrait of an app.
func portraitKnowledge(appid string, schedule Schedule) *knowledge {
	return newKnowledge(appid, schedule, wechat.Datasets()[:1], Shows{MaxAge: 168 * time.Hour})
}

// What a clock that was ahead has left behind does not keep an app from being polled.
func TestClockSetBack(t *testing.T) {
	now := wechat.DayOf(time.Unix(1_800_000_000, 0)).At(12 * time.Hour)
	ahead := now.Add(365 * 24 * time.Hour)
	k := portraitKnowledge("wx0123456789abcdef", testSchedule)
	portrait := k.datasets[0]
	portrait.starting = false
	portrait.endpoints[0].pause.Until = ahead
	longest := longestFirst(portrait.series)[0]
	for _, ago := range []int{-1, -2} {
		r := longest.change(longest.Window(wechat.DayOf(now).Add(ago)))
		r.Asked, r.Outcome, r.Retry = ahead, collector.OutcomeEmpty, ahead
	}
	if q := k.next(now); q.at.After(now) {
		t.Errorf("the next call, for %s, is due at %s; want it due at %s", q.window, q.at, now)
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
	long := Schedule{PublishHour: 17, PollInterval: 72 * time.Hour}
	now := wechat.DayOf(time.Unix(1_800_000_000, 0)).Begin()
	for i := range 100 {
		k := portraitKnowledge(fmt.Sprint(i), long)
		for _, s := range k.datasets[0].series {
			r := s.change(s.Window(wechat.DayOf(now).Add(-2)))
			r.Asked, r.Answered, r.Outcome = now, now, collector.OutcomeData
		}
		if q := k.next(now); wechat.DayOf(q.at) != wechat.DayOf(now) {
			t.Fatalf("the next call is due at %s, not on the day of %s", q.at, now)
		}
	}
}
