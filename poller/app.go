package poller

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// longestSleep is the longest time between two checks of the clock: the clock may be
// changed, and timers may stop while the machine is suspended.
const longestSleep = 10 * time.Minute

// app polls one app: it sleeps, asks, archives and logs. What is known of it and what is due is
// in its knowledge. Only its own goroutine uses it, except for the fields that a mutex guards.
type app struct {
	shared   *shared
	source   Source
	known    *knowledge
	archiver *archiver
	report   *reporter
	past     *pastReader
	shown    *collector.Snapshot // last; nil: none

	before   *app          // the app that this one replaces, or nil
	restored chan struct{} // closed when the archive has been read, or cannot be read now
	done     chan struct{} // closed when the goroutine has ended
	replaced chan struct{} // closed when another app replaces this one

	// Guarded by the Poller's mu.
	stop     context.CancelFunc // nil before the app is started
	stopping bool

	showing sync.Mutex
	hidden  bool // removed or replaced: its snapshots are not shown
}

func newApp(shared *shared, source Source) *app {
	source.Name = strings.ToValidUTF8(source.Name, "\uFFFD")
	log := shared.Logger.With("app", source.Name, "appid", source.ID)
	return &app{
		shared:   shared,
		source:   source,
		known:    newKnowledge(source.ID, shared.Schedule, shared.Datasets, shared.Shows),
		archiver: newArchiver(shared, source.ID, log),
		report:   newReporter(log),
		past:     &pastReader{shared: shared, appid: source.ID, log: log},
		restored: make(chan struct{}),
		done:     make(chan struct{}),
		replaced: make(chan struct{}),
	}
}

// run polls the app until the context ends, and then saves what is not archived yet. An app whose
// archive cannot be read within 10 s starts without it, and reading is tried again later.
func (a *app) run(ctx, program context.Context) {
	defer close(a.done)
	if a.before == nil || !a.takeOver() {
		_ = a.archiver.restore(ctx, a.known) // its failure is logged
		now := time.Now()
		a.known.begin(now)
		a.show(now)
	}
	close(a.restored)
	for a.sleep(ctx) {
		a.poll(ctx)
	}
	a.end(program)
}

// takeOver waits for the goroutine of the app that this one replaces and takes what it
// held. It returns false when that had not restored the archive yet.
func (a *app) takeOver() bool {
	before := a.before
	a.before = nil
	if before.stop != nil { // it was started
		<-before.done
	}
	a.known, a.archiver, a.past.complete = before.known, before.archiver, before.past.complete
	a.report.follow(before.report)
	a.known.restarted() // the change may have removed the cause
	if !a.archiver.readable {
		return false
	}
	a.show(time.Now())
	return true
}

// remove stops the app and hides it. The Poller's mu is held.
func (a *app) remove() {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.hidden = true
	a.halt()
	a.shared.Store.Remove(a.source.ID)
}

// replace stops the app and keeps its series. The Poller's mu is held.
func (a *app) replace() {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.hidden = true
	a.halt()
	close(a.replaced)
}

func (a *app) halt() {
	a.stopping = true
	if a.stop != nil {
		a.stop()
	}
}

// sleep waits until the next poll is due, and meanwhile retries the archive. It returns
// false when the context ends.
func (a *app) sleep(ctx context.Context) bool {
	for ctx.Err() == nil {
		now := time.Now()
		pause := a.known.next(now).at.Sub(now)
		if pause <= 0 {
			return true
		}
		a.refresh(now)
		a.past.start(ctx, a.archiver, a.known.past)
		wait := min(pause, longestSleep)
		if a.archiver.waiting() {
			wait = min(wait, archiveRetry)
		}
		if !a.wait(ctx, wait) {
			return false
		}
		a.tidyArchive(ctx)
	}
	return false
}

// wait waits, but not longer than until the past has been read, which it shows. It returns
// false if the context ends first.
func (a *app) wait(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case read := <-a.past.read:
		a.past.complete = read.complete
		if len(read.past) > 0 { // what came from WeChat meanwhile is newer
			a.known.past = read.past.Merge(a.known.past)
			a.show(time.Now())
		}
		return true
	case <-ctx.Done():
		return false
	}
}

// tidyArchive retries what could not be read from the archive or written to it.
func (a *app) tidyArchive(ctx context.Context) {
	if !a.archiver.readable && a.archiver.restore(ctx, a.known) == nil {
		a.show(time.Now())
	}
	if a.archiver.waiting() {
		a.archiver.flush(ctx)
	}
}

// end archives what is pending when the app ends. If the program stops, it tries once
// more, and what cannot be written then is lost. If the app was removed, it tries until
// it succeeds. If the app was replaced, its successor does it.
func (a *app) end(program context.Context) {
	for a.archiver.unsaved() {
		if program.Err() != nil {
			a.tidyArchive(context.WithoutCancel(program))
			a.archiver.giveUp()
			return
		}
		timer := time.NewTimer(archiveRetry)
		select {
		case <-timer.C:
			a.tidyArchive(program)
		case <-program.Done():
		case <-a.replaced:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// refresh updates what is shown when it changes without a poll: when numbers become too
// old, or when the clock was changed.
func (a *app) refresh(now time.Time) {
	if next := a.known.snapshot(now); !next.NextPoll.Equal(a.shown.NextPoll) || withdrawn(next) != withdrawn(a.shown) {
		a.show(now)
	}
}

// withdrawn returns how many windows are too old to be shown.
func withdrawn(s *collector.Snapshot) (windows int) {
	for _, dataset := range s.Datasets {
		for _, held := range dataset.Held {
			if held.Withdrawn {
				windows++
			}
		}
	}
	return windows
}

// show puts what is known now into the Store.
func (a *app) show(now time.Time) {
	a.shown = a.known.snapshot(now)
	a.shown.App = a.source.App
	a.shown.TokenExpiry = a.source.API.TokenExpiry()

	a.showing.Lock()
	defer a.showing.Unlock()
	if !a.hidden {
		a.shared.Store.Put(a.shown)
	}
}

// state returns what is remembered of the app.
func (a *app) state() State {
	state := a.known.state()
	state.Name = a.source.Name
	return state
}
