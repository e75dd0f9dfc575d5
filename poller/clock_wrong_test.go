package poller_test

import (
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // hosts of tests may have no zones

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// While the clock of this machine is wrong, the numbers stay and WeChat refuses what is not
// there. Once it is right, the new numbers come without a restart. What WeChat gave
// meanwhile is in the archive.
func TestClockIsWrong(t *testing.T) {
	for _, ahead := range []time.Duration{
		3 * time.Hour, 20 * time.Hour, 50 * time.Hour, 400 * 24 * time.Hour,
		-3 * time.Hour, -20 * time.Hour, -50 * time.Hour, -400 * 24 * time.Hour,
	} {
		t.Run(ahead.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				s.Server.Apps = map[string]wechattest.App{appid: {Users: 300}}
				var wrong atomic.Int64 // nanoseconds
				s.Server.Now = func() time.Time { return time.Now().Add(-time.Duration(wrong.Load())) }
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-10 00:00"))

				wrong.Store(int64(ahead)) // the clock of WeChat moves by as much in the other direction
				for range 10 {
					time.Sleep(5 * time.Hour)
					synctest.Wait()
					values := s.Gather()
					if _, ok := values[guangdong]; !ok {
						t.Fatalf("the numbers are gone at %s", time.Now())
					}
				}
				if refused := strings.Contains(s.Log.String(), "61501"); refused {
					if !strings.Contains(s.Log.String(), "WeChat's shows") {
						t.Errorf("the log does not show both clocks:\n%s", s.Log)
					}
				} else if ahead.Abs() > 24*time.Hour {
					t.Errorf("nothing is refused:\n%s", s.Log)
				}
				if calls := len(s.Server.Calls()); calls > 150 {
					t.Errorf("%d calls in two days", calls)
				}

				wrong.Store(0)
				pollertest.SleepUntil(t, "2000-01-14 16:00")
				values := s.Gather()
				expectValue(t, values, isUp, 1)
				expectValue(t, values, dataEnd1d, timestamp(t, "2000-01-14 00:00"))
				expectValue(t, values, dataEnd30d, timestamp(t, "2000-01-14 00:00"))
				expectArchived(t, s)
			})
		})
	}
}

// What a clock that was months ahead has left in the archive does no harm.
func TestArchiveFromAheadOfTime(t *testing.T) {
	var left *pollertest.Archive
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.End()
		pollertest.SleepUntil(t, "2000-06-10 16:00")
		s.Server.Now = func() time.Time { return time.Now().AddDate(0, -5, 0) } // the right time
		s.Start()
		expectValue(t, s.Gather(), failures("request"), 1)
		s.End()
		left = s.Archive
	})
	synctest.Test(t, func(t *testing.T) { // where the clock starts in January
		s := pollertest.New(t)
		s.Archive, s.Options.Archive = left, left
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.Start()
		expectValue(t, s.Gather(), isUp, 1)
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
		pollertest.SleepUntil(t, "2000-01-12 16:00")
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-12 00:00"))
	})
}

// In a fleet that starts just before midnight in Shanghai, questions wait until WeChat does
// not answer for their windows any more. That is no failure of an app: it asks for those
// that are due now.
func TestPollsAcrossMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const apps = 200
		ids := make([]string, apps)
		for i := range ids {
			ids[i] = fmt.Sprintf("wx%016x", i)
		}
		s := pollertest.New(t, ids...)
		s.Server.Apps = map[string]wechattest.App{}
		for _, id := range ids {
			s.Server.Apps[id] = wechattest.App{Users: 30}
		}
		s.Server.Latency = 700 * time.Millisecond
		pollertest.SleepUntil(t, "2000-01-10 23:59")
		time.Sleep(56 * time.Second)
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 00:05")
		if strings.Contains(s.Log.String(), "poll failed") {
			t.Errorf("polls failed:\n%s", s.Log)
		}
		for _, id := range ids {
			if snapshot := s.Snapshot(id); len(snapshot.Portrait().Held) != len(wechat.PortraitRanges()) || snapshot.Status != collector.StatusUp {
				t.Errorf("%s: %d ranges are held, and the status is %v", id, len(snapshot.Portrait().Held), snapshot.Status)
			}
		}
	})
}

