package poller_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// fixedAPI answers every window with the same bytes.
type fixedAPI string

func (a fixedAPI) Ask(_ context.Context, s wechat.Statistic, w wechat.Window) (*wechat.Answer, error) {
	return s.Decode([]byte(a), w)
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

func (b *brokenWindows) Ask(ctx context.Context, s wechat.Statistic, w wechat.Window) (*wechat.Answer, error) {
	b.mu.Lock()
	broken := slices.Contains(b.ranges, w.Range)
	b.mu.Unlock()
	if broken {
		return nil, &wechat.Error{Reason: wechat.ReasonDecode, Endpoint: wechat.EndpointUserPortrait, Code: "decode", Message: "no portrait"}
	}
	return b.API.Ask(ctx, s, w)
}

// thenStop answers, and stops the program before the answer is handed over.
type thenStop struct {
	poller.API
	stop func()
}

func (a *thenStop) Ask(ctx context.Context, s wechat.Statistic, w wechat.Window) (*wechat.Answer, error) {
	answer, err := a.API.Ask(ctx, s, w)
	a.stop()
	return answer, err
}

// optional returns the datasets of some names, or all beside the user portrait and ads, which
// most apps do not have.
func optional(names ...string) []wechat.Dataset {
	return slices.DeleteFunc(wechat.Datasets(), func(d wechat.Dataset) bool {
		if len(names) > 0 {
			return !slices.Contains(names, d.Name)
		}
		return d.Name == wechat.UserPortrait || d.ByName
	})
}

// daily returns the datasets beside the user portrait that are about days.
func daily() []wechat.Dataset { return optional("visits", "sources", "retention", "pages") }

// withPortrait returns datasets with the user portrait before them.
func withPortrait(datasets []wechat.Dataset) []wechat.Dataset {
	return slices.Concat(pollertest.Datasets(wechat.UserPortrait), datasets)
}

// expectUsers fails the test when users are not shown as they were before.
func expectUsers(t *testing.T, after, before map[string]float64) {
	t.Helper()
	for series, value := range before {
		if strings.HasPrefix(series, "wxapp_users{") {
			expectValue(t, after, series, value)
		}
	}
}
