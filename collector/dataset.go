package collector

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Dataset is what is shown of a dataset beside the user portrait.
type Dataset struct {
	Name   string
	Status Status
	// Failures are the failures of days that are due.
	Failures []*wechat.Error
	// FailedPolls counts the polls that failed, by reason.
	FailedPolls map[wechat.Reason]int64
	// End is the newest day that is held. Zero: none.
	End wechat.Day
	// Withdrawn says that the numbers are too old to be shown.
	Withdrawn bool
	// Figures are the numbers, none when they are withdrawn.
	Figures []Figures
	// Statistics are the parts of the dataset.
	Statistics []Statistic
}

// Statistic is what is known of a part of a dataset.
type Statistic struct {
	Endpoint string
	// Asked is the last question about it. Nil: it was not asked for.
	Asked *Question
	// Quota is the last quota of its calls that was read. Nil: unknown.
	Quota *wechat.Quota
}

// Answer is an answer about a day that is held. An empty one has no figures.
type Answer struct {
	Day     wechat.Day
	Figures Figures
}

// Shown is what is shown of a dataset.
type Shown struct {
	End     wechat.Day // the newest day that is held; zero: none
	Figures []Figures
	// Until is when the first of the figures become too old. Zero: there are none.
	Until time.Time
}

// add adds the figures about a day, unless they are too old.
func (s *Shown) add(day wechat.Day, figures []Figures, now time.Time, maxAge time.Duration) {
	until := day.Add(1).Begin().Add(maxAge)
	if now.After(until) {
		return
	}
	s.Figures = append(s.Figures, figures...)
	if s.Until.IsZero() || until.Before(s.Until) {
		s.Until = until
	}
}

// Equal reports whether the same is shown.
func (s Shown) Equal(other Shown) bool {
	return s.End == other.End && slices.EqualFunc(s.Figures, other.Figures, func(a, b Figures) bool { return slices.Equal(a.figures, b.figures) })
}

// Show returns what is shown of a dataset at a time, given the answers that are held of
// each of its statistics, in their order. Numbers are shown until maxAge after the end of
// their day.
//
// A day is shown when all statistics have answered, or when excused says of the others that
// they will not. Of statistics about cohorts each number of days is shown for the newest
// cohort of which it is known.
func Show(d wechat.Dataset, held [][]Answer, excused func(statistic int, day wechat.Day) bool, now time.Time, maxAge time.Duration) Shown {
	var shown Shown
	if cohorts := d.Statistics[0].Cohorts; cohorts != nil {
		for _, days := range cohorts {
			for _, answer := range newestFirst(held[0]) {
				figures := answer.Figures.ofDay(days)
				if len(figures.figures) == 0 {
					continue
				}
				if day := answer.Day.Add(days); shown.End.IsZero() || day.Begin().After(shown.End.Begin()) {
					shown.End = day
				}
				shown.add(answer.Day.Add(days), []Figures{figures}, now, maxAge)
				break
			}
		}
		return shown
	}
	var all []Answer
	for _, answers := range held {
		all = append(all, answers...)
	}
	for _, candidate := range newestFirst(all) {
		figures, complete := figuresOf(candidate.Day, held, excused)
		if !complete {
			continue
		}
		shown.End = candidate.Day
		shown.add(candidate.Day, figures, now, maxAge)
		break
	}
	return shown
}

func figuresOf(day wechat.Day, held [][]Answer, excused func(statistic int, day wechat.Day) bool) (figures []Figures, complete bool) {
	for i, answers := range held {
		at := slices.IndexFunc(answers, func(a Answer) bool { return a.Day == day })
		switch {
		case at >= 0:
			figures = append(figures, answers[at].Figures)
		case !excused(i, day):
			return nil, false
		}
	}
	return figures, true
}

func newestFirst(answers []Answer) []Answer {
	return slices.SortedFunc(slices.Values(answers), func(a, b Answer) int { return b.Day.Begin().Compare(a.Day.Begin()) })
}

// eachDataset emits the samples of the datasets.
func (s *Snapshot) eachDataset(emit func(Sample)) {
	if len(s.Datasets) == 0 {
		return
	}
	for _, metric := range FigureMetrics() {
		for _, dataset := range s.Datasets {
			for _, figures := range dataset.Figures {
				figures.each(metric, s.App.ID, emit)
			}
		}
	}
	for _, dataset := range s.Datasets {
		if dataset.Status != StatusUnknown {
			value := 0.0
			if dataset.Status == StatusUp {
				value = 1
			}
			emit(Sample{&datasetUp, []string{s.App.ID, dataset.Name}, value})
		}
	}
	for _, dataset := range s.Datasets {
		if !dataset.End.IsZero() {
			emit(Sample{&datasetEnd, []string{s.App.ID, dataset.Name}, float64(dataset.End.Add(1).Begin().Unix())})
		}
	}
	for _, dataset := range s.Datasets {
		for _, reason := range wechat.FailureReasons() {
			emit(Sample{&datasetFailures, []string{s.App.ID, dataset.Name, string(reason)}, float64(dataset.FailedPolls[reason])})
		}
	}
}
