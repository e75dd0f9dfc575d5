package collector

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// API is what a Poller asks WeChat for. *wechat.Client is one.
type API interface {
	UserPortrait(ctx context.Context, w wechat.Window) (*wechat.Portrait, error)
	Quota(ctx context.Context) (wechat.Quota, error)
	TokenExpiry() time.Time
}

// Source is an app and the way to its numbers.
type Source struct {
	App
	API API
}

// Poller asks WeChat for the portraits of all apps and keeps the Store up to date.
// All fields are needed.
type Poller struct {
	Sources  []Source
	Schedule Schedule
	// Dimensions are those to show. Answers are kept whole.
	Dimensions []wechat.Dimension
	// Top limits a dimension to the names with most users, per metric and range.
	Top map[wechat.Dimension]int
	// MaxAge is the time after the end of a window at which its numbers are withdrawn.
	MaxAge  time.Duration
	Store   *Store
	Archive Archive
	Metrics *ProcessMetrics
	Logger  *slog.Logger
}

// Run polls until the context ends. It restores what the archive holds first and calls
// restored when every app shows it. Apps do not wait for each other, but for one of
// eight requests at once.
func (p *Poller) Run(ctx context.Context, restored func()) {
	limiter := newLimiter()
	var restoring, polling sync.WaitGroup
	for _, source := range p.Sources {
		app := newAppPoller(p, source, limiter)
		restoring.Add(1)
		polling.Go(func() {
			app.restore(ctx)
			restoring.Done()
			app.run(ctx)
		})
	}
	restoring.Wait()
	restored()
	polling.Wait()
}
