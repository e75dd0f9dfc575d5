package poller_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

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
				expectUsers(t, after, before)
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
				expectUsers(t, after, before)
			})
		})
	}
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

// Of a program that stops while an archive is being read, not all apps were restored.
func TestStoppedWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		slow(s, 8*time.Second, 0)
		s.Options.Store = &collector.Store{}
		polling := poller.New(s.Options)
		polling.Add(s.Source(appid))
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := polling.Run(ctx, func() { t.Error("all apps are said to be restored") }); err != nil {
			t.Error(err)
		}
	})
}

// When an app was removed is in its state, but not when it was changed, or the exporter stopped.
func TestRemovalIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		removed := func(s *pollertest.Simulation) time.Time {
			synctest.Wait()
			state, err := s.Archive.State(t.Context(), appid)
			if err != nil {
				t.Fatal(err)
			}
			return state.Removed
		}
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		s.Poller.Add(s.Source(appid))
		if at := removed(s); !at.IsZero() {
			t.Errorf("changed, not removed, at %s", at)
		}
		s.Poller.Remove(appid)
		if at := removed(s); !at.Equal(time.Now()) {
			t.Errorf("removed at %s, want %s", at, time.Now())
		}
		gone := time.Now()
		time.Sleep(time.Hour)
		s.Poller.Add(s.Source(appid))
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		s.End()
		if at := removed(s); !at.Equal(gone) {
			t.Errorf("removed at %s, want %s", at, gone)
		}
		if state, err := s.Archive.State(t.Context(), appid); err != nil || !state.LastPoll.After(gone) {
			t.Errorf("last poll at %s, %v", state.LastPoll, err)
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
