package poller_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// With any poll interval, failures are asked again in pauses that end: no poll asks for
// a window twice, and none waits longer than a day and an hour.
func TestPausesOfLongIntervals(t *testing.T) {
	for _, interval := range []time.Duration{time.Minute, 30 * time.Minute, 23 * time.Hour, 72 * time.Hour, 1000 * time.Hour} {
		t.Run(interval.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				s.Options.Schedule.PollInterval = interval
				s.Server.Fail(wechattest.HTTPStatus(502).On("user_portrait"))
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				last := time.Now()
				for range 6 * 24 {
					time.Sleep(time.Hour)
					synctest.Wait()
					if polled := s.Snapshot(appid).LastPoll; polled.After(last) {
						last = polled
					}
					if waited := time.Since(last); waited > 25*time.Hour {
						t.Fatalf("no poll for %s", waited)
					}
					calls := s.Server.Calls()
					seen := map[string]bool{}
					for _, call := range calls {
						key := call.Time.String() + call.Endpoint + call.Begin + call.End
						if seen[key] {
							t.Fatalf("two calls at %s for %s-%s", call.Time, call.Begin, call.End)
						}
						seen[key] = true
					}
					if limit := max(60, int(2*time.Hour/interval)); len(calls) > limit {
						t.Fatalf("%d calls within an hour of failures", len(calls))
					}
					s.Server.ForgetCalls()
				}
			})
		})
	}
}

// A restart causes no additional calls: the pause after 45009 goes on.
func TestRestartKeepsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.Errcode(45009).On("user_portrait"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		for range 5 {
			s.End()
			s.Server.ForgetCalls()
			time.Sleep(time.Minute)
			s.Start()
			s.ExpectCalls("")
			if values := s.Gather(); values[isUp] != 0 {
				t.Errorf("wxapp_up is %v within the pause", values[isUp])
			}
		}
		pollertest.SleepUntil(t, "2000-01-11 00:05")
		s.ExpectCalls(`
01-11 00:05 token
01-11 00:05 user_portrait 19991211-20000109
`)
	})
}

// A restart after a failure that needs a person means that the cause is gone: WeChat is
// asked again at once.
func TestRestartAfterAPersonHelped(t *testing.T) {
	for _, code := range []int{40125, 40164, 48001, 50002, 89507} {
		synctest.Test(t, func(t *testing.T) {
			s := pollertest.New(t)
			s.Server.Fail(wechattest.Errcode(code))
			pollertest.SleepUntil(t, "2000-01-10 16:00")
			s.Start()
			s.End()
			s.Server.ClearFaults()
			time.Sleep(time.Minute)
			s.Start()
			expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-10 00:00"))
			expectValue(t, s.Gather(), isUp, 1)
		})
	}
}

// While one window keeps failing, the app is down and the log is quiet, however many
// others succeed.
func TestOneWindowKeepsFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}} // short answers
		source := s.Source(appid)
		broken := &brokenWindows{API: source.API, ranges: []wechat.Range{wechat.Range7Days}}
		source.API = broken
		pollertest.SleepUntil(t, "2000-01-10 07:00")
		s.StartWith(source)
		for range 3 * 24 * 6 {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if s.Snapshot(appid).Status != collector.StatusDown {
				t.Fatal("the app is up while a window keeps failing")
			}
		}
		expectValue(t, s.Gather(), dataEnd30d, timestamp(t, "2000-01-12 00:00"))
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-12 00:00"))
		if n := strings.Count(s.Log.String(), "poll failed"); n != 1 || strings.Contains(s.Log.String(), "succeeded again") {
			t.Errorf("%d lines of failure, want one and no success:\n%s", n, s.Log)
		}
		s.Log.Reset()
		broken.breakOnly()
		time.Sleep(time.Hour)
		synctest.Wait()
		expectValue(t, s.Gather(), isUp, 1)
		if n := strings.Count(s.Log.String(), "succeeded again"); n != 1 {
			t.Errorf("%d lines of success, want one:\n%s", n, s.Log)
		}
	})
}

// A poll that fails for several reasons shows all of them, in the log and on the page.
func TestAllFailuresAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Fail(wechattest.HTML().On("user_portrait").Times(1))
		s.Server.Fail(wechattest.Errcode(48001).On("user_portrait"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		var reasons []string
		for _, failure := range s.Snapshot(appid).Failures {
			reasons = append(reasons, string(failure.Reason))
		}
		if strings.Join(reasons, " ") != "decode permission" && strings.Join(reasons, " ") != "permission decode" {
			t.Errorf("the snapshot has the failures %v, want decode and permission", reasons)
		}
		for _, want := range []string{"level=WARN msg=\"poll failed\"", "reason=decode", "level=ERROR msg=\"poll failed\"", "reason=permission"} {
			if !strings.Contains(s.Log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, s.Log)
			}
		}
		expectValue(t, s.Gather(), failures("decode"), 1)
		expectValue(t, s.Gather(), failures("permission"), 1)
	})
}

// The snapshot has the last question about each range and what came of it.
func TestLastQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		source := s.Source(appid)
		source.API = &brokenWindows{API: source.API, ranges: []wechat.Range{wechat.Range1Day}}
		pollertest.SleepUntil(t, "2000-01-10 09:00")
		s.StartWith(source)
		var got []string
		for _, question := range s.Snapshot(appid).Portrait().Asked {
			got = append(got, question.Window.String()+" "+string(question.Outcome))
			if !question.At.Equal(time.Now()) || (question.Failure != nil) != (question.Outcome == "failed") {
				t.Errorf("question %+v", question)
			}
		}
		want := "20000108 failed, 20000102-20000108 data, 19991211-20000109 empty"
		if strings.Join(got, ", ") != want {
			t.Errorf("asked %s\nwant %s", strings.Join(got, ", "), want)
		}
	})
}

// An answer about another window is not shown as that of the window that was asked for: the poll
// fails, which is one line of the log.
func TestAnswersAboutAnotherWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		source := s.Source(appid)
		source.API = fixedAPI(`{"ref_date":"20170611","visit_uv":{"province":[{"id":31,"name":"广东省","value":215}]}}`)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.StartWith(source)
		pollertest.SleepUntil(t, "2000-01-14 16:00")
		if n := strings.Count(s.Log.String(), "the answer is about 20170611, not "); n != 1 {
			t.Errorf("%d lines, want one:\n%s", n, s.Log)
		}
		if held := s.Snapshot(appid).Portrait().Held; len(held) > 0 {
			t.Errorf("shown: %v", held)
		}
	})
}
