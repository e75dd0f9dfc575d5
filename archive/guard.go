package archive

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// Guard is an Archive that is prepared before it is used, and as often as it takes: an
// archive that cannot be reached at the start is checked when it can. Until then its states
// cannot be read, so that a poller writes nothing to an archive that must not be used.
type Guard struct {
	Archive

	prepared  atomic.Bool
	preparing chan struct{}
}

// NewGuard returns a Guard of an archive.
func NewGuard(a Archive) *Guard {
	return &Guard{Archive: a, preparing: make(chan struct{}, 1)}
}

// Prepare is Archive.Prepare. Once it has succeeded, it does nothing.
func (g *Guard) Prepare(ctx context.Context) error {
	if g.prepared.Load() {
		return nil
	}
	select {
	case g.preparing <- struct{}{}:
		defer func() { <-g.preparing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if g.prepared.Load() {
		return nil
	}
	if err := g.Archive.Prepare(ctx); err != nil {
		return err
	}
	g.prepared.Store(true)
	return nil
}

// Prepared reports whether Prepare has succeeded.
func (g *Guard) Prepared() bool { return g.prepared.Load() }

// State is Archive.State.
func (g *Guard) State(ctx context.Context, appid string) (poller.State, error) {
	if err := g.Prepare(ctx); err != nil {
		return poller.State{}, err
	}
	return g.Archive.State(ctx, appid)
}

// SaveAnswer is Archive.SaveAnswer.
func (g *Guard) SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, object []byte) error {
	if err := g.Prepare(ctx); err != nil {
		return err
	}
	return g.Archive.SaveAnswer(ctx, appid, key, object)
}

// Open makes the folder of the archive, if that is what it is kept in, and prepares it. It
// returns the error of Prepare, and gives up waiting after a timeout: a file system that
// hangs must not keep a program from starting.
func (g *Guard) Open(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	prepared := make(chan error, 1)
	go func() {
		defer cancel()
		if folder, ok := g.Bucket.(Folder); ok {
			if err := folder.Make(); err != nil {
				prepared <- err
				return
			}
		}
		prepared <- g.Prepare(ctx)
	}()
	select {
	case err := <-prepared:
		return err
	case <-ctx.Done():
		select {
		case err := <-prepared: // both at once: the result counts
			return err
		default:
			return context.Cause(ctx)
		}
	}
}
