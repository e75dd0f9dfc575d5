package export

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

// reports are the answers about a dataset of an app.
type reports struct {
	wechat.Dataset
	keys     []poller.AnswerKey // in the order in which they came
	arrivals []arrival          // in the order in which they are shown
	// The first and the last day that each statistic has answered.
	first, last []wechat.Day
}

func listReports(ctx context.Context, archive Archive, appid string, dataset wechat.Dataset) (reports, error) {
	r := reports{Dataset: dataset}
	for _, statistic := range dataset.Statistics {
		keys, err := archive.ListReports(ctx, appid, statistic.Endpoint)
		if err != nil {
			return reports{}, fmt.Errorf("list the answers of %s about %s: %w", appid, dataset.Name, err)
		}
		slices.SortFunc(keys, asTheyCame)
		r.keys = append(r.keys, keys...)
		r.arrivals = append(r.arrivals, arrivals(statistic, keys)...)
		var first, last wechat.Day
		for _, key := range keys {
			day := key.Window.End
			if first.IsZero() || day.Begin().Before(first.Begin()) {
				first = day
			}
			if last.IsZero() || day.Begin().After(last.Begin()) {
				last = day
			}
		}
		r.first, r.last = append(r.first, first), append(r.last, last)
	}
	slices.SortFunc(r.keys, asTheyCame)
	slices.SortStableFunc(r.arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	r.keys, r.arrivals = slices.Clip(r.keys), slices.Clip(r.arrivals)
	return r, nil
}

// statistic returns the index of the statistic that an answer is about.
func (r reports) statistic(key poller.AnswerKey) int {
	return slices.IndexFunc(r.Statistics, func(s wechat.Statistic) bool { return s.Endpoint == key.Endpoint })
}

// excused reports whether a day is shown without a statistic: it has answered neither about
// the day nor about later ones, or neither about the day nor about earlier ones.
func (r reports) excused(statistic int, day wechat.Day) bool {
	first, last := r.first[statistic], r.last[statistic]
	return last.IsZero() || last.Begin().Before(day.Begin()) || first.Begin().After(day.Begin())
}

// pollPause is the time between two answers from which they are taken for those of two
// polls. The answers of a poll are shown together, when the last has come.
const pollPause = 30 * time.Second

// heldReports returns what scrapes have shown of a dataset within a span, in the order of
// time. It follows the poller: the last answer about a day counts, and an empty one never
// takes the place of numbers. Only those that came late are shown when they should have
// come. The archive does not tell that WeChat refused a statistic; see excused.
func (e *Export) heldReports(ctx context.Context, appid string, r reports, span Span) ([]held, error) {
	var all []held
	var current *held
	answers := make([]map[wechat.Day]collector.Answer, len(r.Statistics))
	for i := range answers {
		answers[i] = map[wechat.Day]collector.Answer{}
	}
	relevant := r.relevant(span, e.MaxAge)
	for n, arrived := range relevant {
		if err := e.take(ctx, appid, r, arrived.AnswerKey, arrived.upTo, answers); err != nil {
			return nil, err
		}
		at, until := arrived.shownFrom(), span.To
		if n+1 < len(relevant) {
			until = relevant[n+1].shownFrom()
		}
		if until.Sub(at) < pollPause && n+1 < len(relevant) || !until.After(span.From) {
			continue
		}
		if at.Before(span.From) {
			at = span.From
		}
		// What becomes too old before the next answer is withdrawn.
		for {
			next, withdrawn := e.showReports(r, answers, arrived.at, at)
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

// relevant returns the arrivals of answers that may be shown within a span. Of those before
// it, only the last about each day is.
func (r reports) relevant(span Span, maxAge time.Duration) []arrival {
	later := map[poller.AnswerKey]bool{}
	var relevant []arrival
	for _, a := range slices.Backward(r.arrivals) {
		day := poller.AnswerKey{Endpoint: a.Endpoint, Window: a.Window}
		before := !a.shownFrom().After(span.From)
		switch {
		case !a.shownFrom().Before(span.To), a.lastDay.Add(1).Begin().Add(maxAge).Before(span.From), before && later[day]:
			continue
		}
		later[day] = before
		relevant = append(relevant, a)
	}
	slices.Reverse(relevant)
	return relevant
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
// empty and would take the place of numbers. Of a cohort the numbers up to a number of days
// are taken.
func (e *Export) take(ctx context.Context, appid string, r reports, key poller.AnswerKey, upTo int, answers []map[wechat.Day]collector.Answer) error {
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
		return e.take(ctx, appid, r, earlier, upTo, answers)
	}
	if _, held := answers[i][key.Window.End]; !held || !report.Empty() {
		figures := collector.NewFigures(report, e.Top)
		if r.Statistics[i].Cohorts != nil {
			figures = figures.UpTo(upTo)
		}
		answers[i][key.Window.End] = collector.Answer{Day: key.Window.End, Figures: figures}
	}
	return nil
}

// showReports returns what is shown of a dataset at a time, or nil, and when the first of
// it becomes too old. The last answer came at the time last.
func (e *Export) showReports(r reports, answers []map[wechat.Day]collector.Answer, last, at time.Time) (*held, time.Time) {
	var all [][]collector.Answer
	for _, ofStatistic := range answers {
		var list []collector.Answer
		for _, answer := range ofStatistic {
			list = append(list, answer)
		}
		all = append(all, list)
	}
	shown := collector.Show(r.Dataset, all, r.excused, at, e.MaxAge)
	if shown.End.IsZero() {
		return nil, time.Time{}
	}
	return &held{
		key:     poller.AnswerKey{Endpoint: r.Name, Answered: last},
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
