package poller

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Poller polls any number of apps, which do not wait for each other. Add and Remove
// may be called from several goroutines, before and during Run.
type Poller struct {
	*shared

	mu      sync.Mutex
	apps    map[string]*app
	ctx     context.Context // of Run; nil before
	stopped bool
}

// New returns a Poller without apps.
func New(options Options) *Poller {
	return &Poller{shared: newShared(options), apps: map[string]*app{}}
}

// Add adds an app. While the Poller runs, its first poll begins at once. An app with the
// same appid is replaced: what is held of it is kept, and its series have no gap.
func (p *Poller) Add(source Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	added := newApp(p.shared, source)
	added.first = p.ctx == nil
	if before, ok := p.apps[source.ID]; ok {
		added.first, added.restored = before.first, before.restored
		if p.ctx != nil { // otherwise it holds nothing yet
			added.before = before
		}
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

// AwaitRestored waits until the archive of some apps, or of all, was read as far as it can be read
// now, or until the context ends. Apps that were added while the Poller ran are not waited for.
func (p *Poller) AwaitRestored(ctx context.Context, appids []string, all bool) {
	for _, restored := range p.restoring(appids, all) {
		select {
		case <-restored:
		case <-p.restored:
			return
		case <-ctx.Done():
			return
		}
	}
}

// restoring returns what is closed when some apps, or all, were restored.
func (p *Poller) restoring(appids []string, all bool) []<-chan struct{} {
	if all {
		return []<-chan struct{}{p.restored}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var apps []<-chan struct{}
	for _, id := range appids {
		if a, ok := p.apps[id]; ok && a.first {
			apps = append(apps, a.restored)
		}
	}
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
// restored when every app shows it, unless the context ends before. An app whose part of the
// archive cannot be read delays this by at most 10 s, and a slow one by at most five minutes. The
// error says which answers could not be archived before the end.
func (p *Poller) Run(ctx context.Context, restored func()) error {
	deadline, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	timer := time.AfterFunc(p.StopTimeout, cancel)
	timer.Stop()
	defer timer.Stop()
	defer context.AfterFunc(ctx, func() { timer.Reset(p.StopTimeout) })()
	p.program, p.deadline = ctx, deadline

	var first []*app
	p.mu.Lock()
	p.ctx = ctx
	p.openSpool()
	p.Metrics.Restoring(len(p.apps))
	for _, a := range p.apps {
		p.start(a)
		first = append(first, a)
	}
	p.mu.Unlock()

	for _, a := range first {
		<-a.restored
	}
	close(p.restored)
	if ctx.Err() == nil {
		restored()
	}
	<-ctx.Done()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.running.Wait()
	return p.health.lost()
}

// openSpool takes what an earlier process left in the spool, and begins to archive what is of apps
// that are gone.
func (p *Poller) openSpool() {
	if p.Spool == nil {
		return
	}
	saved, err := p.Spool.Saved()
	if err != nil {
		p.Logger.Warn("the spool cannot be read; what an earlier run left in it stays there", "error", err)
		return
	}
	answers := 0
	for appid, keys := range saved {
		answers += len(keys)
		if a, ok := p.apps[appid]; ok {
			a.writer.adopt(keys)
			a.reader.spooled = keys
		} else {
			newWriter(p.shared, appid, &others{}, p.Logger.With("appid", appid)).adopt(keys)
		}
	}
	if answers > 0 {
		p.Logger.Info("answers that an earlier run left in the spool are sent to the archive", "apps", len(saved), "answers", answers)
	}
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
		a.run(ctx)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.apps[a.source.ID] == a && a.stopping {
			delete(p.apps, a.source.ID)
		}
	})
}

// ArchiveStatus returns whether the archive works. It reads memory only.
func (p *Poller) ArchiveStatus() collector.ArchiveStatus {
	status := p.health.status()
	_, status.None = p.Archive.(NoArchive)
	return status
}
