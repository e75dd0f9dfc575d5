package collector

import (
	"context"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// restore reads what the archive holds of the app and shows it.
func (a *appPoller) restore(ctx context.Context) {
	a.restoreState(ctx)
	now := time.Now()
	if a.nextPoll(now).After(now) {
		a.history.starting = false
		if len(a.held(now)) > 0 {
			a.snapshot.Status = StatusUp
		}
	}
	a.show(now)
}

// restoreState reads the state and the answers that it names. What cannot be read is as
// if it had never been held.
func (a *appPoller) restoreState(ctx context.Context) {
	state, err := a.Archive.State(ctx, a.source.ID)
	if err != nil {
		a.log.Warn("the archive cannot be read; the app starts anew", "error", err)
		return
	}
	for _, reading := range state.Readings {
		a.history.readings[reading.Window] = &reading
	}
	state.Readings = nil
	a.state = state

	for window, reading := range a.history.readings {
		if !reading.Held() {
			continue
		}
		if err := a.restoreAnswer(ctx, reading); err != nil {
			a.log.Warn("an archived answer cannot be read; its window is left out", "window", window, "error", err)
			delete(a.history.readings, window)
		}
	}
	a.history.forget(time.Now())
}

func (a *appPoller) restoreAnswer(ctx context.Context, reading *Reading) error {
	answer, err := a.Archive.Answer(ctx, a.source.ID, reading.Window, reading.Answered)
	if err != nil {
		return err
	}
	portrait, err := wechat.DecodePortrait(answer)
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	reading.Empty = portrait.Empty()
	reading.digest = digestOf(portrait)
	reading.lists = newLists(portrait, a.Dimensions, a.Top)
	return nil
}
