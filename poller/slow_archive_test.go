package poller_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
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

// An answer in the archive that hangs, is refused or is cut for ever is skipped alone: all the
// others are shown, and it is shown as soon as it can be read.
func TestUnreadableAnswerIsSkippedAlone(t *testing.T) {
	for _, kind := range []string{"hangs", "is refused"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				before := s.Gather()
				s.End()
				s.Server.Fail(wechattest.HTTPStatus(502))
				bad := ending(1, wechat.Range1Day)
				s.Archive.Interfere(func(ctx context.Context, use pollertest.Use) error {
					if use.Key.Window != bad {
						return nil
					}
					if kind == "hangs" {
						return pollertest.Wait(ctx, time.Hour)
					}
					return errors.New("access denied")
				})
				s.Start()
				time.Sleep(10 * time.Second)
				synctest.Wait()
				during := s.Gather()
				for series, value := range before {
					if strings.HasPrefix(series, "wxapp_users{") && strings.Contains(series, `range="7d"`) {
						expectValue(t, during, series, value)
					}
				}
				time.Sleep(30 * time.Minute)
				s.Archive.Interfere(nil)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				after := s.Gather()
				for series, value := range before {
					if strings.HasPrefix(series, "wxapp_users{") {
						expectValue(t, after, series, value)
					}
				}
			})
		})
	}
}

// An archive whose answers cannot be read for a while after a start, though its lists and states
// can, is shown whole afterwards. One that asks for a pause gets it, and is waited for.
func TestAnswersRefusedForAWhile(t *testing.T) {
	for name, failure := range map[string]error{
		"refused":   errors.New("access denied"),
		"throttled": &poller.Throttled{Pause: 3 * time.Second, Err: errors.New("slow down")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				before := s.Gather()
				s.End()
				s.Server.Fail(wechattest.HTTPStatus(502))
				s.Server.ForgetCalls()
				until := time.Now().Add(80 * time.Second)
				s.Archive.Interfere(func(_ context.Context, use pollertest.Use) error {
					if use.Kind == "answer" && time.Now().Before(until) {
						return failure
					}
					return nil
				})
				s.Start()
				time.Sleep(79 * time.Second)
				synctest.Wait()
				if calls := s.Calls(); name == "throttled" && calls != "" {
					t.Errorf("the app is polled though its archive is only slow:\n%s", calls)
				}
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				after := s.Gather()
				for series, value := range before {
					if strings.HasPrefix(series, "wxapp_users{") {
						expectValue(t, after, series, value)
					}
				}
			})
		})
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

// An app that was restored can be scraped while the archive of another one is still being read.
func TestRestoredAppIsNotKeptWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow = "wx00000000000000ff"
		s := pollertest.New(t, appid, slow)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.End()
		s.Archive.Interfere(func(ctx context.Context, use pollertest.Use) error {
			if use.AppID == slow {
				return pollertest.Wait(ctx, 8*time.Second)
			}
			return nil
		})
		s.Start()
		started := time.Now()
		s.Poller.AwaitRestored(t.Context(), []string{appid, "wx that never was"}, false)
		if waited := time.Since(started); waited > 0 {
			t.Errorf("the app is kept waiting for %s", waited)
		}
		expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 1)
		s.Poller.AwaitRestored(t.Context(), nil, true)
		if waited := time.Since(started); waited < 8*time.Second {
			t.Errorf("both were awaited for only %s", waited)
		}
		synctest.Wait()
		expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 0)
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		s.Poller.AwaitRestored(canceled, nil, true)
	})
}

// Answers are archived though the state cannot be read, which only keeps the state from being
// replaced.
func TestAnswersAreArchivedBesideAnUnreadableState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Archive.ReplaceState(appid, []byte(`{"name":"kept"}`))
		s.Archive.Interfere(func(_ context.Context, use pollertest.Use) error {
			if use.Kind == "state" {
				return errors.New("input/output error")
			}
			return nil
		})
		s.Start()
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := s.Archive.Answers(appid); n != 6 {
			t.Errorf("%d answers in the archive, want 6", n)
		}
		s.Archive.Interfere(nil)
		if state, err := s.Archive.State(t.Context(), appid); err != nil || state.Name != "kept" || len(state.Series) > 0 {
			t.Errorf("the state that could not be read was replaced: %+v, %v", state, err)
		}
	})
}

// What a replica, or a backfill, has brought to the archive is shown without a restart.
func TestAnswersOfOthersAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 07:00")
		s.Server.Fail(wechattest.HTTPStatus(502)) // from now on only the other one has a way to WeChat

		other := pollertest.New(t)
		other.Archive, other.Options.Archive = s.Archive, s.Archive
		pollertest.SleepUntil(t, "2000-01-11 12:00")
		other.Start()
		time.Sleep(lookEvery)
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		expectValue(t, other.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
		expectValue(t, s.Gather(), guangdong, other.Gather()[guangdong])
		if past := s.Snapshot(appid).Past[wechat.Range1Day]; len(past) != 3 {
			t.Errorf("%d days of the past are known, want 3", len(past))
		}
		other.End()
	})
}

// What this process has written itself is not read again.
func TestOwnAnswersAreNotReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := allDatasets(t)
		s.Start()
		time.Sleep(time.Hour)
		synctest.Wait()
		var looks atomic.Int64
		s.Archive.Interfere(func(_ context.Context, use pollertest.Use) error {
			switch use.Kind {
			case "list", "answer":
				t.Errorf("%s of the archive is read again", use.Kind)
			case "state":
				looks.Add(1)
			}
			return nil
		})
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if n := looks.Load(); n < 3*24 {
			t.Errorf("others were looked for %d times in three days", n)
		}
	})
}

