package poller_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

func incomeOf(slot string) string {
	return fmt.Sprintf(`wxapp_ad_income_yuan{appid=%q,period="day",slot=%q}`, appid, slot)
}

// withAds makes the app show ads in some slots.
func withAds(s *pollertest.Simulation, slots ...string) {
	s.Server.Apps = map[string]wechattest.App{appid: {Users: 300, AdSlots: slots}}
}

// The income of ads is asked for once a day, over ten days, and over 31 on the 3rd and the 18th,
// when half a month has been settled. No day is asked for twice.
func TestAdCalls(t *testing.T) {
	inDatasets(t, "2016-02-01 12:00", optional("ads"), func(s *pollertest.Simulation) {
		withAds(s, "SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_BOX")
		s.Server.AdsPublished = func(_ string, day time.Time) time.Time { return day.Add(33 * time.Hour) }
		s.Start()
		pollertest.SleepUntil(t, "2016-02-04 20:00")
		s.End()
		var calls []string
		for _, call := range s.Server.Calls() {
			if call.Endpoint == wechat.EndpointAdIncome {
				calls = append(calls, wechat.InShanghai(call.Time).Format("01-02 15:04 ")+call.Begin+" "+call.End+fmt.Sprint(" ", call.Empty))
			}
		}
		want := []string{
			"02-01 12:00 2016-01-22 2016-01-31 false", "02-02 10:08 2016-01-23 2016-02-01 false",
			"02-03 10:08 2016-01-03 2016-02-02 false", "02-04 10:08 2016-01-25 2016-02-03 false",
		}
		if fmt.Sprint(calls) != fmt.Sprint(want) {
			t.Errorf("calls\n%q\nwant\n%q", calls, want)
		}
		values := s.Gather()
		expectValue(t, values, endOf("ads"), midnight(t, "20160203"))
		expectValue(t, values, upOf("ads"), 1)
		if values[incomeOf("SLOT_ID_WEAPP_BANNER")] <= 0 || values[incomeOf("SLOT_ID_WEAPP_BOX")] <= 0 {
			t.Errorf("no income is shown")
		}

		s.Server.ForgetCalls()
		s.Start()
		s.ExpectCalls("")
		expectValue(t, s.Gather(), incomeOf("SLOT_ID_WEAPP_BANNER"), values[incomeOf("SLOT_ID_WEAPP_BANNER")])
	})
}

// An app without ads is asked for once a day, and that is no failure.
func TestNoAds(t *testing.T) {
	inDatasets(t, "2016-02-01 12:00", optional("ads", "pages"), func(s *pollertest.Simulation) {
		s.Start()
		pollertest.SleepUntil(t, "2016-02-04 20:00")
		for day, calls := range callsByDay(s) {
			if calls[wechat.EndpointAdIncome] != 1 {
				t.Errorf("%d calls on %s", calls[wechat.EndpointAdIncome], day)
			}
		}
		values := s.Gather()
		expectValue(t, values, upOf("ads"), 1)
		expectAbsent(t, values, endOf("ads"))
		for _, reason := range wechat.FailureReasons() {
			expectValue(t, values, fmt.Sprintf("wxapp_dataset_failures_total{appid=%q,dataset=\"ads\",reason=%q}", appid, reason), 0)
		}
	})
}

// Yesterday without income is asked for again until 16:00, and then there was none.
func TestNoIncomeYesterday(t *testing.T) {
	inDatasets(t, "2016-02-01 12:00", optional("ads"), func(s *pollertest.Simulation) {
		withAds(s, "SLOT_ID_WEAPP_BANNER")
		s.Server.AdsPublished = func(_ string, day time.Time) time.Time {
			if wechat.DayOf(day).String() == "20160201" {
				return day.Add(48 * time.Hour) // after the end of the next day
			}
			return day.Add(34 * time.Hour)
		}
		s.Start()
		before := s.Gather()
		pollertest.SleepUntil(t, "2016-02-02 15:59")
		expectValue(t, s.Gather(), endOf("ads"), midnight(t, "20160131"))
		expectValue(t, s.Gather(), incomeOf("SLOT_ID_WEAPP_BANNER"), before[incomeOf("SLOT_ID_WEAPP_BANNER")])
		pollertest.SleepUntil(t, "2016-02-02 16:31")
		expectValue(t, s.Gather(), endOf("ads"), midnight(t, "20160201"))
		expectAbsent(t, s.Gather(), incomeOf("SLOT_ID_WEAPP_BANNER"))
		pollertest.SleepUntil(t, "2016-02-03 12:00")
		expectValue(t, s.Gather(), endOf("ads"), midnight(t, "20160202"))
	})
}

// The pages of an answer are kept as answers of their own, and the first, which has the newest
// day, is shown after a restart.
func TestPagesOfAds(t *testing.T) {
	inDatasets(t, "2016-02-03 12:00", optional("ads"), func(s *pollertest.Simulation) {
		withAds(s, "SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_BOX", "SLOT_ID_WEAPP_COVER", "SLOT_ID_WEAPP_TEMPLATE")
		s.Start()
		before := s.Gather()
		s.End()
		keys, err := s.Archive.List(t.Context(), appid, optional("ads")[0].Statistics[0], wechat.Day{})
		if err != nil || len(keys) != 2 {
			t.Fatalf("%d answers, %v; want two pages of 31 days with 4 slots", len(keys), err)
		}
		s.Archive.ReplaceState(appid, nil)
		s.Start()
		for _, slot := range []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_TEMPLATE"} {
			expectValue(t, s.Gather(), incomeOf(slot), before[incomeOf(slot)])
		}
	})
}
