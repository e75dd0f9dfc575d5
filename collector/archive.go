package collector

import (
	"context"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive keeps the answers of WeChat and the state of the pollers. WeChat answers
// for two days only, so what an archive holds is the only record of older ones.
type Archive interface {
	// State returns the state of an app that was saved last. Of an app that none was
	// saved of it is the zero State.
	State(ctx context.Context, appid string) (State, error)
	// SaveState replaces the state of an app.
	SaveState(ctx context.Context, appid string, state State) error
	// Answer returns the answer for a window that came at a time.
	Answer(ctx context.Context, appid string, w wechat.Window, answered time.Time) ([]byte, error)
	// SaveAnswer adds an answer. It never replaces one that came at another time.
	SaveAnswer(ctx context.Context, appid string, w wechat.Window, answered time.Time, answer []byte) error
}

// NoArchive keeps nothing.
type NoArchive struct{}

// State returns the zero State.
func (NoArchive) State(context.Context, string) (State, error) { return State{}, nil }

// SaveState does nothing.
func (NoArchive) SaveState(context.Context, string, State) error { return nil }

// Answer is never called, since no state was saved that names an answer.
func (NoArchive) Answer(context.Context, string, wechat.Window, time.Time) ([]byte, error) {
	return nil, nil
}

// SaveAnswer does nothing.
func (NoArchive) SaveAnswer(context.Context, string, wechat.Window, time.Time, []byte) error {
	return nil
}
