package poller

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A call that hangs gives its place away.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const patience = 250 * time.Millisecond
		l := newLimiter(1, patience)
		start := time.Now()
		var running sync.WaitGroup
		defer running.Wait()
		running.Go(func() {
			_ = l.do(t.Context(), func() error {
				time.Sleep(time.Hour)
				return nil
			})
		})
		synctest.Wait()
		var waited time.Duration
		_ = l.do(t.Context(), func() error {
			waited = time.Since(start)
			return nil
		})
		if waited != patience {
			t.Errorf("the place was free after %s, want %s", waited, patience)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		l.places <- struct{}{}
		if err := l.do(ended, func() error { return nil }); err == nil {
			t.Error("a call without a place is made though its context has ended")
		}
		<-l.places
	})
}
