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

// held is what is shown of a track, and the span in which scrapes have shown it.
type held struct {
	Span
	shown    collector.Shown
	dataset  string
	track    int       // its index
	answered time.Time // when the last of the answers came
	empty    bool      // there are no numbers
}

// snapshot returns what is shown while it is held.
func (h held) snapshot(app collector.App) *collector.Snapshot {
	return &collector.Snapshot{App: app, Datasets: []collector.Dataset{{Name: h.dataset, End: h.shown.End, Held: h.shown.Held}}}
}

// follows reports whether h takes the place of before.
func (h held) follows(before held) bool { return h.track == before.track && h.From.Equal(before.To) }

// pollPause is the time between two answers from which they are taken for those of two
// polls. The answers of a poll are shown together, when the last has come.
const pollPause = 30 * time.Second

// timeline returns what scrapes have shown of a track within a span, in the order of time. What
// that is at a time, collector.Show decides, as it does for the poller.
func (e *Export) timeline(ctx context.Context, appid string, index int, t *track, span Span) ([]held, error) {
	view := &view{export: e, appid: appid, track: t, come: make([]map[wechat.Day][]arrival, len(t.Statistics))}
	for i := range view.come {
		view.come[i] = map[wechat.Day][]arrival{}
	}
	var all []held
	var current *held
	relevant := t.relevant(span, e.MaxAge)
	for n, arrived := range relevant {
		view.add(arrived)
		at, until := arrived.shownFrom(), span.To
		if n+1 < len(relevant) {
			until = relevant[n+1].shownFrom()
		}
		if !t.atOnce && until.Sub(at) < pollPause && n+1 < len(relevant) || !until.After(span.From) {
			continue
		}
		if at.Before(span.From) {
			at = span.From
		}
		// What becomes too old before the next answer is withdrawn.
		for {
			shown, err := view.show(ctx, at)
			if err != nil {
				return nil, err
			}
			if next := view.newHeld(shown, index, arrived.at); !next.same(current, t.atOnce) {
				all = end(all, current, at)
				next.From, current = at, next
			}
			if shown.Until.IsZero() || !shown.Until.Before(until) {
				break
			}
			at = shown.Until.Add(time.Millisecond)
		}
	}
	return end(all, current, span.To), nil
}

// newHeld returns what is shown of the track when its last answer came at a time.
func (v *view) newHeld(shown collector.Shown, index int, last time.Time) *held {
	h := &held{shown: shown, dataset: v.track.Name, track: index, answered: last, empty: true}
	for _, of := range shown.Held {
		h.empty = h.empty && v.empty(of)
		if v.track.atOnce {
			h.answered = of.Answered
		}
	}
	return h
}

// empty reports whether a window that is shown has no numbers. Those of a portrait may be of
// dimensions that are not shown.
func (v *view) empty(h collector.Held) bool {
	if !v.track.atOnce {
		return h.Numbers.Empty()
	}
	read := v.read[reading{poller.AnswerKey{Series: h.Series, Window: h.Window, Answered: h.Answered}, h.Window}]
	return read == nil || read.empty
}

// same reports whether the same is shown as before: the same answer, or the same numbers of
// several.
func (h *held) same(before *held, answer bool) bool {
	switch {
	case before == nil:
		return h.shown.End.IsZero()
	case answer && len(h.shown.Held)+len(before.shown.Held) == 2:
		a, b := h.shown.Held[0], before.shown.Held[0]
		return a.Window == b.Window && a.Answered.Equal(b.Answered) && a.Withdrawn == b.Withdrawn
	}
	return h.shown.Equal(before.shown)
}

// end adds what is shown no longer than until to all, if it was shown at all.
func end(all []held, current *held, until time.Time) []held {
	if current == nil {
		return all
	}
	shown := *current
	shown.Span = Span{shown.From, until}.clip(Span{shown.From, shown.shown.Last})
	if shown.Span.empty() {
		return all
	}
	return append(all, shown)
}

// relevant returns the arrivals of answers that may be shown within a span.
func (t *track) relevant(span Span, maxAge time.Duration) []arrival {
	var relevant []arrival
	for _, a := range t.arrivals {
		if a.shownFrom().Before(span.To) && !t.expires(a, maxAge).Before(span.From) {
			relevant = append(relevant, a)
		}
	}
	return relevant
}

// view is what is known of a track at a time.
type view struct {
	export *Export
	appid  string
	track  *track
	come   []map[wechat.Day][]arrival // answers, by statistic and window, the last one last
	read   map[reading]*answer
}

