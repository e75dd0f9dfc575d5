package poller

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func newKnowledge(appid string, schedule Schedule, datasets []wechat.Dataset, shows Shows) *knowledge {
	k := &knowledge{Schedule: schedule, appid: appid, shows: shows}
	for _, of := range datasets {
		k.datasets = append(k.datasets, newDataset(of))
	}
	return k
}

func newDataset(of wechat.Dataset) *dataset {
	d := &dataset{Dataset: of, starting: true, unknown: true, failedPolls: map[wechat.Reason]int64{}}
	for _, s := range of.Statistics {
		i := slices.IndexFunc(d.endpoints, func(e *endpoint) bool { return e.name == s.Endpoint })
		if i < 0 {
			i = len(d.endpoints)
			d.endpoints = append(d.endpoints, &endpoint{name: s.Endpoint})
		}
		d.series = append(d.series, &series{Statistic: s, endpoint: d.endpoints[i]})
	}
	d.rules = rulesOf(d)
	return d
}

func rulesOf(d *dataset) []rule {
	if !d.optional() {
		return []rule{portraitRule{d}}
	}
	var rules []rule
	for _, s := range d.series {
		if s.Cohorts != nil {
			rules = append(rules, cohortRule{d, s})
		} else {
			rules = append(rules, dailyRule{d, s})
		}
	}
	return rules
}

// Scheduled returns the windows of a statistic that a Poller asks for as days go by, in their
// order.
func Scheduled(statistic wechat.Statistic, today wechat.Day) []wechat.Window {
	d := newDataset(wechat.Dataset{Statistics: []wechat.Statistic{statistic}})
	return d.scheduled(d.series[0], today)
}

// scheduled returns the windows of a series that are asked for as days go by.
func (d *dataset) scheduled(s *series, today wechat.Day) []wechat.Window {
	var windows []wechat.Window
	for _, r := range d.rules {
		for _, t := range r.scheduled(today) {
			if t.series == s {
				windows = append(windows, t.window)
			}
		}
	}
	return windows
}

// portraitRule asks about windows of several lengths for which WeChat answers for two days
// only: what is not fetched as D1 or D2 is lost.
//
// D2 comes before D1, and a longer window before a shorter one. The shorter one is asked
// for only when the longer one is held: the longest window is the least likely to be
// empty, so it shows whether the day is published.
type portraitRule struct{ dataset *dataset }

func (r portraitRule) scheduled(today wechat.Day) []target {
	var targets []target
	for _, end := range []wechat.Day{today.Add(-2), today.Add(-1)} {
		for _, s := range longestFirst(r.dataset.series) {
			targets = append(targets, target{r.dataset, s, s.Window(end)})
		}
	}
	return targets
}

func (r portraitRule) due(k *knowledge, t target, now time.Time) (time.Time, bool) {
	if !r.unlocked(t) {
		return time.Time{}, false
	}
	if t.window != t.series.Newest(wechat.DayOf(now)) {
		return k.dueAgain(t, now)
	}
	if t.state().Held() {
		return time.Time{}, false
	}
	longest := longestFirst(r.dataset.series)[0]
	return k.dueNew(t, longest.state(longest.Before(t.window, 1)), now)
}

// unlocked reports whether the longer windows with the same end allow asking for a window: the
// longest one that has not failed is held, or all of them failed, so that the window itself has
// to show whether the day is published.
func (r portraitRule) unlocked(t target) bool {
	for _, s := range longestFirst(r.dataset.series) {
		if s == t.series {
			return true
		}
		longer := s.state(s.Window(t.window.End))
		if longer.Held() {
			return true
		}
		if longer.Failures == 0 {
			return false
		}
	}
	return false
}

// dailyRule asks for the numbers of a day, a week or a month, once yesterday is published, and
// once more when they are settled a day later.
type dailyRule struct {
	dataset *dataset
	series  *series
}

func (r dailyRule) scheduled(today wechat.Day) []target {
	newest := r.series.Newest(today)
	targets := []target{{r.dataset, r.series, newest}}
	if r.series.Period == wechat.PeriodDay && !r.series.Overlaps {
		targets = slices.Insert(targets, 0, target{r.dataset, r.series, r.series.Before(newest, 1)})
	}
	return targets
}

