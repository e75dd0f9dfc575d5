package poller_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// publication is when a day is published in the simulated year: between 09:00 and
// 16:00 of the next day, and every 23rd day after the midnight that follows.
func publication(_ string, day time.Time) time.Time {
	n := int(day.Unix() / 86400)
	if n%23 == 0 {
		return day.Add(48*time.Hour + 40*time.Minute)
	}
	return day.Add(33*time.Hour + time.Duration(n*131%420)*time.Minute)
}

// Over a year, with changing publication hours and restarts at any hour, every published
// day is held, the budget of calls is kept every day, and scrapes cause no call.
func TestYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		days := simulatedDays()
		s := pollertest.New(t)
		s.Server.Published = publication
		s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}} // short answers
		pollertest.SleepUntil(t, "2000-01-10 00:30")
		first := wechat.DayOf(time.Now())
		s.Start()

		calls := map[wechat.Day]int{}
		for hour := range days * 24 {
			time.Sleep(time.Hour)
			synctest.Wait()
			if hour%37 == 0 {
				s.End()
				time.Sleep(time.Duration(hour%5) * 13 * time.Minute)
				s.Start()
			}

			for _, call := range s.Server.Calls() {
				if call.Endpoint == wechat.EndpointUserPortrait {
					calls[wechat.DayOf(call.Time)]++
				}
			}
			s.Server.ForgetCalls()
			if hour%50 == 0 {
				s.Gather()
				if n := len(s.Server.Calls()); n > 0 {
					t.Fatalf("a scrape caused %d calls", n)
				}
			}
		}
		s.End()

		for day := first.Add(1); day != first.Add(days-1); day = day.Add(1) {
			yesterday := day.Add(-1)
			waited := min(publication("", yesterday.Begin()).Sub(day.At(8*time.Hour)), 16*time.Hour)
			budget := 6 + int(waited/(30*time.Minute)) + 1
			if calls[day] > budget {
				t.Errorf("%s: %d portrait calls; the budget is %d", day, calls[day], budget)
			}
			for _, length := range wechat.PortraitRanges() {
				w := wechat.Window{End: yesterday, Range: length}
				if s.Archive.Count(appid, w) != 1 {
					t.Errorf("%s: %d answers in the archive, want 1", w, s.Archive.Count(appid, w))
				}
			}
		}
	})
}
