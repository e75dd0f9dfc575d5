package poller_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
)

// A process that gets little of a processor is slow at everything that it does at the same time.
// Here all accesses to the archive share a processor, ten turns of 2 ms each: the archive is healthy,
// so nothing that it has is asked for again, however many apps there are.
func TestStarvedRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		for i := range 300 {
			ids = append(ids, fmt.Sprintf("wx%016x", i+1))
		}
		s := pollertest.New(t, ids...)
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(10 * time.Minute)
		s.End()
		s.Server.ForgetCalls()
		turn := make(chan struct{}, 1)
		s.Archive.Interfere(func(ctx context.Context, _ pollertest.Use) error {
			for range 10 {
				select {
				case turn <- struct{}{}:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
				time.Sleep(2 * time.Millisecond)
				<-turn
			}
			return nil
		})
		s.Start()
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if calls := len(s.Server.Calls()); calls > 0 {
			t.Errorf("WeChat was called %d times after the restart", calls)
		}
		s.End()
	})
}
