package poller

import (
	"context"
	"fmt"
	"slices"
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
	// cannot be written, for the user portrait and for each other dataset: those of ten
	// days, or of fewer while datasets are caught up.
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
	r.pend(1)
	if surplus := len(r.pending) - maxPending*(1+len(r.Datasets)); surplus > 0 {
		r.health.lose(r.appid, r.pending[:surplus])
		r.pend(-surplus)
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
	for _, dataset := range state.Datasets {
		for _, s := range dataset.Statistics {
			for i := range s.Windows {
				s.Windows[i].figures = collector.Figures{}
			}
		}
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
	_ = r.archiving.do(ctx, func(*turn) error {
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
		r.pend(-1)
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
	r.pend(-len(r.pending))
	r.pending = nil
}

// pend changes the number of answers that are pending.
func (r *archiver) pend(answers int) {
	r.Metrics.ArchivePending(answers)
	r.health.pend(answers)
}
