package poller_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// fixedAPI answers every window with the same bytes.
type fixedAPI string

func (a fixedAPI) UserPortrait(context.Context, wechat.Window) (*wechat.Portrait, error) {
	return wechat.DecodePortrait([]byte(a))
}

func (fixedAPI) Report(context.Context, wechat.Statistic, wechat.Day) (*wechat.Report, error) {
	return nil, errors.New("no reports")
}

func (fixedAPI) Quota(context.Context, string) (wechat.Quota, error) {
	return wechat.Quota{Limit: 1000, Used: 6, Remaining: 994}, nil
}

func (fixedAPI) TokenExpiry() time.Time { return time.Time{} }

// brokenWindows fails for the windows of some ranges.
type brokenWindows struct {
	poller.API
	mu     sync.Mutex
	ranges []wechat.Range
}

// breakOnly fails for the windows of other ranges from now on.
func (b *brokenWindows) breakOnly(ranges ...wechat.Range) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ranges = ranges
}

func (b *brokenWindows) UserPortrait(ctx context.Context, w wechat.Window) (*wechat.Portrait, error) {
	b.mu.Lock()
	broken := slices.Contains(b.ranges, w.Range)
	b.mu.Unlock()
	if broken {
		return nil, &wechat.Error{Reason: wechat.ReasonDecode, Endpoint: wechat.EndpointUserPortrait, Code: "decode", Message: "no portrait"}
	}
	return b.API.UserPortrait(ctx, w)
}

// thenStop answers, and stops the program before the answer is handed over.
type thenStop struct {
	poller.API
	stop func()
}

func (a *thenStop) UserPortrait(ctx context.Context, w wechat.Window) (*wechat.Portrait, error) {
	portrait, err := a.API.UserPortrait(ctx, w)
	a.stop()
	return portrait, err
}
