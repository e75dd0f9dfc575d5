package poller

import (
	"context"
	"time"
)

// Spool keeps, on a disk of this process, answers that the archive has not taken yet. Its methods
// may be called from several goroutines.
type Spool interface {
	// Save keeps a packed answer durably: it survives a crash. It fails when the spool is full.
	Save(appid string, key AnswerKey, packed []byte) error
	// Saved returns the keys of the answers that are kept, by appid and the oldest first.
	Saved() (map[string][]AnswerKey, error)
	// Answer returns a packed answer that is kept.
	Answer(appid string, key AnswerKey) ([]byte, error)
	// Remove removes an answer that the archive has taken.
	Remove(appid string, key AnswerKey) error
}

// Throttled is the error of an archive that works and asks for a pause.
type Throttled struct {
	// Pause is how long it wants to be left alone; 0: it did not say.
	Pause time.Duration
	Err   error
}

// Error says what the archive answered.
func (t *Throttled) Error() string { return t.Err.Error() }

// Unwrap returns what the archive answered.
func (t *Throttled) Unwrap() error { return t.Err }

// Alive tells whoever waits for an access to the archive, by its context, that it makes progress:
// an answer has begun, or a part of it has come.
func Alive(ctx context.Context) {
	if alive, ok := ctx.Value(aliveKey{}).(func()); ok {
		alive()
	}
}

type aliveKey struct{}
