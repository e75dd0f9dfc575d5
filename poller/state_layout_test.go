package poller_test

import (
	"encoding/json"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The calls after the state of testdata was saved: a dataset whose quota is used up and one that
// is refused are in their pauses, days before 20000104 are given up for pages, and the calls of
// catching up are counted.
const callsAfterTheState = `
01-12 12:00 token
01-12 12:00 daily_retention 20000110-20000110
01-13 08:08 token
01-13 08:08 user_portrait 19991213-20000111
01-13 08:08 user_portrait 20000105-20000111
01-13 08:08 user_portrait 20000111-20000111
01-13 08:08 user_portrait 19991214-20000112
01-13 08:08 quota
01-13 08:08 quota
01-13 08:08 quota
01-13 08:08 quota
01-13 08:08 quota
01-13 08:08 quota
01-13 08:08 daily_visit_trend 20000111-20000111
01-13 08:08 daily_summary 20000111-20000111
01-13 08:08 visit_distribution 20000111-20000111
01-13 08:08 visit_page 20000111-20000111
01-13 08:38 user_portrait 19991214-20000112
01-13 09:08 user_portrait 19991214-20000112
01-13 09:38 user_portrait 19991214-20000112
01-13 10:08 token
01-13 10:08 user_portrait 19991214-20000112
01-13 10:08 user_portrait 20000106-20000112
01-13 10:08 user_portrait 20000112-20000112
01-13 10:08 daily_visit_trend 20000112-20000112
01-13 10:08 daily_summary 20000112-20000112
01-13 10:08 visit_page 20000112-20000112
01-13 10:09 daily_summary 19991231-19991231
01-13 10:09 daily_visit_trend 19991230-19991230
01-13 10:09 daily_summary 19991230-19991230
01-13 10:09 daily_visit_trend 19991229-19991229
01-13 10:09 daily_summary 19991229-19991229
01-13 12:00 daily_retention 20000111-20000111
`

// untilTheState runs what led to the state of testdata, up to the end of the program.
func untilTheState(t *testing.T) *pollertest.Simulation {
	t.Helper()
	s := pollertest.New(t)
	s.Options.Datasets = pollertest.Datasets("user_portrait", "visits", "sources", "retention", "pages")
	s.Server.Depth = map[string]int{"visit_page": 8}
	s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}}
	pollertest.SleepUntil(t, "2000-01-10 07:00")
	s.Start()
	pollertest.SleepUntil(t, "2000-01-12 07:00")
	s.Server.Fail(wechattest.Errcode(45009).On("visit_distribution"))
	s.Server.Fail(wechattest.Errcode(48001).On("daily_retention"))
	pollertest.SleepUntil(t, "2000-01-12 12:00")
	s.End()
	s.Server.ForgetCalls()
	return s
}

func testdataState(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/state_before_series.json")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A state in the layout in which the user portrait stood apart is read with all that it says:
// nothing is asked for that would not be asked for after a state of today.
func TestStateBeforeSeries(t *testing.T) {
	for _, before := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := untilTheState(t)
			if before {
				s.Archive.ReplaceState(appid, testdataState(t))
			}
			s.Start()
			if calls := s.Snapshot(appid).Portrait().Endpoints[0].Calls; calls.Count != 10 {
				t.Errorf("before %t: %d calls are counted, want 10", before, calls.Count)
			}
			pollertest.SleepUntil(t, "2000-01-13 12:00")
			s.End()
			s.ExpectCalls(callsAfterTheState)
		})
	}
}

// A state of today says all that one of the layout before said.
func TestStateSaysTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := untilTheState(t)
		now, err := s.Archive.State(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		var before poller.State
		if err := json.Unmarshal(testdataState(t), &before); err != nil {
			t.Fatal(err)
		}
		for _, windows := range now.Series { // the digests are new
			for i := range windows {
				if windows[i].Held() && windows[i].Digest == 0 {
					t.Errorf("%s is held and has no digest", windows[i].End)
				}
				windows[i].Digest = 0
			}
		}
		for name, endpoint := range now.Endpoints { // so are the counts of other calls
			if name != wechat.EndpointUserPortrait {
				endpoint.Calls = collector.Calls{}
				now.Endpoints[name] = endpoint
			}
		}
		want, got := indented(t, before), indented(t, now)
		if got != want {
			t.Errorf("the state is\n%s\nthe one before was\n%s", got, want)
		}
	})
}

func indented(t *testing.T, state poller.State) string {
	t.Helper()
	text, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The program of the layout before takes a state of today for one that knows no windows, so that
// the answers tell it everything.
func TestStateForTheProgramBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := untilTheState(t)
		now, err := s.Archive.State(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		var before struct {
			Name        string                     `json:"name"`
			LastPoll    time.Time                  `json:"last_poll"`
			LastSuccess time.Time                  `json:"last_success"`
			Quota       *wechat.Quota              `json:"quota"`
			QuotaAsked  time.Time                  `json:"quota_asked"`
			Calls       collector.Calls            `json:"calls"`
			Pause       poller.Pause               `json:"pause"`
			Windows     []json.RawMessage          `json:"windows"`
			Datasets    map[string]json.RawMessage `json:"datasets"`
		}
		if err := json.Unmarshal([]byte(indented(t, now)), &before); err != nil {
			t.Fatal(err)
		}
		if before.Name != appid || !before.LastPoll.Equal(now.LastPoll) || !before.LastSuccess.Equal(now.LastSuccess) {
			t.Errorf("it reads %+v", before)
		}
		if len(before.Windows)+len(before.Datasets)+before.Calls.Count > 0 || before.Quota != nil || before.Pause.Failures > 0 {
			t.Errorf("it knows windows, calls or pauses: %+v", before)
		}
	})
}
