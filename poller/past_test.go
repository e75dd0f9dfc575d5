package poller_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// pastOf starts a simulation that has ten archived days and an empty store.
func pastOf(t *testing.T) *pollertest.Simulation {
	t.Helper()
	s := pollertest.New(t)
	pollertest.SleepUntil(t, "2000-01-10 16:00")
	s.Start()
	pollertest.SleepUntil(t, "2000-01-20 16:00")
	s.End()
	return s
}

// After a restart, the totals of earlier days come from the archive: those that the polls
// of these days saw.
func TestPastIsReadFromTheArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pastOf(t)
		before := s.Snapshot(appid).Past
		s.Start()
		after := s.Snapshot(appid).Past
		for _, length := range wechat.PortraitRanges() {
			if len(before[length]) != 12 || len(after[length]) != 12 {
				t.Fatalf("%s: %d days before the restart and %d after, want 12", length, len(before[length]), len(after[length]))
			}
			for i, totals := range before[length] {
				if after[length][i] != totals || totals.Users <= totals.NewUsers || totals.NewUsers <= 0 {
					t.Errorf("%s: %+v before the restart, %+v after", length, totals, after[length][i])
				}
			}
		}
	})
}

// A past that cannot be read is read later, and what is damaged is a gap.
func TestPastIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pastOf(t)
		day, err := wechat.ParseDay("20000113")
		if err != nil {
			t.Fatal(err)
		}
		damaged := wechat.Window{End: day, Range: wechat.Range7Days}
		s.Archive.Replace(appid, damaged, []byte("{"))
		ready := make(chan struct{})
		s.Options.PastReady = ready
		s.Start()
		if n := len(s.Snapshot(appid).Past[wechat.Range7Days]); n != 0 {
			t.Errorf("%d days are known before the past may be read", n)
		}
		s.Archive.BreakReads(errors.New("broken"))
		close(ready)
		synctest.Wait()
		s.Archive.BreakReads(nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		past := s.Snapshot(appid).Past
		if n := len(past[wechat.Range7Days]); n != 11 {
			t.Errorf("%d days are known, want 11", n)
		}
		if _, ok := past.At(damaged); ok {
			t.Error("the damaged day has totals")
		}
	})
}

// An archive that hangs while the past is read keeps no poll waiting for long.
func TestPastHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pastOf(t)
		ready := make(chan struct{})
		s.Options.PastReady = ready
		s.Start()
		release := s.Archive.Hang(func(string) bool { return true })
		close(ready)
		pollertest.SleepUntil(t, "2000-01-21 16:00")
		if asked := s.Snapshot(appid).LastPoll; wechat.DayOf(asked).String() != "20000121" {
			t.Errorf("the last poll was at %s", asked)
		}
		release()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(s.Snapshot(appid).Past[wechat.Range1Day]); n != 13 {
			t.Errorf("%d days are known after the archive has come back, want 13", n)
		}
	})
}

// The calls of a day are counted, failed ones too, and a restart keeps the count.
func TestCallsOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.Errcode(45009).Times(1))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.End()
		s.Start()
		calls := s.Snapshot(appid).Portrait().Endpoints[0].Calls
		if calls.Day.String() != "20000110" || calls.Count != 1 {
			t.Errorf("%+v, want 1 call", calls)
		}
		pollertest.SleepUntil(t, "2000-01-11 20:00")
		calls = s.Snapshot(appid).Portrait().Endpoints[0].Calls
		today := wechat.DayOf(time.Now())
		if calls.On(today) < 4 || calls.On(today.Add(1)) != 0 {
			t.Errorf("%+v, want the calls of today", calls)
		}
	})
}
