package poller_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

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

// startAwayFromArchive starts a poller whose answers go to the spool, since the archive is away.
func startAwayFromArchive(t *testing.T) (*pollertest.Simulation, *pollertest.Spool) {
	t.Helper()
	s := pollertest.New(t)
	spool := &pollertest.Spool{}
	s.Options.Spool = spool
	s.Archive.Interfere(func(context.Context, pollertest.Use) error { return errors.New("connection refused") })
	pollertest.SleepUntil(t, "2000-01-10 16:00")
	s.Start()
	time.Sleep(time.Minute)
	return s, spool
}

// What is in the spool is shown and not asked for again, though the archive is away for several
// starts.
func TestSpoolIsReadWhileTheArchiveIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, spool := startAwayFromArchive(t)
		synctest.Wait()
		before := s.Gather()
		s.End()
		spool.Slow(time.Second)
		for _, changed := range []string{"never", "before the start", "while the spool is read"} {
			s.Server.ForgetCalls()
			switch changed {
			case "before the start":
				s.StartWith(s.Source(appid), s.Source(appid))
			case "while the spool is read":
				s.Start()
				s.Poller.Add(s.Source(appid))
			default:
				s.Start()
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if asked := windowsAsked(s); len(asked) > 0 {
				t.Errorf("changed %s: what is in the spool is asked for again: %v", changed, asked)
			}
			expectValue(t, s.Gather(), guangdong, before[guangdong])
			s.End()
		}
		if kept, _ := spool.Count(); kept != 6 {
			t.Errorf("%d answers in the spool, want 6", kept)
		}
	})
}

// A stop waits for the answer that is being read from the spool, and for the last attempt to archive
// one, but not for all that are there.
func TestStopWhileTheSpoolIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, spool := startAwayFromArchive(t)
		s.End()
		spool.Slow(time.Minute)
		s.Start()
		synctest.Wait()
		began := time.Now()
		s.End()
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("the stop took %s", took)
		}
		if kept, _ := spool.Count(); kept != 6 {
			t.Errorf("%d answers in the spool, want 6", kept)
		}
	})
}

// Answers that are just being written are no sign of an archive that fails.
func TestStatusOfTheArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Spool = &pollertest.Spool{}
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		slow(s, 0, 5*time.Second)
		s.Start()
		if status := s.Poller.ArchiveStatus(); status.Pending+status.Apps+status.Lost > 0 {
			t.Errorf("%+v while answers are being written", status)
		}
		time.Sleep(time.Minute)
		s.Archive.BreakWrites(errors.New("disk full"))
		slow(s, 0, 0)
		pollertest.SleepUntil(t, "2000-01-11 16:00")
		if status := s.Poller.ArchiveStatus(); status.Pending == 0 || status.Apps != 1 || !status.Spooled || status.Failure != "disk full" {
			t.Errorf("%+v after failures", status)
		}
	})
}