// What fails keeps failing when midnight passes in the middle of a poll: the windows of the
// new day have not been asked for yet.
func TestFailuresAcrossMidnight(t *testing.T) {
	for _, test := range []struct {
		name     string
		datasets []wechat.Dataset
		failing  int // calls that fail before midnight
		want     collector.Status
	}{
		{"nothing is known yet", withPortrait(nil), 0, collector.StatusUnknown},
		{"one window failed before", withPortrait(nil), 1, collector.StatusDown},
		{"a dataset fails", optional("visits"), 0, collector.StatusDown},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				s.Options.Datasets = test.datasets
				for range test.failing {
					s.Server.Fail(wechattest.HTML().On("user_portrait").Times(1))
				}
				for _, endpoint := range endpointsOf(test.datasets) {
					s.Server.Fail(wechattest.Hang().On(endpoint))
				}
				pollertest.SleepUntil(t, "2000-01-10 23:59")
				time.Sleep(45 * time.Second)
				s.Start()
				time.Sleep(35 * time.Second) // a call ended at 00:00:15, and the next one hangs
				if got := s.Snapshot(appid).Status; got != test.want {
					t.Errorf("the status is %v after midnight, want %v", got, test.want)
				}
				time.Sleep(40 * time.Minute)
				if got := s.Snapshot(appid).Status; got != collector.StatusDown {
					t.Errorf("the status is %v after more polls that failed", got)
				}
				if log := s.Log.String(); strings.Contains(log, "succeeded again") {
					t.Errorf("the log says that polls succeeded:\n%s", log)
				}
			})
		})
	}
}

// The zone of the host and its daylight-saving time change nothing.
func TestHostZones(t *testing.T) {
	before := time.Local                   //nolint:gosmopolitan // the zone of the host is what is tested
	defer func() { time.Local = before }() //nolint:gosmopolitan // see above
	for _, weeks := range []struct{ begin, end string }{
		{"2000-03-24 20:00", "2000-04-04 20:00"}, // Lord Howe, Europe and America change
		{"2000-10-26 20:00", "2000-10-31 20:00"},
	} {
		outcome := func(zone string) (calls string, values map[string]float64) {
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			time.Local = location //nolint:gosmopolitan // see above
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, weeks.begin)
				s.Start()
				s.End()
				s.Start()
				pollertest.SleepUntil(t, weeks.end)
				calls, values = s.Calls(), s.Gather()
			})
			return calls, values
		}
		calls, values := outcome("UTC")
		for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai", "Pacific/Kiritimati"} {
			zoneCalls, zoneValues := outcome(zone)
			if zoneCalls != calls {
				t.Errorf("%s: calls\n%s\nwant\n%s", zone, zoneCalls, calls)
			}
			for _, all := range []map[string]float64{values, zoneValues} { // times that were measured
				maps.DeleteFunc(all, func(series string, _ float64) bool { return strings.HasPrefix(series, "wxapp_api_request_duration") })
			}
			if !maps.Equal(zoneValues, values) {
				t.Errorf("%s: other numbers than in UTC", zone)
			}
		}
	}
}

// expectArchived fails the test when an answer with rows is not in the archive.
func expectArchived(t *testing.T, s *pollertest.Simulation) {
	t.Helper()
	for _, call := range s.Server.Calls() {
		if call.Endpoint != wechat.EndpointUserPortrait || call.Code != "0" || call.Empty {
			continue
		}
		if w := windowOf(t, call); s.Archive.Count(call.AppID, w) == 0 {
			t.Errorf("%s: the answer for %s is not in the archive", call.AppID, w)
		}
	}
}

// windowOf returns the window that a call asks for.
func windowOf(t *testing.T, call wechattest.Call) wechat.Window {
	t.Helper()
	begin, err1 := wechat.ParseDay(call.Begin)
	end, err2 := wechat.ParseDay(call.End)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return wechat.Window{End: end, Range: wechat.Range(end.Begin().Sub(begin.Begin())/(24*time.Hour)) + 1}
}
