package poller

import (
	"maps"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// rememberedDays is how many days back the days of statistics are remembered: the 30 that
// are caught up, and the oldest cohorts while their numbers are shown.
const rememberedDays = 62

// dataset is what is known of a dataset of an app.
type dataset struct {
	wechat.Dataset
	statistics  []*statistic
	caughtUp    collector.Calls
	status      collector.Status
	failures    []*wechat.Error
	failedPolls map[wechat.Reason]int64
	reported    map[string]bool // failures that were logged and have not ended
	until       time.Time       // when the first of the numbers that are shown become too old; zero: never
}

// statistic is what is known of a statistic of an app.
type statistic struct {
	wechat.Statistic
	windows    *windows // of one day each
	quota      *wechat.Quota
	quotaAsked time.Time
	warned     bool // about an answer that names another day
}

func newDatasets(all []wechat.Dataset, appid string) []*dataset {
	var datasets []*dataset
	for _, of := range all {
		d := &dataset{Dataset: of, failedPolls: map[wechat.Reason]int64{}}
		for _, s := range of.Statistics {
			ws := newWindows(appid)
			ws.endpoint, ws.days = s.Endpoint, rememberedDays
			d.statistics = append(d.statistics, &statistic{Statistic: s, windows: ws})
		}
		datasets = append(datasets, d)
	}
	return datasets
}

func dayWindow(day wechat.Day) wechat.Window {
	return wechat.Window{End: day, Range: wechat.Range1Day}
}

// scheduled returns the days that are asked for every day, in their order, without those
// that are caught up.
func (s *statistic) scheduled(today wechat.Day) []wechat.Window {
	if s.Cohorts == nil {
		return []wechat.Window{dayWindow(today.Add(-2)), dayWindow(today.Add(-1))}
	}
	var cohorts []wechat.Window
	for _, days := range s.Cohorts {
		cohorts = append(cohorts, dayWindow(today.Add(-1-days)))
	}
	return cohorts
}

// newest returns the latest day that is asked for. It shows whether yesterday is published.
func (s *statistic) newest(today wechat.Day) wechat.Window {
	if s.Cohorts == nil {
		return dayWindow(today.Add(-1))
	}
	return dayWindow(today.Add(-1 - s.Cohorts[0]))
}

// lacks reports whether an answer does not tell yet what happened yesterday.
func (s *statistic) lacks(w wechat.Window, r *wechat.Report, now time.Time) bool {
	numbers, ok := r.Numbers.(wechat.Retention)
	return ok && w == s.newest(wechat.DayOf(now)) && !numbers.Has(s.Cohorts[0])
}

// state returns what is remembered of the dataset.
func (d *dataset) state() DatasetState {
	state := DatasetState{CaughtUp: d.caughtUp, Statistics: map[string]StatisticState{}}
	for _, s := range d.statistics {
		state.Statistics[s.Endpoint] = StatisticState{s.quota, s.quotaAsked, s.windows.pause, s.windows.sorted()}
	}
	return state
}

// statesOf returns what is remembered of datasets, by name.
func statesOf(datasets []*dataset) map[string]DatasetState {
	if len(datasets) == 0 {
		return nil
	}
	states := map[string]DatasetState{}
	for _, d := range datasets {
		states[d.Name] = d.state()
	}
	return states
}

// shown returns what is shown of the dataset.
func (d *dataset) shown(now time.Time, maxAge time.Duration) collector.Dataset {
	var held [][]collector.Answer
	shown := collector.Dataset{Name: d.Name, Status: d.status, Failures: d.failures, FailedPolls: maps.Clone(d.failedPolls)}
	for _, s := range d.statistics {
		var answers []collector.Answer
		for _, state := range s.windows.known {
			if state.Held() {
				answers = append(answers, collector.Answer{Day: state.Window.End, Figures: state.figures})
			}
		}
		held = append(held, answers)
		shown.Statistics = append(shown.Statistics, collector.Statistic{Endpoint: s.Endpoint, Asked: s.asked(now), Quota: s.quota})
	}
	show := collector.Show(d.Dataset, held, d.excused, now, maxAge)
	shown.End, shown.Figures, d.until = show.End, show.Figures, show.Until
	shown.Withdrawn = !shown.End.IsZero() && now.Sub(shown.End.Add(1).Begin()) > maxAge
	return shown
}

// asked returns the last question about a day that is asked for every day, or nil.
func (s *statistic) asked(now time.Time) *collector.Question {
	var last *collector.Question
	for _, w := range s.scheduled(wechat.DayOf(now)) {
		state := s.windows.state(w)
		if state.touched().IsZero() || last != nil && state.touched().Before(last.At) {
			continue
		}
		last = &collector.Question{Window: w, At: state.touched(), Outcome: state.Outcome}
		if state.Failure != nil {
			last.Outcome, last.Failure = collector.OutcomeFailed, state.Failure
		}
	}
	return last
}

// excused reports whether a statistic will not answer for a day, so that the rest of the
// dataset need not wait: WeChat has refused it.
func (d *dataset) excused(i int, day wechat.Day) bool {
	ws := d.statistics[i].windows
	failure := ws.state(dayWindow(day)).Failure
	return failure != nil && failure.Reason.NeedsPerson() || ws.failing() && ws.pause.Reason == wechat.ReasonPermission
}

// forget drops the numbers that are not shown, and the days that are too old. The dataset
// is shown for the day end, or not at all if that is zero.
func (d *dataset) forget(now time.Time, end wechat.Day) {
	for _, s := range d.statistics {
		shown := s.shownCohorts()
		for w, state := range s.windows.known {
			if !s.windows.canBeAsked(w, now) && state != s.windows.newest(w.Range) {
				delete(s.windows.known, w)
			}
			if s.Cohorts == nil && !end.IsZero() && w.End.Begin().Before(end.Begin()) || s.Cohorts != nil && !shown[w] {
				state.figures = collector.Figures{}
			}
		}
	}
}

// shownCohorts returns the cohorts that are shown: for each number of days the newest that
// tells who came again.
func (s *statistic) shownCohorts() map[wechat.Window]bool {
	shown := map[wechat.Window]bool{}
	for _, days := range s.Cohorts {
		var newest wechat.Window
		for w, state := range s.windows.known {
			if state.figures.Tells(days) && (newest.End.IsZero() || w.EndTime().After(newest.EndTime())) {
				newest = w
			}
		}
		shown[newest] = true
	}
	return shown
}
