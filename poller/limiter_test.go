package poller

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A call that hangs gives its place away.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const patience = 250 * time.Millisecond
		l := newLimiter(1, patience, patience)
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

// After a call that was slow, but did not hang, the next one may take longer; after one that fails,
// it may not.
func TestPatienceGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1, time.Second, 3*time.Second)
		for _, step := range []struct {
			err  error
			want time.Duration
		}{{errors.New("broken"), time.Second}, {nil, 2 * time.Second}, {nil, 3 * time.Second}, {nil, 3 * time.Second}} {
			_ = l.do(t.Context(), func() error {
				time.Sleep(5 * time.Second)
				return step.err
			})
			if got := time.Duration(l.patience.Load()); got != step.want {
				t.Errorf("the patience is %s after the error %v, want %s", got, step.err, step.want)
			}
		}
	})
}
