package backfill_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The income of ads is asked for in spans of 90 days, down to the first day of which WeChat has
// some.
func TestBackfillOfAds(t *testing.T) {
	fill(t, func(f *filling) {
		f.server.Apps = map[string]wechattest.App{appid: {Users: 300, AdSlots: []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_BOX"}}}
		f.server.AdsPublished = func(_ string, day time.Time) time.Time { return day.Add(33 * time.Hour) }
		pollertest.SleepUntil(t, "2016-08-01 12:00")
		f.run("--datasets=ads", "--app="+appid)
		f.expect("", appid+" ads ad_income: 3 spans added, the oldest 2016-01-01; complete from 2016-01-01 on")
		var asked []string
		for _, call := range f.calls {
			if call.Endpoint == wechat.EndpointAdIncome {
				asked = append(asked, call.Begin+" "+call.End)
			}
		}
		second, third := "2016-02-02 2016-05-01", "2016-01-01 2016-02-01"
		if want := []string{"2016-05-02 2016-07-30", "2016-05-02 2016-07-30", second, second, third}; fmt.Sprint(asked) != fmt.Sprint(want) {
			t.Errorf("asked %q, want %q", asked, want)
		}
	})
}

// Weeks and months are asked for one after the other.
func TestBackfillOfWeeksAndMonths(t *testing.T) {
	fill(t, func(f *filling) {
		f.run("--from=1999-09-01", "--datasets=weekly,monthly", "--app="+appid)
		if f.err != nil {
			t.Error(f.err)
		}
		if got, want := fmt.Sprint(f.days(appid, "monthly_visit_trend")), "[19990930 19991031 19991130]"; got != want {
			t.Errorf("months %s, want %s", got, want)
		}
		if got := f.days(appid, "weekly_visit_trend"); len(got) != 16 || got[0] != "19990905" || got[15] != "19991219" {
			t.Errorf("weeks %s", got)
		}
	})
}