const lookEvery = time.Hour // as in the poller

// Without a spool, a crash loses what is pending; with one, it is sent at the next start, also of
// an app that is gone from the settings.
func TestSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const gone = "wx00000000000000ff"
		s := pollertest.New(t, appid, gone)
		spool := &pollertest.Spool{}
		s.Options.Spool = spool
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		if kept, _ := spool.Count(); kept != 12 {
			t.Errorf("%d answers in the spool when the first writes have failed, want 12", kept)
		}
		before := s.Gather()
		s.End()
		if s.Err != nil {
			t.Errorf("the poller ended with %v, though the spool has all", s.Err)
		}
		s.Archive.BreakWrites(nil)
		s.AppIDs = []string{appid}
		s.Server.ForgetCalls()
		s.Server.Fail(wechattest.HTTPStatus(502))
		s.Start()
		expectValue(t, s.Gather(), guangdong, before[guangdong])
		for _, id := range []string{appid, gone} {
			if n := s.Archive.Answers(id); n != 6 {
				t.Errorf("%d answers of %s in the archive, want 6", n, id)
			}
		}
		if kept, _ := spool.Count(); kept != 0 {
			t.Errorf("%d answers are left in the spool", kept)
		}
	})
}

// An archive that takes answers at once needs no spool, and one that is full is said once.
func TestSpoolIsSparedOrFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		spool := &pollertest.Spool{}
		s.Options.Spool = spool
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(time.Minute)
		if _, taken := spool.Count(); taken != 0 {
			t.Errorf("%d answers went to the spool of an archive that works", taken)
		}
		spool.Fill(true)
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		if n := strings.Count(s.Log.String(), "the spool takes no more answers"); n != 1 {
			t.Errorf("%d warnings that the spool is full, want one:\n%s", n, s.Log)
		}
		s.End()
		if s.Err == nil || !strings.Contains(s.Err.Error(), "answers: 3,") {
			t.Errorf("the poller ended with %v, want it to name what is lost", s.Err)
		}
	})
}

// An app that is changed while its archive is being read goes on reading: nothing is asked for that
// the archive has, and scrapes go on waiting.
func TestReplacedWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		before := s.Gather()
		s.End()
		s.Server.ForgetCalls()
		slow(s, 2*time.Second, 0)
		s.Start()
		for range 3 {
			time.Sleep(time.Second)
			renamed := s.Source(appid)
			renamed.Name = time.Now().String()
			s.Poller.Add(renamed)
			synctest.Wait()
			expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 1)
		}
		s.Poller.AwaitRestored(t.Context(), nil, true)
		synctest.Wait()
		s.ExpectCalls("")
		expectValue(t, s.Gather(), guangdong, before[guangdong])
		expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 0)
		s.Poller.Add(s.Source(appid))
		synctest.Wait()
		expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 0)
	})
}

// An app that is removed while its archive is being read keeps nobody waiting.
func TestRemovedWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		slow(s, 8*time.Second, 0)
		s.Start()
		s.Poller.Add(s.Source(appid))
		s.Poller.Remove(appid)
		synctest.Wait()
		expectValue(t, s.Gather(), "wxapp_restoring_apps{}", 0)
		s.Poller.AwaitRestored(t.Context(), nil, true)
	})
}

// What is in the spool is shown and not asked for again, though the archive is away for several
// starts.
func TestSpoolIsReadWhileTheArchiveIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		spool := &pollertest.Spool{}
		s.Options.Spool = spool
		s.Archive.Interfere(func(context.Context, pollertest.Use) error { return errors.New("connection refused") })
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(time.Minute)
		synctest.Wait()
		before := s.Gather()
		s.End()
		for range 3 {
			s.Server.ForgetCalls()
			s.Start()
			time.Sleep(time.Minute)
			synctest.Wait()
			if asked := windowsAsked(s); len(asked) > 0 {
				t.Errorf("what is in the spool is asked for again: %v", asked)
			}
			expectValue(t, s.Gather(), guangdong, before[guangdong])
			s.End()
		}
		if kept, _ := spool.Count(); kept != 6 {
			t.Errorf("%d answers in the spool, want 6", kept)
		}
	})
}

// A list that cannot be read costs the others nothing, and one object with several answers that hang
// costs no more than ten seconds.
func TestPartsThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.End()
		s.Server.ForgetCalls()
		var lists atomic.Int64
		s.Archive.Interfere(func(_ context.Context, use pollertest.Use) error {
			if use.Kind == "list" {
				if lists.Add(1)%3 == 1 {
					return errors.New("internal error")
				}
			}
			return nil
		})
		s.Start()
		if asked := windowsAsked(s); len(asked) > 2 {
			t.Errorf("windows of lists that could be read are asked for again: %v", asked)
		}
		s.End()
		s.Archive.Interfere(func(ctx context.Context, use pollertest.Use) error {
			if use.Kind == "answer" && use.Key.Series == "30d" {
				return pollertest.Wait(ctx, time.Hour)
			}
			return nil
		})
		s.Start()
		started := time.Now()
		s.Poller.AwaitRestored(t.Context(), nil, true)
		if waited := time.Since(started); waited > 10*time.Second {
			t.Errorf("scrapes waited for %s", waited)
		}
	})
}
