package poller_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// slow makes every read and every write of the archive take so long.
func slow(s *pollertest.Simulation, reads, writes time.Duration) {
	s.Archive.Interfere(func(ctx context.Context, use pollertest.Use) error {
		if use.Writes() {
			return pollertest.Wait(ctx, writes)
		}
		return pollertest.Wait(ctx, reads)
	})
}

// shownUsers returns how many series of users are shown.
func shownUsers(s *pollertest.Simulation) (n int) {
	for series := range s.Gather() {
		if strings.HasPrefix(series, "wxapp_users{") {
			n++
		}
	}
	return n
}

// allDatasets returns a simulation with all datasets on, and the time at which it starts.
func allDatasets(t *testing.T) *pollertest.Simulation {
	t.Helper()
	s := pollertest.New(t)
	s.Options.Datasets = withPortrait(optional())
	pollertest.SleepUntil(t, "2000-01-10 16:00")
	return s
}

// windowsAsked returns what WeChat was asked for.
func windowsAsked(s *pollertest.Simulation) map[string]bool {
	asked := map[string]bool{}
	for line := range strings.Lines(s.Calls()) {
		if fields := strings.Fields(line); len(fields) == 4 { // day, time, endpoint, window
			asked[fields[2]+" "+fields[3]] = true
		}
	}
	return asked
}

// However slow an archive answers, all that it holds is shown after a restart, nothing of it is
// asked for again, and no answer is lost.
func TestSlowArchive(t *testing.T) {
	for _, latency := range []time.Duration{0, 300 * time.Millisecond, 1100 * time.Millisecond, 5 * time.Second, 9 * time.Second} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := allDatasets(t)
				s.Start()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				before := s.Gather()
				s.End()
				held := s.Archive.Answers(appid)
				s.Server.Fail(wechattest.HTTPStatus(502))
				s.Server.ForgetCalls()
				slow(s, latency, latency)
				started := time.Now()
				s.Start()
				for shownUsers(s) == 0 && time.Since(started) < 10*time.Minute {
					time.Sleep(time.Second)
					synctest.Wait()
				}
				t.Logf("shown after %s", time.Since(started).Round(time.Second))
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				after := s.Gather()
				for series, value := range before {
					if strings.HasPrefix(series, "wxapp_users{") || strings.HasPrefix(series, "wxapp_data_") {
						expectValue(t, after, series, value)
					}
				}
				if calls := s.Calls(); calls != "" {
					t.Errorf("what the archive holds is asked for again:\n%s", calls)
				}
				s.End()
				if now := s.Archive.Answers(appid); now != held || s.Err != nil {
					t.Errorf("%d answers in the archive, want %d; the poller ended with %v", now, held, s.Err)
				}
			})
		})
	}
}

// Writes that are slow delay neither the first numbers nor the stop, and lose no more than what was
// shown to be pending; with a spool, nothing.
func TestSlowWrites(t *testing.T) {
	for _, latency := range []time.Duration{0, time.Second, 5 * time.Second, 7 * time.Second, time.Hour} {
		for _, spooled := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, spool %t", latency, spooled), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := allDatasets(t)
					spool := &pollertest.Spool{}
					if spooled {
						s.Options.Spool = spool
					}
					slow(s, 0, latency)
					s.Server.Latency = 100 * time.Millisecond
					s.Start()
					time.Sleep(10 * time.Second)
					synctest.Wait()
					if shownUsers(s) == 0 {
						t.Error("no numbers are shown after 10 s")
					}
					pending := int(s.Gather()[pendingAnswers])
					asked := windowsAsked(s)
					before := time.Now()
					s.End()
					if took := time.Since(before); took > 8*time.Second {
						t.Errorf("the stop took %s", took)
					}
					archived, lost := s.Archive.Answers(appid), 0
					if s.Err != nil {
						_, _ = fmt.Sscanf(s.Err.Error(), "answers are lost because the archive could not be written: answers: %d", &lost)
					}
					slow(s, 0, 0)
					s.Server.ForgetCalls()
					s.Start()
					time.Sleep(time.Minute)
					synctest.Wait()
					again := 0
					for window := range windowsAsked(s) {
						if asked[window] {
							again++
						}
					}
					kept, taken := spool.Count()
					t.Logf("pending before the stop: %d, archived after it: %d, lost: %d, through the spool: %d, asked for again: %d",
						pending, archived, lost, taken, again)
					switch {
					case lost > pending || again > lost:
						t.Error("more answers are lost than were shown to be pending")
					case spooled && (s.Err != nil || lost+again+kept > 0):
						t.Errorf("in spite of the spool, answers are lost, asked for again or left in it: %v", s.Err)
					case latency == 0 && lost+taken > 0:
						t.Error("an archive that works at once needs no spool and loses nothing")
					}
				})
			})
		}
	}
}

// The first poll waits for an archive that is being read, but not so long that the day before
// yesterday, which WeChat answers for until midnight, is lost.
func TestSlowArchiveBeforeMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 23:58")
		slow(s, 9*time.Second, 0)
		s.Archive.Interfere(func(ctx context.Context, _ pollertest.Use) error {
			for range 100 { // it makes progress, and comes to no end
				poller.Alive(ctx)
				if err := pollertest.Wait(ctx, 5*time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		s.Start()
		time.Sleep(119 * time.Second)
		synctest.Wait()
		for _, window := range []string{"19991210-20000108", "20000102-20000108", "20000108-20000108"} {
			if calls := strings.Join(strings.Fields(s.Calls()), " "); !strings.Contains(calls, window) {
				t.Errorf("%s was not asked for before midnight:\n%s", window, calls)
			}
		}
	})
}