// reading is an answer that is read for a window.
type reading struct {
	poller.AnswerKey
	held wechat.Window
}

// answer is an answer that was read; nil: it cannot be used.
type answer struct {
	numbers collector.Numbers
	empty   bool
}

func (v *view) add(a arrival) {
	come := v.come[a.statistic]
	come[a.held.End] = append(come[a.held.End], a)
}

// show returns what is shown at a time. Only the answers that are shown are read. A window of
// which none can be used gives way to the one before it.
func (v *view) show(ctx context.Context, at time.Time) (collector.Shown, error) {
	for {
		held, err := v.held(ctx)
		if err != nil {
			return collector.Shown{}, err
		}
		shown := collector.Show(v.track.Dataset, held, v.track.excused, at, v.export.MaxAge)
		usable := true
		for i := range shown.Held {
			usable, err = v.fill(ctx, &shown.Held[i])
			if err != nil {
				return collector.Shown{}, err
			}
			if !usable {
				break
			}
		}
		if usable {
			return shown, nil
		}
	}
}

// held returns the windows that are held by statistic. Of cohorts the numbers decide what is
// shown, so they are read.
func (v *view) held(ctx context.Context) ([][]collector.Held, error) {
	all := make([][]collector.Held, len(v.come))
	for i, come := range v.come {
		statistic := v.track.Statistics[i]
		for end := range come {
			h := collector.Held{Series: statistic.Series(), Window: statistic.Window(end)}
			if statistic.Cohorts != nil {
				if usable, err := v.fill(ctx, &h); err != nil {
					return nil, err
				} else if !usable {
					continue
				}
			}
			all[i] = append(all[i], h)
		}
	}
	return all, nil
}

// fill fills in the last answer to a window that can be used, one with numbers if there is one.
// It returns false, and forgets the window, if there is none.
func (v *view) fill(ctx context.Context, h *collector.Held) (usable bool, err error) {
	if h.Withdrawn || !h.Answered.IsZero() {
		return true, nil
	}
	i := slices.IndexFunc(v.track.Statistics, func(s wechat.Statistic) bool { return s.Series() == h.Series })
	come := v.come[i][h.End]
	for _, a := range slices.Backward(come) {
		read, err := v.answer(ctx, a)
		if err != nil {
			return false, err
		}
		missing := read != nil && read.empty && a.held != a.Window // it does not tell of that day
		if read == nil || missing || usable && read.empty {
			continue
		}
		h.Numbers, h.Answered, usable = read.numbers, a.at, true
		if v.track.Statistics[i].Cohorts != nil {
			h.Numbers = h.Numbers.UpTo(a.upTo)
		}
		if !read.empty {
			return true, v.addPages(ctx, h, a, come)
		}
	}
	if !usable {
		delete(v.come[i], h.End)
	}
	return usable, nil
}

// addPages adds the numbers of the other pages of an answer to those of one page.
func (v *view) addPages(ctx context.Context, h *collector.Held, page arrival, come []arrival) error {
	if !v.track.Statistics[page.statistic].Overlaps {
		return nil
	}
	for _, other := range come {
		if other.AnswerKey == page.AnswerKey || !other.SharesAnswer(page.AnswerKey) {
			continue
		}
		read, err := v.answer(ctx, other)
		if err != nil {
			return err
		}
		if read != nil {
			h.Numbers = h.Numbers.With(read.numbers)
		}
	}
	return nil
}

// answer reads an answer, unless it was read before. It is nil when the answer cannot be used.
func (v *view) answer(ctx context.Context, a arrival) (*answer, error) {
	if read, ok := v.read[reading{a.AnswerKey, a.held}]; ok {
		return read, nil
	}
	content, err := v.export.Archive.Answer(ctx, v.appid, a.AnswerKey)
	if err != nil && !errors.Is(err, poller.ErrDamaged) {
		return nil, err
	}
	statistic := v.track.Statistics[a.statistic]
	var read *answer
	if err == nil {
		var decoded *wechat.Answer
		if decoded, err = statistic.Decode(content, a.held); err == nil {
			read = &answer{collector.NewNumbers(statistic, decoded, v.export.Dimensions, v.export.Top), decoded.Empty()}
			if decoded.Rejected > 0 {
				v.export.rejected[reference{v.appid, a.AnswerKey}] = decoded.Rejected
			}
		}
	}
	if err != nil {
		v.export.Damaged(v.appid, a.AnswerKey, err)
	}
	if v.read == nil {
		v.read = map[reading]*answer{}
	}
	v.read[reading{a.AnswerKey, a.held}] = read
	return read, nil
}
