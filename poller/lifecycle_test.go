package poller_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// A removed app is not shown any more, not even by a call that is still running, and the
// others do not change. An app that is added again finds its archive.
func TestRemoveAndAddAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const other = "wx00000000000000ff"
		s := pollertest.New(t, appid, other)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		before := s.Gather()
		stays := s.Store.Snapshot(other)

		s.Server.Fail(wechattest.Delay(20 * time.Second).For(appid))
		pollertest.SleepUntil(t, "2000-01-11 08:08")
		time.Sleep(10 * time.Second) // a call is under way
		synctest.Wait()
		s.Poller.Remove(appid)
		s.Poller.Remove(appid)
		s.Poller.Remove("wx that never was")
		time.Sleep(time.Hour)
		synctest.Wait()
		for series := range s.Gather() {
			if strings.Contains(series, appid) {
				t.Errorf("%s of the removed app is shown", series)
			}
		}
		if now := s.Store.Snapshot(other); now == nil || now.App != stays.App || len(now.Portrait().Held) != 3 {
			t.Error("another app has changed")
		}

		s.Server.ClearFaults()
		s.Poller.Add(s.Source(appid))
		synctest.Wait()
		after := s.Gather()
		if _, ok := after[guangdong]; !ok {
			t.Error("the app that was added again shows nothing")
		}
		if n := len(after) - len(before); n < -200 || n > 200 {
			t.Errorf("%d series before, %d after", len(before), len(after))
		}
	})
}

// A changed app keeps what is held, without a gap, and asks for nothing that is not due.
func TestReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		before := s.Gather()
		var gone atomic.Bool
		s.Store.Watch(func(_ string, snapshot *collector.Snapshot) {
			if snapshot == nil || !snapshot.HasData() {
				gone.Store(true)
			}
		})
		s.Server.ForgetCalls()
		renamed := s.Source(appid)
		renamed.Name = "another name"
		s.Poller.Add(renamed)
		synctest.Wait()
		s.ExpectCalls("")
		after := s.Gather()
		expectValue(t, after, guangdong, before[guangdong])
		expectValue(t, after, `wxapp_app_info{app="another name",appid="wx0123456789abcdef"}`, 1)
		if gone.Load() {
			t.Error("the series were gone for a moment")
		}
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
	})
}

// The configured apps are those that were added and not removed, while the program stops
// as well. One that is added while it runs is shown at once, however long its archive
// takes.
func TestApps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const first, second = "wx0000000000000001", "wx0000000000000002"
		s := pollertest.New(t, second, appid)
		expect := func(want ...string) {
			t.Helper()
			var got []string
			for _, app := range s.Poller.Apps() {
				got = append(got, app.ID)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the apps are %q, want %q", got, want)
			}
		}
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		expect(second, appid)
		release := s.Archive.Hang(func(appid string) bool { return appid == first })
		defer release()
		s.Poller.Add(s.Source(first))
		expect(first, second, appid)
		if s.Store.Snapshot(first) == nil {
			t.Error("an app that was added is unknown while its archive is read")
		}
		s.Server.Fail(wechattest.Hang().For(appid))
		s.Poller.Add(s.Source(appid))
		s.Poller.Remove(appid)
		expect(first, second)
		s.Poller.Add(s.Source(appid))
		expect(first, second, appid)
		release()
		s.End()
		expect(first, second, appid)
	})
}

// An app whose secret was corrected is asked again at once.
func TestReplaceAfterAPersonHelped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.Errcode(40125).On("token"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		expectValue(t, s.Gather(), isUp, 0)
		s.Server.ClearFaults()
		s.Poller.Add(s.Source(appid))
		synctest.Wait()
		expectValue(t, s.Gather(), isUp, 1)
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-10 00:00"))
	})
}

// The answers of a removed app that wait for the archive are still written.
func TestRemovedAppIsStillArchived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.Poller.Remove(appid)
		time.Sleep(time.Hour)
		s.Archive.BreakWrites(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := s.Archive.Count(appid, ending(1, wechat.Range30Days)); n != 1 {
			t.Errorf("%d answers in the archive, want 1", n)
		}
	})
}

// Apps that are added, replaced and removed leave no goroutine and no series: with a
// goroutine left, the bubble would not end.
func TestManyComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Apps = map[string]wechattest.App{}
		for i := range 50 {
			s.Server.Apps[fmt.Sprintf("wx%016x", i)] = wechattest.App{Users: 30}
		}
		s.Server.Apps[appid] = wechattest.App{Users: 30}
		s.Server.Latency = 50 * time.Millisecond
		pollertest.SleepUntil(t, "2000-01-10 07:55")
		s.Start()
		for round := range 20 {
			for id := range s.Server.Apps {
				if id != appid {
					s.Poller.Add(s.Source(id))
				}
			}
			time.Sleep(time.Duration(round*37) * time.Millisecond)
			for i := range 50 {
				if (i+round)%3 > 0 {
					s.Poller.Remove(fmt.Sprintf("wx%016x", i))
				}
			}
			time.Sleep(time.Duration(round*91) * time.Millisecond)
		}
		for i := range 50 {
			s.Poller.Remove(fmt.Sprintf("wx%016x", i))
		}
		if n := len(s.Store.Snapshots()); n != 1 {
			t.Errorf("%d apps are shown, want one", n)
		}
	})
}

// Apps that hang do not delay the first numbers of the others: 150 of 500.
func TestHangingAppsDoNotDelayTheFirstNumbers(t *testing.T) {
	first := func(hanging int) (took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			const apps = 500
			s := pollertest.New(t)
			s.AppIDs = nil
			s.Server.Apps = map[string]wechattest.App{}
			s.Server.Latency = 50 * time.Millisecond
			for i := range apps {
				id := fmt.Sprintf("wx%016x", i)
				s.AppIDs = append(s.AppIDs, id)
				s.Server.Apps[id] = wechattest.App{Users: 10}
				if i%10 < hanging*10/apps {
					s.Server.Fail(wechattest.Hang().For(id))
				}
			}
			pollertest.SleepUntil(t, "2000-01-10 16:00")
			s.Start()
			started := time.Now()
			for withData := 0; withData < apps-hanging; {
				time.Sleep(time.Second)
				synctest.Wait()
				withData = 0
				for _, snapshot := range s.Store.Snapshots() {
					if snapshot.HasData() {
						withData++
					}
				}
				if took = time.Since(started); took > 10*time.Minute {
					t.Fatalf("%d of %d apps have data after %s", withData, apps-hanging, took)
				}
			}
		})
		return took
	}
	alone, among := first(0), first(150)
	t.Logf("500 apps: %s; 350 beside 150 that hang: %s", alone, among)
	if among > alone+alone/5 {
		t.Errorf("350 apps have data after %s beside 150 that hang, 500 after %s when none does", among, alone)
	}
}
