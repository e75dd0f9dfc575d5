package collector

import "context"

const (
	// maxRequests bounds the requests to WeChat that are under way at once.
	maxRequests = 8
	// maxFailingRequests bounds those of them that are of apps whose last call failed.
	// Such calls often end with a time-out only, and must not keep the others waiting.
	maxFailingRequests = 4
)

// limiter bounds the requests that are under way at once, over all apps.
type limiter struct {
	all, failing chan struct{}
}

func newLimiter() *limiter {
	return &limiter{
		all:     make(chan struct{}, maxRequests),
		failing: make(chan struct{}, maxFailingRequests),
	}
}

// do calls request when there is a place for it, or returns the error of the context
// when that ends before.
func (l *limiter) do(ctx context.Context, failing bool, request func() error) error {
	places := []chan struct{}{l.all}
	if failing {
		places = []chan struct{}{l.failing, l.all}
	}
	for _, place := range places {
		select {
		case place <- struct{}{}:
			defer func() { <-place }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return request()
}
