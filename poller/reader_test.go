package poller_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The answers are shown, whatever is in the place of the state.
func TestForeignState(t *testing.T) {
	for _, state := range []string{"", "{}", "null", "[]", "{", "\x00", `{"windows":null}`, `{"windows":[{"window":{"end":"20000109","range":"1d"}}]}`} {
		synctest.Test(t, func(t *testing.T) {
			s := pollertest.New(t)
			pollertest.SleepUntil(t, "2000-01-10 16:00")
			s.Start()
			before := s.Gather()
			s.End()
			s.Archive.ReplaceState(appid, []byte(state))
			s.Server.Fail(wechattest.HTTPStatus(502))
			s.Start()
			after := s.Gather()
			for series, value := range before {
				if strings.HasPrefix(series, "wxapp_users{") || strings.HasPrefix(series, "wxapp_data_") {
					if after[series] != value {
						t.Fatalf("state %q: %s = %v, want %v", state, series, after[series], value)
					}
				}
			}
		})
	}
}

// An answer that is newer than the state knows wins: a kill between showing and saving
// does not put the numbers back.
func TestNewerAnswerThanTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		old, err := s.Options.Archive.State(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		before := s.Gather()
		s.End()
		content, err := json.Marshal(old)
		if err != nil {
			t.Fatal(err)
		}
		s.Archive.ReplaceState(appid, content)
		s.Server.ForgetCalls()
		s.Start()
		expectValue(t, s.Gather(), guangdong, before[guangdong])
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
	})
}

// Instead of a damaged answer, the one before it is shown, with a warning that names it.
func TestDamagedAnswerGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		before := s.Gather()
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.End()
		s.Archive.Replace(appid, ending(1, wechat.Range1Day), []byte("{"))
		s.Log.Reset()
		s.Server.Fail(wechattest.HTTPStatus(502))
		s.Start()
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-10 00:00"))
		expectValue(t, s.Gather(), guangdong, before[guangdong])
		if !strings.Contains(s.Log.String(), "unusable archived answer") || !strings.Contains(s.Log.String(), "20000110") {
			t.Errorf("no warning names the answer:\n%s", s.Log)
		}
	})
}

// A year of answers costs no more than the newest ones: what is not shown is not decoded, and
// what may be asked for again only if the state does not tell its digest.
func TestRestoreReadsOnlyWhatIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}}
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		pollertest.SleepUntil(t, "2000-04-10 16:00")
		s.End()
		s.Options.PastReady = make(chan struct{}) // never: the past is not part of the restoring
		before := s.Archive.Reads()
		s.Start()
		if n := s.Archive.Reads() - before; n != 3 {
			t.Errorf("%d answers are read of 90 days, want 3: those that are shown", n)
		}
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-04-10 00:00"))
		s.End()
		s.Archive.ReplaceState(appid, nil)
		before = s.Archive.Reads()
		s.Start()
		if n := s.Archive.Reads() - before; n > 9 {
			t.Errorf("%d answers are read of 90 days, want at most 9: three ranges, two days that may be asked for", n)
		}
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-04-10 00:00"))
	})
}

// What another writer saved is merged, not replaced.
func TestStatesAreMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		state, err := s.Options.Archive.State(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(20 * time.Hour).UTC()
		w := ending(0, wechat.Range30Days)
		state.LastSuccess = later
		state.Series["30d"] = append(state.Series["30d"], poller.WindowState{End: w.End, Asked: later, Outcome: "data", Answered: later, Confirmed: later})
		content, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		s.Archive.ReplaceState(appid, content)
		pollertest.SleepUntil(t, "2000-01-11 08:20") // the next poll saves its state
		merged, err := s.Options.Archive.State(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		if !merged.LastSuccess.Equal(later) {
			t.Errorf("last success %s, want that of the other writer, %s", merged.LastSuccess, later)
		}
		for _, window := range merged.Series["30d"] {
			if window.End == w.End && window.Answered.Equal(later) {
				return
			}
		}
		t.Errorf("the window of the other writer is lost: %+v", merged.Series["30d"])
	})
}