func (r dailyRule) due(k *knowledge, t target, now time.Time) (at time.Time, ask bool) {
	today := wechat.DayOf(now)
	switch newest := t.window == t.series.Newest(today); {
	case !newest:
		at, ask = k.dueAgain(t, now)
	case t.state().Held():
		at, ask = k.publishing(now), k.unsettled(t, now)
	case !k.open(t, now):
		return time.Time{}, false
	default:
		at, ask = k.dueNew(t, t.series.state(t.series.Before(t.window, 1)), now)
	}
	if t.series.newest() != nil { // other than for the portrait, the day is not about to be lost
		at = latest(at, k.publishing(now))
	}
	return at, ask
}

// unsettled reports whether the newest window is held, but has to be read once more: not on the
// first day after its end.
func (k *knowledge) unsettled(t target, now time.Time) bool {
	settling := t.window.End.Add(2)
	return !wechat.DayOf(now).Before(settling) && t.asked(now).Before(settling.Begin())
}

// cohortRule asks about earlier windows again whenever a window has ended, because their
// answers grow. The newest of them shows whether it is published.
type cohortRule struct {
	dataset *dataset
	series  *series
}

func (r cohortRule) scheduled(today wechat.Day) []target {
	var targets []target
	newest := r.series.Newest(today)
	for _, n := range r.series.Cohorts {
		targets = append(targets, target{r.dataset, r.series, r.series.Before(newest, n)})
	}
	return targets
}

func (r cohortRule) due(k *knowledge, t target, now time.Time) (time.Time, bool) {
	today := wechat.DayOf(now)
	newest := t.series.newestAsked(today)
	if t.window == newest {
		if t.state().Held() || !k.open(t, now) {
			return time.Time{}, false
		}
		return k.dueNew(t, t.series.state(t.series.Before(t.window, 1)), now)
	}
	first := t.series.state(newest)
	published := first.Held() || first.Outcome == collector.OutcomeUnavailable
	ended := t.series.Newest(today).EndTime()
	return k.publishing(now), published && t.asked(now).Before(ended)
}

// dueNew returns when D1 is due, which is not held: from the publication hour on, again after
// the poll interval. The last is what is known of the longest window before it: for an app that
// had no users in that one, either, the interval is longer.
func (k *knowledge) dueNew(t target, last *WindowState, now time.Time) (time.Time, bool) {
	asked := t.asked(now)
	switch {
	case t.state().Outcome == collector.OutcomeUnavailable && !asked.Before(wechat.DayOf(now).Begin()):
		return time.Time{}, false
	case asked.IsZero():
		return k.publishing(now), true
	case last.Outcome == collector.OutcomeEmpty && !last.HasData():
		return latest(k.publishing(now), asked.Add(max(idleInterval, k.PollInterval))), true
	}
	return latest(k.publishing(now), asked.Add(k.PollInterval)), true
}

// dueAgain returns when D2 is due: once more if it is held, to settle it, and else hourly.
func (k *knowledge) dueAgain(t target, now time.Time) (time.Time, bool) {
	today := wechat.DayOf(now)
	asked := t.asked(now)
	askedToday := !asked.Before(today.Begin())
	switch held := t.state().Held(); {
	case held && askedToday: // settled
		return time.Time{}, false
	case held:
		return k.publishing(now), true
	case asked.IsZero():
		return today.Begin(), true
	case askedToday || t.dataset.starting:
		return asked.Add(emptyRetry), true
	default:
		return k.publishing(now), true
	}
}

// open reports whether D1 of an optional series may be asked for: yesterday is published, as
// the leader shows. What shows it itself, and what the leader fails to show, is open, and so is
// a week or month that has ended before.
func (k *knowledge) open(t target, now time.Time) bool {
	today := wechat.DayOf(now)
	leader := k.leader(today)
	if t.series == leader || t.series.Newest(today).End.Before(today.Add(-1)) {
		return true
	}
	state := leader.state(leader.newestAsked(today))
	return state.Held() || state.Failures > 0 || leader.endpoint.failing()
}
