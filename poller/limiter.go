package poller

import (
	"context"
	"sync"
	"time"
)

// limiter limits the concurrent calls of all apps together. A call that takes longer than
// patience gives its place to the next one, so that calls that hang do not delay calls
// that would be answered at once.
type limiter struct {
	places   chan struct{}
	patience time.Duration
}

func newLimiter(places int, patience time.Duration) *limiter {
	return &limiter{make(chan struct{}, places), patience}
}

// do runs call when there is a place for it, or returns the error of the context if that
// ends first.
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
