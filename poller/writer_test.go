package poller_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

const pendingAnswers = "wxapp_archive_pending_answers{}"

// ending returns the window of a range that ended some days ago.
func ending(daysAgo int, length wechat.Range) wechat.Window {
	return wechat.Window{End: wechat.DayOf(time.Now()).Add(-daysAgo), Range: length}
}

// An answer that arrives as the program is told to stop is kept.
func TestAnswerAtTheStopIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		source := s.Source(appid)
		stopping := &thenStop{API: source.API, stop: func() {}}
		source.API = stopping
		pollertest.SleepUntil(t, "2000-01-11 07:00")
		stopping.stop = func() { s.Stop() }
		s.StartWith(source)
		s.End()
		if n := s.Archive.Count(appid, ending(2, wechat.Range30Days)); n != 1 {
			t.Errorf("%d answers in the archive, want the one that arrived", n)
		}
		s.ExpectCalls(`
01-11 07:00 token
01-11 07:00 user_portrait 19991211-20000109
`)
	})
}

// An archive that hangs does not keep the program from stopping, nor the numbers from
// being shown.
func TestHangingArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		release := s.Archive.Hang(func(string) bool { return true })
		defer release()
		pollertest.SleepUntil(t, "2000-01-11 12:00")
		values := s.Gather()
		expectValue(t, values, dataEnd1d, timestamp(t, "2000-01-11 00:00"))
		expectValue(t, values, pendingAnswers, 3)
		before := time.Now()
		s.End()
		if took := time.Since(before); took > 25*time.Second {
			t.Errorf("the stop took %s", took)
		}
		if s.Err == nil || !strings.Contains(s.Err.Error(), "answers: 3, apps: 1, last days of their windows: 20000110") {
			t.Errorf("the poller ended with %v; want it to name what is lost", s.Err)
		}
	})
}

// What is pending is written as soon as the archive works again, and at the stop.
func TestPendingAnswersAreWritten(t *testing.T) {
	for _, stop := range []bool{false, true} {
		t.Run(fmt.Sprintf("stop %t", stop), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				s.Archive.BreakWrites(errors.New("disk full"))
				pollertest.SleepUntil(t, "2000-01-15 16:00")
				expectValue(t, s.Gather(), pendingAnswers, 15)
				s.Archive.BreakWrites(nil)
				if stop {
					s.End()
				} else {
					time.Sleep(30 * time.Second)
					synctest.Wait()
					expectValue(t, s.Gather(), pendingAnswers, 0)
				}
				for ago := 1; ago <= 6; ago++ {
					for _, length := range wechat.PortraitRanges() {
						if n := s.Archive.Count(appid, ending(ago, length)); n != 1 {
							t.Errorf("%d answers for %s in the archive, want 1", n, ending(ago, length))
						}
					}
				}
				s.End()
				if s.Err != nil {
					t.Errorf("the poller ended with %v", s.Err)
				}
				if n := strings.Count(s.Log.String(), "archive write failed"); n != 1 {
					t.Errorf("%d warnings, want one:\n%s", n, s.Log)
				}
			})
		})
	}
}

// The log says that the archive can be written again when everything is written, once for
// all apps.
func TestArchiveHealsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for i := range 20 {
			ids = append(ids, fmt.Sprintf("wx%016x", i))
		}
		s := pollertest.New(t, ids...)
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(5 * time.Minute)
		s.Archive.BreakWrites(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, text := range []string{"archive write failed", "the archive works again"} {
			if n := strings.Count(s.Log.String(), text); n != 1 {
				t.Errorf("%d lines say %q, want one:\n%s", n, text, s.Log)
			}
		}
		expectValue(t, s.Gather(), pendingAnswers, 0)
	})
}

// When too many answers are pending, the oldest are lost, with a line in the log that
// names them.
func TestTooManyPendingAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}} // short answers
		s.Archive.BreakWrites(errors.New("disk full"))
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-31 16:00")
		expectValue(t, s.Gather(), pendingAnswers, 60)
		if !strings.Contains(s.Log.String(), "level=ERROR msg=\"answers are lost") || !strings.Contains(s.Log.String(), "19991210-20000108") {
			t.Errorf("the log does not name what is lost:\n%s", s.Log)
		}
		s.End()
		if s.Err == nil || !strings.Contains(s.Err.Error(), "answers are lost") {
			t.Errorf("the poller ended with %v", s.Err)
		}
	})
}

// An app whose part of the archive hangs or cannot be read waits for 10 s at most, and
// the others do not wait at all. What it has on disk is not replaced and is shown when it
// can be read.
func TestUnreadableArchive(t *testing.T) {
	const blocked = "wx00000000000000ff"
	for _, kind := range []string{"hangs", "fails"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t, appid, blocked)
				pollertest.SleepUntil(t, "2000-01-10 16:00")
				s.Start()
				before := s.Gather()
				s.End()

				s.Server.Fail(wechattest.HTTPStatus(502)) // WeChat is down, too
				var release func()
				if kind == "hangs" {
					release = s.Archive.Hang(func(id string) bool { return id == blocked })
				} else {
					s.Archive.BreakReads(errors.New("input/output error"))
					release = func() { s.Archive.BreakReads(nil) }
				}
				s.Server.ForgetCalls()
				time.Sleep(time.Minute)
				s.Start()
				if kind == "hangs" {
					expectValue(t, s.Gather(), guangdong, before[guangdong])
				}
				time.Sleep(10*time.Second + time.Millisecond)
				synctest.Wait()
				if len(s.Server.Calls()) == 0 {
					t.Error("the app is not polled after 10 s")
				}
				pollertest.SleepUntil(t, "2000-01-10 20:00")
				release()
				time.Sleep(time.Minute)
				synctest.Wait()
				after := s.Gather()
				expectUsers(t, after, before)
				s.End()
				s.Server.ClearFaults()
				s.Server.ForgetCalls()
				s.Start()
				expectValue(t, s.Gather(), guangdong, before[guangdong])
			})
		})
	}
}
