package poller

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// limiter limits the concurrent calls of all apps together. A call that takes longer than
// patience gives its place to the next one, so that calls that hang do not delay calls
// that would be answered at once. If such a call succeeds after all, it did not hang: the patience
// grows, because more calls at the same time would only make each of them slower.
type limiter struct {
	places   chan struct{}
	patience atomic.Int64 // a time.Duration
	longest  time.Duration
}

func newLimiter(places int, patience, longest time.Duration) *limiter {
	l := &limiter{places: make(chan struct{}, places), longest: longest}
	l.patience.Store(int64(patience))
	return l
}

// do runs call when there is a place for it, or returns the error of the context if that
// ends first.
func (l *limiter) do(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil { // although there may be a place
		return err
	}
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	leave := sync.OnceFunc(func() { <-l.places })
	defer leave()
	patience := l.patience.Load()
	began, timer := time.Now(), time.AfterFunc(time.Duration(patience), leave)
	defer timer.Stop()
	err := call()
	if err == nil && time.Since(began) > time.Duration(patience) {
		l.patience.CompareAndSwap(patience, min(2*patience, int64(l.longest)))
	}
	return err
}
