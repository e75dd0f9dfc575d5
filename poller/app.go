package poller

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// longestSleep is the longest time between two checks of the clock: the clock may be
// changed, and timers may stop while the machine is suspended.
const longestSleep = 10 * time.Minute

// app polls one app. Only its own goroutine uses it, except for the fields that a mutex
// guards.
type app struct {
	*Poller
	source   Source
	log      *slog.Logger
	archiver *archiver
	windows  *windows // of the user portrait
	datasets []*dataset
	state    State              // without what is in windows and datasets
	snapshot collector.Snapshot // the one to show next
	reported map[string]bool    // failures that were logged and have not ended
	warned   bool               // about an answer that names another window
	past     pastReader

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

func newApp(p *Poller, source Source) *app {
	source.Name = strings.ToValidUTF8(source.Name, "\uFFFD")
	return &app{
		Poller:   p,
		source:   source,
		log:      p.Logger.With("app", source.Name, "appid", source.ID),
		archiver: newArchiver(p, source.ID),
		windows:  newWindows(source.ID),
		datasets: newDatasets(p.Datasets, source.ID),
		snapshot: collector.Snapshot{App: source.App, FailedPolls: map[wechat.Reason]int64{}},
		restored: make(chan struct{}),
		done:     make(chan struct{}),
		replaced: make(chan struct{}),
	}
}

// run polls the app until the context ends, and then saves what is not archived yet.
func (a *app) run(ctx, program context.Context) {
	defer close(a.done)
	if a.before == nil || !a.takeOver() {
		a.restore(ctx)
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
	name := a.snapshot.App
	a.archiver, a.windows, a.datasets, a.state, a.snapshot = before.archiver, before.windows, before.datasets, before.state, before.snapshot
	a.snapshot.App = name
	a.reported, a.warned, a.past.complete = before.reported, before.warned, before.past.complete
	a.restarted() // the change may have removed the cause
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
	a.Store.Remove(a.source.ID)
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
		pause := a.nextPoll(now).Sub(now)
		if pause <= 0 {
			return true
		}
		a.refresh(now)
		a.startPast(ctx)
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

// wait waits, but not longer than until the past has been read. It returns false if the
// context ends first.
func (a *app) wait(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case read := <-a.past.read:
		a.addPast(read)
		return true
	case <-ctx.Done():
		return false
	}
}

// tidyArchive retries what could not be read from the archive or written to it.
func (a *app) tidyArchive(ctx context.Context) {
	if !a.archiver.readable && a.restoreArchive(ctx) == nil {
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
	for len(a.archiver.pending) > 0 || a.archiver.state != nil {
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

// nextPoll returns when the next poll is due, of the user portrait or of a dataset.
func (a *app) nextPoll(now time.Time) time.Time {
	if len(a.datasets) == 0 {
		return a.nextPortraitPoll(now)
	}
	next := a.nextDatasetPoll(now)
	if a.withoutPortrait() {
		return next
	}
	return earliest(next, a.nextPortraitPoll(now))
}

func (a *app) nextPortraitPoll(now time.Time) time.Time {
	_, at := a.Schedule.next(now, a.windows)
	return at
}

// restarted ends the pauses after failures that need a person.
func (a *app) restarted() {
	a.windows.restarted()
	for _, d := range a.datasets {
		for _, s := range d.statistics {
			s.windows.restarted()
		}
	}
}

// refresh updates what is shown when it changes without a poll: when numbers become too
// old, or when the clock was changed.
func (a *app) refresh(now time.Time) {
	next := latest(now, a.nextPoll(now))
	withdrawn := 0
	for _, held := range a.held(now) {
		if held.Withdrawn {
			withdrawn++
		}
	}
	for _, held := range a.snapshot.Held {
		if held.Withdrawn {
			withdrawn--
		}
	}
	for _, d := range a.datasets {
		if !d.until.IsZero() && now.After(d.until) {
			withdrawn++
		}
	}
	if withdrawn != 0 || !next.Equal(a.snapshot.NextPoll) {
		a.show(now)
	}
}

// show puts what is known now into the Store.
func (a *app) show(now time.Time) {
	a.snapshot.LastPoll, a.snapshot.LastSuccess = a.state.LastPoll, a.state.LastSuccess
	a.snapshot.NextPoll = latest(now, a.nextPoll(now))
	a.snapshot.TokenExpiry = a.source.API.TokenExpiry()
	a.snapshot.Quota, a.snapshot.QuotaAsked = a.state.Quota, a.state.QuotaAsked
	a.snapshot.Calls = a.state.Calls
	a.snapshot.Asked = a.asked()
	a.snapshot.Held = a.held(now)
	a.snapshot.NoPortrait = a.withoutPortrait()
	a.snapshot.Datasets = nil
	for _, d := range a.datasets {
		a.snapshot.Datasets = append(a.snapshot.Datasets, d.shown(now, a.MaxAge))
	}
	snapshot := a.snapshot
	snapshot.FailedPolls = maps.Clone(snapshot.FailedPolls)

	a.showing.Lock()
	defer a.showing.Unlock()
	if !a.hidden {
		a.Store.Put(&snapshot)
	}
}

// asked returns the last question about each range, the shortest range first.
func (a *app) asked() []collector.Question {
	var asked []collector.Question
	for _, length := range a.sortedRanges() {
		state := a.windows.lastAsked(length)
		if state == nil {
			continue
		}
		question := collector.Question{Window: state.Window, At: state.touched(), Outcome: state.Outcome}
		if state.Failure != nil {
			question.Outcome, question.Failure = collector.OutcomeFailed, state.Failure
		}
		asked = append(asked, question)
	}
	return asked
}

// held returns the newest window that is held of each range, the shortest range first.
func (a *app) held(now time.Time) []collector.HeldWindow {
	var held []collector.HeldWindow
	for _, length := range a.sortedRanges() {
		newest := a.windows.newest(length)
		if newest == nil {
			continue
		}
		window := collector.HeldWindow{Window: newest.Window, Answered: newest.Answered, Confirmed: newest.Confirmed, Rows: newest.rows}
		if now.Sub(newest.Window.EndTime()) > a.MaxAge {
			window.Withdrawn, window.Rows = true, collector.Rows{}
		}
		held = append(held, window)
	}
	return held
}
