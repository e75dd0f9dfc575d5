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

// longestSleep bounds the time between two looks at the clock, which may be set and
// may stand still while the machine sleeps.
const longestSleep = 10 * time.Minute

// app polls one app. It belongs to one goroutine, but for the fields that a mutex
// guards.
type app struct {
	*Poller
	source   Source
	log      *slog.Logger
	archiver *archiver
	windows  *windows
	state    State              // without its windows and its pause, which are in windows
	snapshot collector.Snapshot // the one to show next
	reported map[string]bool    // the failures that were logged and last
	warned   bool               // of an answer that names another window

	before   *app          // the one that this one replaces; nil: none
	restored chan struct{} // closed when the archive is restored, or cannot be read now
	done     chan struct{} // closed when the goroutine has ended
	replaced chan struct{} // closed when another one takes over

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
	a.archiver, a.windows, a.state, a.snapshot = before.archiver, before.windows, before.state, before.snapshot
	a.snapshot.App = name
	a.reported, a.warned = before.reported, before.warned
	a.windows.restarted() // the change may be what was needed
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

// replace stops the app, but for its series. The Poller's mu is held.
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

// sleep waits until the next poll is due and takes care of the archive meanwhile. It
// returns false when the context ends.
func (a *app) sleep(ctx context.Context) bool {
	for ctx.Err() == nil {
		now := time.Now()
		pause := a.nextPoll(now).Sub(now)
		if pause <= 0 {
			return true
		}
		a.refresh(now)
		wait := min(pause, longestSleep)
		if a.archiver.waiting() {
			wait = min(wait, archiveRetry)
		}
		if !sleep(ctx, wait) {
			return false
		}
		a.tidyArchive(ctx)
	}
	return false
}

// sleep waits for a time. It returns false when the context ends before.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tidyArchive reads what could not be read before, and writes what could not be
// written.
func (a *app) tidyArchive(ctx context.Context) {
	if !a.archiver.readable && a.restoreArchive(ctx) == nil {
		a.show(time.Now())
	}
	if a.archiver.waiting() {
		a.archiver.flush(ctx)
	}
}

// end saves what waits when the app ends. When the program stops it tries once more,
// and what cannot be saved then is lost. When the app was removed, it tries until it
// succeeds. When the app is replaced, the other one goes on.
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

func (a *app) nextPoll(now time.Time) time.Time {
	_, at := a.Schedule.next(now, a.windows)
	return at
}

// refresh shows the app again when the time alone has changed what is to be shown: when
// numbers have become too old, or when the clock was set.
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
	if withdrawn != 0 || !next.Equal(a.snapshot.NextPoll) {
		a.show(now)
	}
}

// show puts what is known now into the Store.
func (a *app) show(now time.Time) {
	a.snapshot.LastPoll, a.snapshot.LastSuccess = a.state.LastPoll, a.state.LastSuccess
	a.snapshot.NextPoll = latest(now, a.nextPoll(now))
	a.snapshot.TokenExpiry = a.source.API.TokenExpiry()
	a.snapshot.Quota = a.state.Quota
	a.snapshot.Asked = a.asked()
	a.snapshot.Held = a.held(now)
	snapshot := a.snapshot
	snapshot.FailedPolls = maps.Clone(snapshot.FailedPolls)

	a.showing.Lock()
	defer a.showing.Unlock()
	if !a.hidden {
		a.Store.Put(&snapshot)
	}
}

// asked returns the last question about each range, the shortest first.
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

// held returns the newest window of each range that is held, the shortest first.
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
