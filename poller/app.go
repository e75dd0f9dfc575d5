package poller

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// longestSleep is the longest time between two checks of the clock: the clock may be
// changed, and timers may stop while the machine is suspended.
const longestSleep = 10 * time.Minute

// maxRestoring is how long the first poll of an app waits for an archive that is being read.
const maxRestoring = 5 * time.Minute

// app polls one app: it sleeps, asks, archives and logs. What is known of it and what is due is
// in its knowledge. Only its own goroutine uses it, except for the fields that a mutex guards.
type app struct {
	shared *shared
	source Source
	known  *knowledge
	reader *reader
	writer *writer
	report *reporter
	past   *pastReader
	shown  *collector.Snapshot // last; nil: none

	first    bool          // it was added before the Poller ran
	before   *app          // the app that ran and that this one replaces, or nil
	polls    bool          // it has begun to poll
	restored chan struct{} // closed when it does; that of the app before, if it replaces one
	done     chan struct{} // closed when the goroutine has ended, and its readers
	replaced chan struct{} // closed when another app replaces this one

	// Guarded by the Poller's mu.
	stop     context.CancelFunc // nil before the app is started
	stopping bool

	showing sync.Mutex
	hidden  bool      // removed or replaced: its snapshots are not shown
	removed time.Time // zero: it was not
}

func newApp(shared *shared, source Source) *app {
	source.Name = strings.ToValidUTF8(source.Name, "\uFFFD")
	log := shared.Logger.With("app", source.Name, "appid", source.ID)
	others := &others{}
	return &app{
		shared:   shared,
		source:   source,
		known:    newKnowledge(source.ID, shared.Schedule, shared.Datasets, shared.Shows),
		reader:   newReader(shared, source.ID, others, log),
		writer:   newWriter(shared, source.ID, others, log),
		report:   newReporter(log),
		past:     &pastReader{shared: shared, appid: source.ID, log: log, access: newAccess(shared)},
		restored: make(chan struct{}),
		done:     make(chan struct{}),
		replaced: make(chan struct{}),
	}
}

// run polls the app until the context ends, and then waits until what has arrived is archived and its
// readers have ended: while they access something, an app that replaces this one cannot.
func (a *app) run(ctx context.Context) {
	defer close(a.done)
	defer a.past.running.Wait()
	defer a.reader.running.Wait()
	if a.before != nil {
		a.takeOver()
	}
	if !a.reader.whole {
		a.reader.start(ctx, a.known)
	}
	if a.polls {
		a.show(time.Now())
	} else {
		a.awaitArchive(ctx)
	}
	for a.sleep(ctx) {
		a.poll(ctx)
	}
	if state, removed := a.state(), a.removedAt(); !removed.IsZero() && !state.LastPoll.IsZero() {
		state.Removed = removed
		a.writer.saveState(state)
	}
	select {
	case <-a.writer.done():
	case <-a.replaced: // its successor waits
	}
}

// awaitArchive waits until the archive was read, as far as it can be read now. It waits for
// maxRestoring at most, and not so long that a window is lost that WeChat answers for today only.
func (a *app) awaitArchive(ctx context.Context) {
	began := time.Now()
	midnight := wechat.DayOf(began).Add(1).Begin()
	limit := time.NewTimer(min(maxRestoring, midnight.Sub(began)/2))
	defer limit.Stop()
	for waiting := true; waiting; {
		select {
		case p := <-a.reader.pieces:
			a.take(p)
			waiting = !p.ended && !p.stalled
		case <-limit.C:
			a.report.log.Warn("the archive is still being read; the app is polled for what is not known yet",
				"waited", time.Since(began).Round(time.Second))
			waiting = false
		case <-ctx.Done():
			select {
			case <-a.replaced: // its successor goes on
			default:
				a.begin()
			}
			return
		}
	}
	a.begin()
}

// begin ends the restoring: from now on the app shows what is known, and polls.
func (a *app) begin() {
	now := time.Now()
	a.polls = true
	a.known.begin(now)
	a.show(now)
	close(a.restored)
	if a.first {
		a.shared.Metrics.Restoring(-1)
	}
}

// take takes what was read of the archive.
func (a *app) take(p piece) {
	if p.stalled {
		return
	}
	if p.ended {
		a.reader.ended(p)
		if p.foreign {
			a.past.again()
		}
		return
	}
	now := time.Now()
	a.known.restore(p.state, !a.polls)
	a.known.forget(now)
	if !a.polls {
		a.known.restarted()
		return
	}
	a.show(now)
}

// takeOver waits for the goroutine of the app that this one replaces and takes what it held, and
// what it had read of the archive.
func (a *app) takeOver() {
	before := a.before
	a.before = nil
	<-before.done
	a.known, a.writer, a.polls = before.known, before.writer, before.polls
	a.reader.follow(before.reader)
	a.past.follow(before.past)
	a.report.follow(before.report)
	a.known.restarted() // the change may have removed the cause
}

// remove stops the app and hides it. The Poller's mu is held.
func (a *app) remove() {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.hidden, a.removed = true, time.Now()
	a.halt()
	a.shared.Store.Remove(a.source.ID)
}

func (a *app) removedAt() time.Time {
	a.showing.Lock()
	defer a.showing.Unlock()
	return a.removed
}

// replace stops the app and keeps its series. The Poller's mu is held.
func (a *app) replace() {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.hidden = true
	close(a.replaced)
	a.halt()
}

func (a *app) halt() {
	a.stopping = true
	if a.stop != nil {
		a.stop()
	}
}

// sleep waits until the next poll is due, and meanwhile takes what is read of the archive. It returns
// false when the context ends.
func (a *app) sleep(ctx context.Context) bool {
	for ctx.Err() == nil {
		now := time.Now()
		pause := a.known.next(now).at.Sub(now)
		if pause <= 0 {
			return true
		}
		a.refresh(now)
		a.past.start(ctx, a.known.past)
		a.reader.look(ctx, a.known, now)
		if !a.wait(ctx, min(pause, longestSleep)) {
			return false
		}
	}
	return false
}

// wait waits, but not longer than until something was read of the archive, which it shows. It
// returns false if the context ends first.
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
	case p := <-a.reader.pieces:
		a.take(p)
		return true
	case <-ctx.Done():
		return false
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
