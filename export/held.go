package export

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// held is an answer and the span in which scrapes have shown it.
type held struct {
	Span
	key   poller.AnswerKey
	empty bool // nobody came
	rows  collector.Rows
	// dataset is what is shown instead of an answer of the user portrait. The key then has
	// its name, and when the last of its answers came.
	dataset *collector.Dataset
}

// snapshot returns what is shown while it is held.
func (h held) snapshot(app collector.App) *collector.Snapshot {
	if h.dataset != nil {
		return &collector.Snapshot{App: app, Datasets: []collector.Dataset{*h.dataset}}
	}
	return &collector.Snapshot{App: app, Held: []collector.HeldWindow{{
		Window: h.key.Window, Answered: h.key.Answered, Confirmed: h.key.Answered, Rows: h.rows,
	}}}
}

// metrics returns the metrics that tell it.
func (h held) metrics() []string {
	if h.dataset != nil {
		return datasetMetrics()
	}
	return windowMetrics()
}

// follows reports whether h takes the place of before.
func (h held) follows(before held) bool {
	return h.key.Endpoint == before.key.Endpoint && h.key.Window.Range == before.key.Window.Range && h.From.Equal(before.To)
}

// held returns what scrapes have shown of an app within a span, by range and in the order
// of time. It follows the poller: the newest window of a range is shown, the last answer
// to a window counts, and an empty one never takes the place of numbers.
func (e *Export) held(ctx context.Context, a app, span Span) ([]held, error) {
	var all []held
	for _, keys := range a.ranges {
		i, _ := slices.BinarySearchFunc(keys, span.From, func(key poller.AnswerKey, from time.Time) int {
			return shownFrom(key).Compare(from)
		})
		current, err := e.heldAt(ctx, a.ID, keys[:i], span.From)
		if err != nil {
			return nil, err
		}
		for _, key := range keys[i:] {
			at := shownFrom(key)
			if !at.Before(span.To) {
				break
			}
			if current != nil && key.Window.EndTime().Before(current.key.Window.EndTime()) {
				continue // a revised answer to a window that another one has followed
			}
			next, err := e.read(ctx, a.ID, key)
			if err != nil {
				return nil, err
			}
			if next == nil || next.empty && current != nil && current.key.Window == key.Window && !current.empty {
				continue
			}
			all = e.end(all, current, at)
			next.From = at
			current = next
		}
		all = e.end(all, current, span.To)
	}
	return all, nil
}

// end adds an answer that is shown no longer than until to all, if it was shown at all.
func (e *Export) end(all []held, current *held, until time.Time) []held {
	if current == nil {
		return all
	}
	shown := *current
	shown.Span = Span{shown.From, until}.clip(Span{shown.From, e.withdrawn(shown.key)})
	if shown.Span.empty() {
		return all
	}
	return append(all, shown)
}

// withdrawn returns when an answer becomes too old to be shown.
func (e *Export) withdrawn(key poller.AnswerKey) time.Time {
	return key.Window.EndTime().Add(e.MaxAge)
}

// heldAt returns the answer of a range that was held at a time, or nil, given the keys of
// those that had come until then. One that is withdrawn by then need not be read.
func (e *Export) heldAt(ctx context.Context, appid string, keys []poller.AnswerKey, at time.Time) (*held, error) {
	passed := map[wechat.Window]bool{}
	for {
		newest, found := wechat.Window{}, false
		for _, key := range keys {
			if !passed[key.Window] && (!found || key.Window.EndTime().After(newest.EndTime())) {
				newest, found = key.Window, true
			}
		}
		if !found || !at.Before(e.withdrawn(poller.AnswerKey{Window: newest})) {
			return nil, nil
		}
		answer, err := e.lastAnswer(ctx, appid, keys, newest)
		if err != nil {
			return nil, err
		}
		if answer != nil {
			answer.From = at
			return answer, nil
		}
		passed[newest] = true
	}
}

// lastAnswer returns the last answer to a window that can be used, one with numbers if
// there is one. It is nil when none can be used.
func (e *Export) lastAnswer(ctx context.Context, appid string, keys []poller.AnswerKey, window wechat.Window) (*held, error) {
	var last *held
	for _, key := range slices.Backward(keys) {
		if key.Window != window {
			continue
		}
		answer, err := e.read(ctx, appid, key)
		switch {
		case err != nil:
			return nil, err
		case answer == nil:
		case !answer.empty:
			return answer, nil
		case last == nil:
			last = answer
		}
	}
	return last, nil
}

// read reads an answer. It is nil when the answer cannot be used.
func (e *Export) read(ctx context.Context, appid string, key poller.AnswerKey) (*held, error) {
	answer, err := e.Archive.Answer(ctx, appid, key)
	if err != nil && !errors.Is(err, poller.ErrDamaged) {
		return nil, err
	}
	var portrait *wechat.Portrait
	if err == nil {
		portrait, err = wechat.DecodePortrait(answer)
	}
	if err != nil {
		e.Damaged(appid, key, err)
		return nil, nil
	}
	return &held{key: key, empty: portrait.Empty(), rows: collector.NewRows(portrait, e.Dimensions, e.Top)}, nil
}

// shownFrom returns the first time at which an answer is shown. Samples have times in
// milliseconds.
func shownFrom(key poller.AnswerKey) time.Time { return wholeMillis(key.Answered) }

// wholeMillis rounds a time up.
func wholeMillis(at time.Time) time.Time {
	return at.Add(time.Millisecond - 1).Truncate(time.Millisecond)
}
