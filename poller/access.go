package poller

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// archiveSilence is how long an access to the archive may make no progress.
	archiveSilence = 10 * time.Second
	// archiveLongest is how long an access may take that makes progress.
	archiveLongest = 5 * time.Minute
	// archiveGrace is how long an access may take to end that is not wanted any more. Until then
	// nobody else can access the same thing.
	archiveGrace = 250 * time.Millisecond
	// archiveRetry is the pause before what failed is tried again.
	archiveRetry = 30 * time.Second
)

// errHangs is the error of an access that was begun before and has not ended.
var errHangs = errors.New("the access before has not ended")

// errSilent is the error of an access that made no progress.
var errSilent = fmt.Errorf("no answer within %s", archiveSilence)

// access lets a part of an app access the archive. Nothing can interrupt a file system that hangs, so what
// is silent for too long is left alone, and the same thing is not accessed again before it has ended.
type access struct {
	shared *shared

	mu      sync.Mutex
	running map[string]bool // by what is accessed; nil: nothing is
}

func newAccess(shared *shared) *access {
	return &access{shared: shared}
}

// do calls use, which accesses something in the archive, when there is a place for it. It returns
// when use does, or when use has made no progress for archiveSilence.
func (a *access) do(ctx context.Context, what string, use func(ctx context.Context) error) error {
	return a.shared.archiving.do(ctx, func() error { return a.bounded(ctx, what, use) })
}

func (a *access) bounded(ctx context.Context, what string, use func(ctx context.Context) error) error {
	if !a.begin(what) {
		return errHangs
	}
	select {
	case a.shared.accesses <- struct{}{}:
	case <-ctx.Done():
		a.end(what)
		return context.Cause(ctx)
	}
	// It is no child of ctx: an app that lives for a year would keep a place for children.
	running, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	began, silence := time.Now(), time.NewTimer(archiveSilence)
	defer silence.Stop()
	alive := func() {
		if time.Since(began) < archiveLongest {
			silence.Reset(archiveSilence)
		}
	}
	ended := make(chan error, 1)
	go func() {
		defer cancel(nil)
		err := use(context.WithValue(running, aliveKey{}, alive))
		<-a.shared.accesses
		a.end(what)
		ended <- err
	}()
	var cause error
	select {
	case err := <-ended:
		return err
	case <-silence.C:
		cause = errSilent
		cancel(cause)
	case <-ctx.Done():
		cause = context.Cause(ctx)
		cancel(cause)
		select {
		case err := <-ended:
			return err
		case <-time.After(archiveGrace):
		}
	}
	// If both happened at once, the result counts.
	select {
	case err := <-ended:
		return err
	default:
		return cause
	}
}

// begin reports whether something is not being accessed, and says that it now is.
func (a *access) begin(what string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running[what] {
		return false
	}
	if a.running == nil {
		a.running = map[string]bool{}
	}
	a.running[what] = true
	return true
}

func (a *access) end(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if delete(a.running, what); len(a.running) == 0 {
		a.running = nil
	}
}
