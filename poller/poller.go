package poller

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// API is the part of WeChat's API that a Poller calls. *wechat.Client implements it.
type API interface {
	UserPortrait(ctx context.Context, w wechat.Window) (*wechat.Portrait, error)
	Report(ctx context.Context, s wechat.Statistic, day wechat.Day) (*wechat.Report, error)
	Quota(ctx context.Context, endpoint string) (wechat.Quota, error)
	TokenExpiry() time.Time
}

// Source is an app and the API that answers for it.
type Source struct {
	collector.App
	API API
}

// Options are the options of a Poller. All but Datasets and PastReady are required.
type Options struct {
	// Schedule says when to ask. Without Ranges the user portrait is not asked for.
	Schedule Schedule
	// Datasets are the datasets to ask for beside the user portrait.
	Datasets []wechat.Dataset
	// Dimensions are the dimensions to show. The archive keeps whole answers.
	Dimensions []wechat.Dimension
	// Top limits a dimension to the names with the most users, per metric and range, and
	// wechat.Page to the pages with the most visits.
	Top map[wechat.Dimension]int
	// PastReady is closed when the past may be read from the archive. Nil: at once.
	PastReady <-chan struct{}
	// MaxAge is the time after the end of a window at which its numbers are withdrawn.
	MaxAge  time.Duration
	Store   *collector.Store
	Archive Archive
	Metrics *collector.SelfMetrics
	Logger  *slog.Logger
}

// Poller polls any number of apps, which do not wait for each other. Add and Remove
// may be called from several goroutines, before and during Run.
type Poller struct {
	Options

	requests  *limiter      // calls of apps whose last call did not fail
	retries   *limiter      // calls of the others
	archiving *limiter      // reads and writes of the archive
	decoding  chan struct{} // a place per answer that is decoded while the archive is restored
	pasts     chan struct{} // a place per app whose past is read
	totalling chan struct{} // a place for an answer of the past that is decoded
	health    *archiveHealth
	seed      maphash.Seed // of the digests of answers

	mu      sync.Mutex
	apps    map[string]*app
	ctx     context.Context // of Run; nil before
	stopped bool
	running sync.WaitGroup
}

// New returns a Poller without apps.
func New(options Options) *Poller {
	return &Poller{
		Options:   options,
		requests:  newLimiter(8, 250*time.Millisecond),
		retries:   newLimiter(4, 2*time.Second),
		archiving: newLimiter(32, 250*time.Millisecond),
		decoding:  make(chan struct{}, runtime.GOMAXPROCS(0)),
		pasts:     make(chan struct{}, 4),
		totalling: make(chan struct{}, 1),
		health:    &archiveHealth{log: options.Logger},
		seed:      maphash.MakeSeed(),
		apps:      map[string]*app{},
	}
}

// Add adds an app. While the Poller runs, its first poll begins at once. An app with the
// same appid is replaced: what is held of it is kept, and its series have no gap.
func (p *Poller) Add(source Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	added := newApp(p, source)
	if before, ok := p.apps[source.ID]; ok {
		added.before = before
		before.replace()
	}
	p.apps[source.ID] = added
	if p.ctx != nil {
		if p.Store.Snapshot(source.ID) == nil { // it can be scraped while its archive is read
			p.Store.Put(&collector.Snapshot{App: added.source.App})
		}
		p.start(added)
	}
}

// Apps returns the apps that were added and not removed, sorted by appid.
func (p *Poller) Apps() []collector.App {
	p.mu.Lock()
	defer p.mu.Unlock()
	apps := make([]collector.App, 0, len(p.apps))
	for _, a := range p.apps {
		if !a.stopping {
			apps = append(apps, a.source.App)
		}
	}
	slices.SortFunc(apps, func(a, b collector.App) int { return strings.Compare(a.ID, b.ID) })
	return apps
}

// Remove stops polling an app and removes its snapshot from the Store. After Remove
// returns, the app is not shown any more. Its archived answers stay.
func (p *Poller) Remove(appid string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.apps[appid]
	if !ok {
		return
	}
	a.remove()
	if p.ctx == nil {
		delete(p.apps, appid)
	}
}

// Run polls until the context ends. First it restores what the archive holds, and calls
// restored when every app shows it; an app whose part of the archive cannot be read
// delays this by at most 10 s. The error says which answers could not be archived before
// the end.
func (p *Poller) Run(ctx context.Context, restored func()) error {
	var first []*app
	p.mu.Lock()
	p.ctx = ctx
	for _, a := range p.apps {
		p.start(a)
		first = append(first, a)
	}
	p.mu.Unlock()

	for _, a := range first {
		<-a.restored
	}
	restored()
	<-ctx.Done()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.running.Wait()
	return p.health.lost()
}

// start starts an app in a goroutine of its own. p.mu is held.
func (p *Poller) start(a *app) {
	ctx, stop := context.WithCancel(p.ctx)
	a.stop = stop
	if a.stopping { // removed or replaced before it was started
		stop()
	}
	p.running.Go(func() {
		defer stop()
		a.run(ctx, p.ctx)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.apps[a.source.ID] == a && a.stopping {
			delete(p.apps, a.source.ID)
		}
	})
}

// errLost is the error of Run when answers were lost.
var errLost = errors.New("answers are lost because the archive could not be written")

// sortedRanges returns the ranges that are asked for, the shortest first.
func (p *Poller) sortedRanges() []wechat.Range {
	return slices.Sorted(slices.Values(p.Schedule.Ranges))
}
