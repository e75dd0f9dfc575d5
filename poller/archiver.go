package poller

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

const (
	// archiveTimeout is how long one access to the archive may take.
	archiveTimeout = 10 * time.Second
	// archiveRetry is the pause before a failed write, or a failed read at the start, is
	// tried again.
	archiveRetry = 30 * time.Second
	// maxPending is the largest number of answers of an app that wait for an archive that
	// cannot be written: those of ten days.
	maxPending = 60
)

// archiver writes the answers and the state of one app to the archive. What cannot be
// written stays pending and is tried again. Nothing is written before the archive has
// been read, because it may know more than the program.
type archiver struct {
	*Poller
	appid    string
	pending  []pendingAnswer
	state    *State // to be written, or nil
	readable bool   // the archive has been read
	attempts int    // to read it
	access   chan struct{}
}

type pendingAnswer struct {
	key    AnswerKey
	packed []byte
}

func newArchiver(p *Poller, appid string) *archiver {
	return &archiver{Poller: p, appid: appid, access: make(chan struct{}, 1)}
}

// waiting reports whether something still has to be read or written.
func (r *archiver) waiting() bool { return !r.readable || len(r.pending) > 0 || r.state != nil }

// do calls use, which accesses the archive. It returns after archiveTimeout even if use
// does not, because nothing can interrupt a file system that hangs. The app does not
// access the archive again before use has returned, so that at most one call hangs.
func (r *archiver) do(ctx context.Context, use func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, archiveTimeout, fmt.Errorf("no answer within %s", archiveTimeout))
	select {
	case r.access <- struct{}{}:
	case <-ctx.Done():
		defer cancel()
		return context.Cause(ctx)
	}
	ended := make(chan error, 1)
	go func() {
		defer cancel()
		err := use(ctx)
		<-r.access
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		// If both happened at once, the result counts.
		select {
		case err := <-ended:
			return err
		default:
			return context.Cause(ctx)
		}
	}
}

// saveAnswer archives an answer. It does so even if the context has ended: an answer that
// has arrived is kept.
func (r *archiver) saveAnswer(ctx context.Context, key AnswerKey, requested time.Time, answer []byte) {
	packed, err := r.Archive.Pack(requested, answer)
	if err != nil { // a bug: packing accesses nothing
		r.Logger.Error("an answer cannot be archived", "appid", r.appid, "window", key.Window, "error", err)
		return
	}
	r.pending = append(r.pending, pendingAnswer{key, packed})
	r.Metrics.ArchivePending(1)
	if surplus := len(r.pending) - maxPending; surplus > 0 {
		r.health.lose(r.appid, r.pending[:surplus])
		r.Metrics.ArchivePending(-surplus)
		r.pending = slices.Delete(r.pending, 0, surplus)
	}
	if len(r.pending) == 1 { // otherwise the archive has failed, and is tried again later
		r.flush(context.WithoutCancel(ctx))
	}
}

// saveState archives what is known of the app, after the answers that it refers to.
func (r *archiver) saveState(ctx context.Context, state State) {
	for i := range state.Windows { // a pending state must not keep numbers in memory
		state.Windows[i].rows = collector.Rows{}
	}
	r.state = &state
	if len(r.pending) == 0 {
		r.flush(context.WithoutCancel(ctx))
	}
}

// flush writes what is pending, and stops at the first failure.
func (r *archiver) flush(ctx context.Context) {
	if !r.readable {
		return
	}
	_ = r.archiving.do(ctx, func() error {
		err := r.writeAll(ctx)
		r.health.set(r.appid, "written", err)
		return err
	})
}

func (r *archiver) writeAll(ctx context.Context) error {
	for len(r.pending) > 0 {
		next := r.pending[0]
		if err := r.write(ctx, func(ctx context.Context) error {
			return r.Archive.SaveAnswer(ctx, r.appid, next.key, next.packed)
		}); err != nil {
			return err
		}
		r.Metrics.ArchivePending(-1)
		r.pending = slices.Delete(r.pending, 0, 1) // which also frees the answer
	}
	r.pending = nil
	if r.state == nil {
		return nil
	}
	state := *r.state
	if err := r.write(ctx, func(ctx context.Context) error {
		archived, err := r.Archive.State(ctx, r.appid)
		if err != nil {
			return fmt.Errorf("read the archived state before it is replaced: %w", err)
		}
		return r.Archive.SaveState(ctx, r.appid, state.merge(archived).current(time.Now()))
	}); err != nil {
		return err
	}
	r.state = nil
	return nil
}

func (r *archiver) write(ctx context.Context, use func(ctx context.Context) error) error {
	err := r.do(ctx, use)
	r.Metrics.ArchiveWritten(err)
	return err
}

// giveUp records what is pending as lost.
func (r *archiver) giveUp() {
	r.health.lose(r.appid, r.pending)
	r.Metrics.ArchivePending(-len(r.pending))
	r.pending = nil
}

// archiveHealth knows, for all apps together, whether the archive works and which answers
// are lost.
type archiveHealth struct {
	log *slog.Logger

	mu      sync.Mutex
	broken  map[string]bool // apps whose last read or write failed
	answers int             // the number of lost ones
	days    map[string]bool
	apps    map[string]bool
}

// set records whether an access to the archive of an app failed; what is "read" or
// "written". It logs when the first app fails and when no app fails any more.
func (h *archiveHealth) set(appid, what string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err != nil && !h.broken[appid]:
		if len(h.broken) == 0 {
			h.broken = map[string]bool{}
			h.log.Warn("the archive cannot be "+what+"; answers wait in memory and it is tried again every 30 s, but a crash would lose them",
				"appid", appid, "error", err, "remedy", "make the archive work again; a restart is not needed")
		}
		h.broken[appid] = true
	case err == nil && h.broken[appid]:
		delete(h.broken, appid)
		if len(h.broken) == 0 {
			h.log.Info("the archive can be " + what + " again")
		}
	}
}

// lose records answers that are lost.
func (h *archiveHealth) lose(appid string, answers []pendingAnswer) {
	if len(answers) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.days == nil {
		h.days, h.apps = map[string]bool{}, map[string]bool{}
	}
	var windows []string
	for _, answer := range answers {
		h.answers++
		h.days[answer.key.Window.End.String()] = true
		h.apps[appid] = true
		windows = append(windows, answer.key.Window.String())
	}
	h.log.Error("answers are lost because the archive could not be written", "appid", appid,
		"answers", len(answers), "windows", strings.Join(windows, " "))
}

// lost returns an error that says what was lost, or nil.
func (h *archiveHealth) lost() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answers == 0 {
		return nil
	}
	var days []string
	for day := range h.days {
		days = append(days, day)
	}
	slices.Sort(days)
	return fmt.Errorf("%w: answers: %d, apps: %d, last days of their windows: %s", errLost, h.answers, len(h.apps), strings.Join(days, " "))
}
