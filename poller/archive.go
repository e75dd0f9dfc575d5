package poller

import (
	"context"
	"errors"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// AnswerKey names an archived answer of an app.
type AnswerKey struct {
	Series   string // of a wechat.Statistic
	Window   wechat.Window
	Answered time.Time // when the answer came
}

// Asked returns the series and the window.
func (k AnswerKey) Asked() string { return k.Series + " " + k.Window.String() }

// name names the answer among all of an app.
func (k AnswerKey) name() string { return k.Asked() + " " + k.Answered.UTC().Format(time.RFC3339Nano) }

// Page returns the key of a further page of the answer, counted from 0. Pages are answers of their
// own, and each is a nanosecond older than the one before it, so that the first one counts.
func (k AnswerKey) Page(n int) AnswerKey {
	k.Answered = k.Answered.Add(-time.Duration(n))
	return k
}

// SharesAnswer reports whether two keys are those of pages of the same answer.
func (k AnswerKey) SharesAnswer(other AnswerKey) bool {
	return k.Series == other.Series && k.Window == other.Window && k.Answered.Sub(other.Answered).Abs() < wechat.MaxPages
}

// Archive keeps the answers of WeChat and the state of every app. WeChat answers for two
// days only, so the archive is the only record of older days. Its methods may be called
// from several goroutines and may be slow: the Poller waits as long as an access is Alive, and no
// longer. An archive that works and asks for a pause returns a Throttled.
type Archive interface {
	// List returns the keys of all answers of an app to a statistic about windows that end on a day
	// or later, in any order. The zero Day is before all others.
	List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]AnswerKey, error)
	// Answer returns an answer as WeChat sent it.
	Answer(ctx context.Context, appid string, key AnswerKey) ([]byte, error)
	// Pack returns an answer, requested at the given time, in the form that SaveAnswer
	// takes. It does not access the archive.
	Pack(requested time.Time, answer []byte) ([]byte, error)
	// Unpack returns an answer that was packed. It does not access the archive.
	Unpack(packed []byte) ([]byte, error)
	// SaveAnswer adds a packed answer. It never replaces one that came at another time.
	SaveAnswer(ctx context.Context, appid string, key AnswerKey, packed []byte) error
	// State returns the last saved state of an app. It is the zero State when there is
	// none or when it is not valid; an error means that it could not be read.
	State(ctx context.Context, appid string) (State, error)
	// SaveState replaces the state of an app.
	SaveState(ctx context.Context, appid string, state State) error
}

// NoArchive keeps nothing.
type NoArchive struct{}

// List returns nothing.
func (NoArchive) List(context.Context, string, wechat.Statistic, wechat.Day) ([]AnswerKey, error) {
	return nil, nil
}

// Answer returns nothing. It is never called because List returns no key.
func (NoArchive) Answer(context.Context, string, AnswerKey) ([]byte, error) { return nil, nil }

// Pack returns nothing.
func (NoArchive) Pack(time.Time, []byte) ([]byte, error) { return nil, nil }

// Unpack returns nothing.
func (NoArchive) Unpack([]byte) ([]byte, error) { return nil, nil }

// SaveAnswer does nothing.
func (NoArchive) SaveAnswer(context.Context, string, AnswerKey, []byte) error { return nil }

// State returns the zero State.
func (NoArchive) State(context.Context, string) (State, error) { return State{}, nil }

// SaveState does nothing.
func (NoArchive) SaveState(context.Context, string, State) error { return nil }

// ErrDamaged is the error of an archived answer that exists but is not valid. An answer
// that could not be read has another error: reading it may work later.
var ErrDamaged = errors.New("the archived answer is damaged")
