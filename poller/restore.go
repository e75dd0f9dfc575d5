package poller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxAttempts is how often reading the archive of an app may fail because of one answer.
// Then that answer is skipped, so that the others can be shown.
const maxAttempts = 3

// restore reads what the archive holds of the app and shows it. If it cannot be read
// within 10 s, the app starts without it, and reading is tried again later.
func (a *app) restore(ctx context.Context) {
	_ = a.restoreArchive(ctx) // its failure is logged
	now := time.Now()
	if !a.withoutPortrait() && a.nextPortraitPoll(now).After(now) {
		a.windows.starting = false
		a.judge(now)
		if a.snapshot.Status == collector.StatusUp && len(a.held(now)) == 0 {
			a.snapshot.Status = collector.StatusUnknown
		}
	}
	a.judgeRestored(now)
	a.show(now)
}

// restoreArchive merges what the archive holds of the app into what is known.
func (a *app) restoreArchive(ctx context.Context) error {
	var archived *archivedApp
	err := a.archiving.do(ctx, func(t *turn) error {
		return a.archiver.do(ctx, func(ctx context.Context) (err error) {
			read, err := a.readArchive(ctx, t)
			archived = read
			return err
		})
	})
	a.archiver.attempts++
	if err != nil {
		if ctx.Err() == nil {
			a.health.set(a.source.ID, "read", err)
		}
		return err
	}
	a.archiver.readable = true
	a.health.set(a.source.ID, "read", nil)
	for _, warning := range archived.warnings {
		a.log.Warn("an archived answer cannot be used and was skipped; the one before it is used if there is one", "error", warning)
	}
	first := a.state.LastPoll.IsZero()
	state := a.savedState().merge(archived.state)
	if first {
		state.Pause = archived.state.Pause
	}
	a.windows.pause = state.Pause
	for _, w := range state.Windows {
		a.windows.known[w.Window] = &w
	}
	for _, d := range a.datasets {
		d.restore(state.Datasets[d.Name], archived.state.Datasets[d.Name], first)
	}
	state.Windows, state.Pause, state.Datasets = nil, Pause{}, nil
	a.state = state
	a.windows.forget(time.Now())
	if first {
		a.restarted()
	}
	return nil
}

// archivedApp is the part of an app's archive that is needed now.
type archivedApp struct {
	state    State
	warnings []error
}

// readArchive reads the state of the app, and the newest answer of each window that is
// shown or may still be asked for. The keys of the answers decide: an answer that the
// state does not mention counts, and one that is missing does not, whatever the state
// says.
func (a *app) readArchive(ctx context.Context, t *turn) (*archivedApp, error) {
	state, err := a.Archive.State(ctx, a.source.ID)
	if err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	var keys []AnswerKey
	if !a.withoutPortrait() {
		if keys, err = a.Archive.List(ctx, a.source.ID); err != nil {
			return nil, fmt.Errorf("list the answers: %w", err)
		}
	}
	answers := map[wechat.Window][]AnswerKey{}
	for _, key := range keys {
		answers[key.Window] = append(answers[key.Window], key)
		if state.LastPoll.Before(key.Answered) {
			state.LastPoll = key.Answered
		}
		if state.LastSuccess.Before(key.Answered) {
			state.LastSuccess = key.Answered
		}
	}
	known := map[wechat.Window]WindowState{}
	for _, w := range state.Windows {
		known[w.Window] = w
	}

	now := time.Now()
	archived := &archivedApp{}
	state.Windows = nil
	for _, length := range wechat.Ranges() {
		newest := false // whether the newest answer of the range has been read
		for _, w := range newestFirst(length, known, answers) {
			askable := a.windows.canBeAsked(w, now)
			if newest && !askable {
				break
			}
			window, ok := known[w]
			if !ok {
				window = WindowState{Window: w}
			}
			held, skipped, err := a.readAnswer(ctx, t, &window, answers[w])
			if err != nil {
				return nil, err
			}
			archived.warnings = append(archived.warnings, skipped...)
			if held && !newest {
				newest = true
			} else {
				window.rows = collector.Rows{}
			}
			if held || askable {
				state.Windows = append(state.Windows, window)
			}
		}
	}
	archived.state = state
	archived.state.Datasets = nil
	for _, d := range a.datasets {
		read, skipped, err := a.readDataset(ctx, t, d, state.Datasets[d.Name], now)
		if err != nil {
			return nil, err
		}
		archived.warnings = append(archived.warnings, skipped...)
		archived.state.Datasets = mergeDatasets(archived.state.Datasets, map[string]DatasetState{d.Name: read})
	}
	return archived, nil
}

// newestFirst returns the windows of a range that the state knows or that have answers,
// the latest first.
func newestFirst(length wechat.Range, known map[wechat.Window]WindowState, answers map[wechat.Window][]AnswerKey) []wechat.Window {
	var all []wechat.Window
	for w := range answers {
		if w.Range == length {
			all = append(all, w)
		}
	}
	for w := range known {
		if _, listed := answers[w]; w.Range == length && !listed {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b wechat.Window) int { return b.EndTime().Compare(a.EndTime()) })
	return all
}

// readAnswer reads the newest usable answer of a window into its state. It reports
// whether there is one, and why newer ones were skipped. The error means that an answer
// could not be read, which may be temporary.
func (a *app) readAnswer(ctx context.Context, t *turn, state *WindowState, keys []AnswerKey) (held bool, skipped []error, err error) {
	confirmed, of := state.Confirmed, state.Answered
	state.Answered, state.Confirmed, state.Empty = time.Time{}, time.Time{}, false
	slices.SortFunc(keys, func(a, b AnswerKey) int { return b.Answered.Compare(a.Answered) })
	for _, key := range keys {
		portrait, err := a.decodeArchived(ctx, key, a.decoding, t)
		if err != nil && !errors.Is(err, ErrDamaged) && a.archiver.attempts < maxAttempts-1 {
			return false, nil, err
		}
		if err != nil {
			skipped = append(skipped, err)
			continue
		}
		state.Answered, state.Confirmed = key.Answered, key.Answered
		if key.Answered.Equal(of) {
			state.Confirmed = latest(confirmed, key.Answered)
		}
		state.Empty = portrait.Empty()
		if state.Asked.Before(key.Answered) {
			state.Asked, state.Outcome = key.Answered, cmp.Or(outcomeOf(portrait), state.Outcome)
		}
		state.digest = digestOf(portrait, a.seed)
		state.rows = collector.NewRows(portrait, a.Dimensions, a.Top)
		return true, skipped, nil
	}
	if !of.IsZero() { // the answer that was held is lost: ask again
		state.Asked, state.Outcome = time.Time{}, ""
	}
	return false, skipped, nil
}

func outcomeOf(p *wechat.Portrait) collector.Outcome {
	if p.Empty() {
		return collector.OutcomeEmpty
	}
	return collector.OutcomeData
}

// decodeArchived reads an archived answer and decodes it when there is a place for it. Only
// reading can hang, so the turn, which may be nil, is not lost while it decodes.
func (a *app) decodeArchived(ctx context.Context, key AnswerKey, places chan struct{}, t *turn) (portrait *wechat.Portrait, err error) {
	answer, err := a.Archive.Answer(ctx, a.source.ID, key)
	if err != nil {
		return nil, err
	}
	t.aside(func() {
		places <- struct{}{}
		defer func() { <-places }()
		portrait, err = wechat.DecodePortrait(answer)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s of %s, answered %s: %w", ErrDamaged, a.source.ID, key.Window, key.Answered.UTC().Format(time.RFC3339Nano), err)
	}
	return portrait, nil
}
