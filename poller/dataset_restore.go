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

// answersByDay are the keys of the answers of a statistic.
type answersByDay map[wechat.Window][]AnswerKey

// readDataset reads the state of a dataset, and the newest answer of each day that is
// shown or may be settled. Of all other days it looks at the keys only.
func (a *app) readDataset(ctx context.Context, t *turn, d *dataset, state DatasetState, now time.Time) (DatasetState, []error, error) {
	var answers []answersByDay
	for _, s := range d.statistics {
		keys, err := a.Archive.ListReports(ctx, a.source.ID, s.Endpoint)
		if err != nil {
			return DatasetState{}, nil, fmt.Errorf("list the answers of %s: %w", s.Endpoint, err)
		}
		byDay := answersByDay{}
		for _, key := range keys {
			byDay[key.Window] = append(byDay[key.Window], key)
		}
		answers = append(answers, byDay)
	}
	common := newestCommon(answers)
	read := DatasetState{CaughtUp: state.CaughtUp, Statistics: map[string]StatisticState{}}
	var warnings []error
	for i, s := range d.statistics {
		statistic := state.Statistics[s.Endpoint]
		known := map[wechat.Window]WindowState{}
		for _, w := range statistic.Windows {
			known[w.Window] = w
		}
		for w := range answers[i] {
			if _, ok := known[w]; !ok && (s.windows.canBeAsked(w, now) || w == common) {
				known[w] = WindowState{Window: w}
			}
		}
		statistic.Windows = nil
		cohorts := answers[i].tellingCohorts(s.Cohorts)
		for w, window := range known {
			needed := s.isNeeded(w, common, wechat.DayOf(now)) || cohorts[w]
			skipped, err := a.readReport(ctx, t, s, &window, answers[i][w], needed)
			if err != nil {
				return DatasetState{}, nil, err
			}
			warnings = append(warnings, skipped...)
			statistic.Windows = append(statistic.Windows, window)
		}
		read.Statistics[s.Endpoint] = statistic
	}
	return read, warnings, nil
}

// newestCommon returns the latest day that all statistics have answered, or the zero
// Window.
func newestCommon(answers []answersByDay) (newest wechat.Window) {
	for w := range answers[0] {
		everywhere := !slices.ContainsFunc(answers, func(others answersByDay) bool { return others[w] == nil })
		if everywhere && (newest.End.IsZero() || w.EndTime().After(newest.EndTime())) {
			newest = w
		}
	}
	return newest
}

// tellingCohorts returns the cohorts that are shown: for each number of days the newest
// that was answered so many days later.
func (answers answersByDay) tellingCohorts(cohorts []int) map[wechat.Window]bool {
	telling := map[wechat.Window]bool{}
	for _, days := range cohorts {
		var newest wechat.Window
		for w, keys := range answers {
			told := slices.ContainsFunc(keys, func(key AnswerKey) bool {
				return wechat.CohortDayIsOver(w.End, days, key.Answered)
			})
			if told && (newest.End.IsZero() || w.EndTime().After(newest.EndTime())) {
				newest = w
			}
		}
		telling[newest] = true
	}
	return telling
}

// isNeeded reports whether the numbers of a day are shown or compared with new ones.
func (s *statistic) isNeeded(w, common wechat.Window, today wechat.Day) bool {
	if w == common || slices.Contains(s.scheduled(today), w) {
		return true
	}
	return s.Cohorts == nil && !common.End.IsZero() && w.EndTime().After(common.EndTime())
}

// readReport reads the newest usable answer of a day into its state, or only when it came
// if its numbers are not needed. It returns why newer ones were skipped. The error means
// that an answer could not be read, which may be temporary.
func (a *app) readReport(ctx context.Context, t *turn, s *statistic, state *WindowState, keys []AnswerKey, needed bool) (skipped []error, err error) {
	confirmed, of, wasEmpty := state.Confirmed, state.Answered, state.Empty
	state.Answered, state.Confirmed, state.Empty = time.Time{}, time.Time{}, false
	slices.SortFunc(keys, func(a, b AnswerKey) int { return b.Answered.Compare(a.Answered) })
	for _, key := range keys {
		var report *wechat.Report
		if needed {
			report, err = a.decodeReport(ctx, t, s, key)
			if err != nil && !errors.Is(err, ErrDamaged) && a.archiver.attempts < maxAttempts-1 {
				return nil, err
			}
			if err != nil {
				skipped = append(skipped, err)
				continue
			}
		}
		state.Answered, state.Confirmed = key.Answered, key.Answered
		if key.Answered.Equal(of) {
			state.Confirmed, state.Empty = latest(confirmed, key.Answered), wasEmpty
		}
		outcome := collector.OutcomeData
		if report != nil {
			state.Empty, state.digest, state.figures = report.Empty(), digestOfReport(report, a.seed), collector.NewFigures(report, a.Top)
			if report.Empty() {
				outcome = collector.OutcomeEmpty
			}
		}
		if state.Asked.Before(key.Answered) {
			state.Asked, state.Outcome = key.Answered, cmp.Or(outcome, state.Outcome)
		}
		return skipped, nil
	}
	if !of.IsZero() { // the answer that was held is lost: ask again
		state.Asked, state.Outcome = time.Time{}, ""
	}
	return skipped, nil
}

// decodeReport reads an archived answer and decodes it when there is a place for it. The
// turn is not lost while it decodes.
func (a *app) decodeReport(ctx context.Context, t *turn, s *statistic, key AnswerKey) (report *wechat.Report, err error) {
	answer, err := a.Archive.Answer(ctx, a.source.ID, key)
	if err != nil {
		return nil, err
	}
	t.aside(func() {
		a.decoding <- struct{}{}
		defer func() { <-a.decoding }()
		report, err = s.Decode(answer, key.Window.End)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s of %s, answered %s: %w", ErrDamaged, key.Asked(), a.source.ID, key.Answered.UTC().Format(time.RFC3339Nano), err)
	}
	report.Answer = nil
	return report, nil
}

// restore takes over what is known of a dataset, merged with the archive. The pauses are
// those of the archive if nothing was asked yet.
func (d *dataset) restore(merged, archived DatasetState, first bool) {
	d.caughtUp = merged.CaughtUp
	for _, s := range d.statistics {
		state := merged.Statistics[s.Endpoint]
		s.quota, s.quotaAsked = state.Quota, state.QuotaAsked
		if first {
			s.windows.pause = archived.Statistics[s.Endpoint].Pause
		}
		for _, w := range state.Windows {
			s.windows.known[w.Window] = &w
		}
	}
}

// judgeRestored sets the statuses of datasets that were restored and have nothing to ask.
func (a *app) judgeRestored(now time.Time) {
	if len(a.datasets) == 0 || !a.nextDatasetPoll(now).After(now) {
		return
	}
	for _, d := range a.datasets {
		if d.shown(now, a.MaxAge).End.IsZero() {
			continue // nothing is known of it
		}
		for _, s := range d.statistics {
			s.windows.starting = false
		}
	}
	a.judgeDatasets(now)
}
