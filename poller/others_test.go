package poller_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// withoutWeChat returns a Poller that has no way to WeChat from the morning of 11 January 2000 on, and
// another one of the same archive, which has not started.
func withoutWeChat(t *testing.T) (s, other *pollertest.Simulation) {
	t.Helper()
	s = pollertest.New(t)
	pollertest.SleepUntil(t, "2000-01-10 16:00")
	s.Start()
	pollertest.SleepUntil(t, "2000-01-11 07:00")
	s.Server.Fail(wechattest.HTTPStatus(502))
	other = pollertest.New(t)
	other.Archive, other.Options.Archive = s.Archive, s.Archive
	return s, other
}

// What a replica, or a backfill, has brought to the archive is shown without a restart.
func TestAnswersOfOthersAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, other := withoutWeChat(t)
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

// An app that is changed just when the answers of another process are read does not miss them.
func TestReplacedWhileOthersAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, other := withoutWeChat(t)
		pollertest.SleepUntil(t, "2000-01-11 12:15")
		other.Start()
		time.Sleep(40 * time.Minute)
		other.End()
		listed := make(chan struct{}, 1)
		s.Archive.Interfere(func(ctx context.Context, use pollertest.Use) error {
			if use.Kind != "list" {
				return nil
			}
			select {
			case listed <- struct{}{}:
			default:
			}
			return pollertest.Wait(ctx, time.Second)
		})
		select {
		case <-listed:
		case <-time.After(2 * lookEvery):
			t.Fatal("the answers of the other one are not read")
		}
		s.Poller.Add(s.Source(appid))
		time.Sleep(lookEvery)
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		expectValue(t, s.Gather(), dataEnd1d, timestamp(t, "2000-01-11 00:00"))
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
