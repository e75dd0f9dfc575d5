package poller

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

const (
	// archiveTimeout is how long one access to the archive may take.
	archiveTimeout = 10 * time.Second
	// archiveRetry is the pause before a failed write, or a failed read at the start, is
	// tried again.
	archiveRetry = 30 * time.Second
	// maxPending is the largest number of answers of an app that wait for an archive that
	// cannot be written, for each dataset: those of ten days, or of fewer while datasets are
	// caught up.
	maxPending = 60
	// maxAttempts is how often reading the archive of an app may fail because of one answer.
	// Then that answer is skipped, so that the others can be shown.
	maxAttempts = 3
)

// archiver reads and writes the answers and the state of one app in the archive. What cannot be
// written stays pending and is tried again. Nothing is written before the archive has
// been read, because it may know more than the program.
type archiver struct {
	shared   *shared
	appid    string
	log      *slog.Logger
	pending  []pendingAnswer
	state    *State // to be written, or nil
	readable bool   // the archive has been read
	attempts int    // to read it
	access   chan struct{}
}

func newArchiver(shared *shared, appid string, log *slog.Logger) *archiver {
	return &archiver{shared: shared, appid: appid, log: log, access: make(chan struct{}, 1)}
}

// waiting reports whether something still has to be read or written.
func (r *archiver) waiting() bool { return !r.readable || r.unsaved() }

// unsaved reports whether something still has to be written.
func (r *archiver) unsaved() bool { return len(r.pending) > 0 || r.state != nil }

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

// restore merges what the archive holds of the app into what is known.
func (r *archiver) restore(ctx context.Context, known *knowledge) error {
	var state State
	var skipped []error
	err := r.shared.archiving.do(ctx, func(t *turn) error {
		// Made here, because a read that hangs goes on beside what follows.
		reading := &reading{
			archive: r.shared.Archive, appid: r.appid, known: known, now: time.Now(),
			places: r.shared.decoding, turn: t, skips: r.attempts >= maxAttempts-1,
		}
		return r.do(ctx, func(ctx context.Context) (err error) {
			read, err := reading.state(ctx)
			state, skipped = read, reading.skipped
			return err
		})
	})
	r.attempts++
	if err != nil {
		if ctx.Err() == nil {
			r.shared.health.set(r.appid, "read", err)
		}
		return err
	}
	r.readable = true
	r.shared.health.set(r.appid, "read", nil)
	for _, reason := range skipped {
		r.log.Warn("skipped an unusable archived answer; the previous one is used, if any", "error", reason)
	}
	first := known.lastPoll.IsZero()
	known.restore(state, first)
	known.forget(time.Now())
	if first {
		known.restarted()
	}
	return nil
}

// saveAnswer archives an answer. It does so even if the context has ended: an answer that
// has arrived is kept.
func (r *archiver) saveAnswer(ctx context.Context, key AnswerKey, requested time.Time, answer []byte) {
	packed, err := r.shared.Archive.Pack(requested, answer)
	if err != nil { // a bug: packing accesses nothing
		r.log.Error("answer cannot be archived", "window", key.Asked(), "error", err)
		return
	}
	r.pending = append(r.pending, pendingAnswer{key, packed})
	r.pend(1)
	if surplus := len(r.pending) - maxPending*len(r.shared.Datasets); surplus > 0 {
		r.shared.health.lose(r.appid, r.pending[:surplus])
		r.pend(-surplus)
		r.pending = slices.Delete(r.pending, 0, surplus)
	}
	if len(r.pending) == 1 { // otherwise the archive has failed, and is tried again later
		r.flush(context.WithoutCancel(ctx))
	}
}

// saveState archives what is known of the app, after the answers that it refers to.
func (r *archiver) saveState(ctx context.Context, state State) {
	state = state.withoutNumbers()
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
	_ = r.shared.archiving.do(ctx, func(*turn) error {
		err := r.writeAll(ctx)
		r.shared.health.set(r.appid, "write", err)
		return err
	})
}

func (r *archiver) writeAll(ctx context.Context) error {
	for len(r.pending) > 0 {
		next := r.pending[0]
		if err := r.write(ctx, func(ctx context.Context) error {
			return r.shared.Archive.SaveAnswer(ctx, r.appid, next.key, next.packed)
		}); err != nil {
			return err
		}
		r.pend(-1)
		r.pending = slices.Delete(r.pending, 0, 1) // which also frees the answer
	}
	r.pending = nil
	if r.state == nil {
		return nil
	}
	state := *r.state
	if err := r.write(ctx, func(ctx context.Context) error {
		archived, err := r.shared.Archive.State(ctx, r.appid)
		if err != nil {
			return fmt.Errorf("read the archived state before it is replaced: %w", err)
		}
		return r.shared.Archive.SaveState(ctx, r.appid, state.merge(archived).current(time.Now()))
	}); err != nil {
		return err
	}
	r.state = nil
	return nil
}

func (r *archiver) write(ctx context.Context, use func(ctx context.Context) error) error {
	err := r.do(ctx, use)
	r.shared.Metrics.ArchiveWritten(err)
	return err
}

// giveUp records what is pending as lost.
func (r *archiver) giveUp() {
	r.shared.health.lose(r.appid, r.pending)
	r.pend(-len(r.pending))
	r.pending = nil
}

// pend changes the number of answers that are pending.
func (r *archiver) pend(answers int) {
	r.shared.Metrics.ArchivePending(answers)
	r.shared.health.pend(answers)
}
