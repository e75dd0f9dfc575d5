package poller

import (
	"context"
	"sync"
	"time"
)

// limiter bounds the calls that are under way at once, over all apps. A call that takes
// longer than patience gives its place to the next one: one that hangs must not keep
// those waiting that would be answered at once.
type limiter struct {
	places   chan struct{}
	patience time.Duration
}

func newLimiter(places int, patience time.Duration) *limiter {
	return &limiter{make(chan struct{}, places), patience}
}

// do calls call when there is a place for it, or returns the error of the context when
// that ends before.
func (l *limiter) do(ctx context.Context, call func() error) error {
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	leave := sync.OnceFunc(func() { <-l.places })
	defer leave()
	timer := time.AfterFunc(l.patience, leave)
	defer timer.Stop()
	return call()
}
