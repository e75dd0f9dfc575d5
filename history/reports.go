package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// reports are the keys of the answers about a dataset of an app, in the order in which they
// came.
type reports struct {
	wechat.Dataset
	keys []poller.AnswerKey
	last []wechat.Day // the latest day that each statistic has answered
}

func listReports(ctx context.Context, archive Archive, appid string, dataset wechat.Dataset) (reports, error) {
	r := reports{Dataset: dataset}
	for _, statistic := range dataset.Statistics {
		keys, err := archive.ListReports(ctx, appid, statistic.Endpoint)
		if err != nil {
			return reports{}, fmt.Errorf("list the answers of %s about %s: %w", appid, dataset.Name, err)
		}
		r.keys = append(r.keys, keys...)
		var last wechat.Day
		for _, key := range keys {
			if last.IsZero() || key.Window.End.Begin().After(last.Begin()) {
				last = key.Window.End
			}
		}
		r.last = append(r.last, last)
	}
	slices.SortFunc(r.keys, asTheyCame)
	r.keys = slices.Clip(r.keys)
	return r, nil
}

// statistic returns the index of the statistic that an answer is about.
func (r reports) statistic(key poller.AnswerKey) int {
	return slices.IndexFunc(r.Statistics, func(s wechat.Statistic) bool { return s.Endpoint == key.Endpoint })
}

// lastDay returns the last day that an answer may tell of: that of a cohort tells of the
// days up to that before the answer.
func (r reports) lastDay(key poller.AnswerKey) wechat.Day {
	if r.Statistics[r.statistic(key)].Cohorts == nil {
		return key.Window.End
	}
	return wechat.DayOf(key.Answered).Add(-1)
}

// pollPause is the time between two answers from which they are taken for those of two
// polls. The answers of a poll are shown together, when the last has come.
const pollPause = 30 * time.Second

// heldReports returns what scrapes have shown of a dataset within a span, in the order of
// time. It follows the poller: the last answer about a day counts, and an empty one never
// takes the place of numbers. The archive does not tell that WeChat refused a statistic, so
// days are shown without one that has no answer about them nor about later ones.
func (e *Export) heldReports(ctx context.Context, appid string, r reports, span Span) ([]held, error) {
	var all []held
	var current *held
	answers := make([]map[wechat.Day]collector.Answer, len(r.Statistics))
	for i := range answers {
		answers[i] = map[wechat.Day]collector.Answer{}
	}
	keys := r.relevant(span, e.MaxAge)
	for n, key := range keys {
		if err := e.take(ctx, appid, r, key, answers); err != nil {
			return nil, err
		}
		at, until := shownFrom(key), span.To
		if n+1 < len(keys) {
			until = shownFrom(keys[n+1])
		}
		if until.Sub(at) < pollPause && n+1 < len(keys) || !until.After(span.From) {
			continue
		}
		if at.Before(span.From) {
			at = span.From
		}
		// What becomes too old before the next answer is withdrawn.
		for {
			next, withdrawn := e.showReports(r, answers, key, at)
			if next != nil && (current == nil || !next.shows(current)) {
				all = e.endReports(all, current, at)
				next.From, current = at, next
			}
			if withdrawn.IsZero() || !withdrawn.Before(until) {
				break
			}
			at = withdrawn.Add(time.Millisecond)
		}
	}
	return e.endReports(all, current, span.To), nil
}

// relevant returns the keys of the answers that may be shown within a span. Of those that
// came before it, only the last about each day is.
func (r reports) relevant(span Span, maxAge time.Duration) []poller.AnswerKey {
	later := map[poller.AnswerKey]bool{}
	var keys []poller.AnswerKey
	for _, key := range slices.Backward(r.keys) {
		day := poller.AnswerKey{Endpoint: key.Endpoint, Window: key.Window}
		before := !shownFrom(key).After(span.From)
		switch {
		case !shownFrom(key).Before(span.To), r.lastDay(key).Add(1).Begin().Add(maxAge).Before(span.From), before && later[day]:
			continue
		}
		later[day] = before
		keys = append(keys, key)
	}
	slices.Reverse(keys)
	return keys
}

// before returns the key of the answer about the same day that came before another.
func (r reports) before(key poller.AnswerKey) (poller.AnswerKey, bool) {
	for _, earlier := range slices.Backward(r.keys) {
		if earlier.Endpoint == key.Endpoint && earlier.Window == key.Window && earlier.Answered.Before(key.Answered) {
			return earlier, true
		}
	}
	return poller.AnswerKey{}, false
}

// take reads an answer into the answers of its statistic, unless it cannot be used or is
// empty and would take the place of numbers.
func (e *Export) take(ctx context.Context, appid string, r reports, key poller.AnswerKey, answers []map[wechat.Day]collector.Answer) error {
	i := r.statistic(key)
	content, err := e.Archive.Answer(ctx, appid, key)
	if err != nil && !errors.Is(err, poller.ErrDamaged) {
		return err
	}
	var report *wechat.Report
	if err == nil {
		report, err = r.Statistics[i].Decode(content, key.Window.End)
	}
	if err != nil {
		e.Damaged(appid, key, err)
		earlier, ok := r.before(key)
		if _, held := answers[i][key.Window.End]; held || !ok {
			return nil
		}
		return e.take(ctx, appid, r, earlier, answers)
	}
	if _, held := answers[i][key.Window.End]; !held || !report.Empty() {
		answers[i][key.Window.End] = collector.Answer{Day: key.Window.End, Figures: collector.NewFigures(report, e.Top)}
	}
	return nil
}

// showReports returns what is shown of a dataset at a time, or nil, and when the first of
// it becomes too old.
func (e *Export) showReports(r reports, answers []map[wechat.Day]collector.Answer, last poller.AnswerKey, at time.Time) (*held, time.Time) {
	var all [][]collector.Answer
	for _, ofStatistic := range answers {
		var list []collector.Answer
		for _, answer := range ofStatistic {
			list = append(list, answer)
		}
		all = append(all, list)
	}
	never := func(i int, day wechat.Day) bool { return r.last[i].IsZero() || r.last[i].Begin().Before(day.Begin()) }
	shown := collector.Show(r.Dataset, all, never, at, e.MaxAge)
	if shown.End.IsZero() {
		return nil, time.Time{}
	}
	return &held{
		key:     poller.AnswerKey{Endpoint: r.Name, Answered: last.Answered},
		empty:   len(shown.Figures) == 0,
		dataset: &collector.Dataset{Name: r.Name, End: shown.End, Figures: shown.Figures},
	}, shown.Until
}

// shows reports whether the same numbers are shown.
func (h *held) shows(other *held) bool {
	return collector.Shown{End: h.dataset.End, Figures: h.dataset.Figures}.
		Equal(collector.Shown{End: other.dataset.End, Figures: other.dataset.Figures})
}

// endReports adds what is shown no longer than until to all, if it was shown at all.
func (e *Export) endReports(all []held, current *held, until time.Time) []held {
	if current == nil {
		return all
	}
	shown := *current
	withdrawn := shown.dataset.End.Add(1).Begin().Add(e.MaxAge)
	shown.Span = Span{shown.From, until}.clip(Span{shown.From, withdrawn})
	if shown.Span.empty() {
		return all
	}
	return append(all, shown)
}
