package poller

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const (
	// caughtUpDays is how many days back a dataset is caught up, and caughtUpCalls how many
	// calls that may take per app, dataset and day.
	caughtUpDays  = 30
	caughtUpCalls = 5
	// catchUpPause is the time after the last answer for yesterday at which catching up
	// begins, so that it comes after all else.
	catchUpPause = time.Minute
)

// task is a question about a statistic.
type task struct {
	dataset   *dataset
	statistic *statistic
	window    wechat.Window // of one day
	at        time.Time     // in the past: it is overdue
	catchUp   bool          // the archive lacks the day
}

// nextReport returns the next question about one of the datasets. What is caught up comes
// after all else. It returns false if nothing is due today.
func (s Schedule) nextReport(now time.Time, datasets []*dataset, portrait *windows) (task, bool) {
	var next task
	found := false
	offer := func(t task) {
		if !found || t.at.Before(next.at) && next.at.After(now) {
			next, found = t, true
		}
	}
	for _, d := range datasets {
		for _, st := range d.statistics {
			open := s.isOpen(now, st, datasets, portrait)
			for _, w := range st.scheduled(wechat.DayOf(now)) {
				if due, ask := s.dueReport(w, now, st, open); ask {
					offer(task{d, st, w, latest(due, s.blockedReport(w, now, st, datasets, portrait)), false})
				}
			}
		}
	}
	for _, d := range datasets {
		if st, w, due, ask := s.lacking(now, d); ask {
			offer(task{d, st, w, latest(due, s.blockedReport(w, now, st, datasets, portrait)), true})
		}
	}
	return next, found && next.at.Before(wechat.DayOf(now).Add(1).Begin())
}

// isOpen reports whether the newest day of a statistic may be asked for: yesterday is
// published, as the longest window of the user portrait shows, or without the portrait the
// first statistic of all. What shows it itself, and what fails to show it, is open.
func (s Schedule) isOpen(now time.Time, st *statistic, datasets []*dataset, portrait *windows) bool {
	today := wechat.DayOf(now)
	first := datasets[0].statistics[0]
	leader, window := first.windows, first.newest(today)
	switch {
	case len(s.Ranges) > 0:
		leader, window = portrait, wechat.Window{End: today.Add(-1), Range: s.longestFirst()[0]}
	case s.leads(st, datasets):
		return true
	}
	state := leader.state(window)
	return state.Held() || state.Failures > 0 || leader.failing()
}

// leads reports whether a statistic shows itself whether yesterday is published.
func (s Schedule) leads(st *statistic, datasets []*dataset) bool {
	return len(s.Ranges) == 0 && st == datasets[0].statistics[0]
}

// dueReport returns when a day that is asked for every day is to be asked for, or false if
// it is not.
func (s Schedule) dueReport(w wechat.Window, now time.Time, st *statistic, open bool) (time.Time, bool) {
	today := wechat.DayOf(now)
	newest := st.newest(today)
	state := st.windows.state(w)
	if w == newest && !state.Held() && !open {
		return time.Time{}, false
	}
	publish := today.At(time.Duration(s.PublishHour)*time.Hour + s.jitter(st.windows.appid))
	if st.Cohorts == nil {
		due, ask := s.daily().due(w, now, st.windows)
		if st.windows.holdsAny() { // other than for the portrait, the day is not about to be lost
			due = latest(due, publish)
		}
		return due, ask
	}
	switch held := st.windows.state(newest); {
	case w == newest && state.Held():
		return time.Time{}, false
	case w == newest && state.Asked.IsZero(), w == newest && state.Asked.After(now):
		return publish, true
	case w == newest:
		return latest(publish, state.Asked.Add(s.daily().retryInterval(w, st.windows))), true
	case !held.Held() || !state.Asked.Before(today.Begin()) && !state.Asked.After(now):
		return time.Time{}, false
	default:
		return publish, true
	}
}

// daily returns the schedule of windows of one day.
func (s Schedule) daily() Schedule {
	s.Ranges = []wechat.Range{wechat.Range1Day}
	return s
}

// lacking returns the newest day that the archive lacks and the statistic to ask for it,
// once the newest day that can be is held. Days before one that WeChat refused are not
// asked for: it does not go back so far.
func (s Schedule) lacking(now time.Time, d *dataset) (*statistic, wechat.Window, time.Time, bool) {
	today := wechat.DayOf(now)
	if d.caughtUp.On(today) >= caughtUpCalls {
		return nil, wechat.Window{}, time.Time{}, false
	}
	refused := map[*statistic]bool{}
	for back := 2; back <= caughtUpDays; back++ {
		w := dayWindow(today.Add(-back))
		for _, st := range d.statistics {
			newest, state := st.windows.state(st.newest(today)), st.windows.state(w)
			if state.Failure != nil && state.Failure.Reason == wechat.ReasonRequest {
				refused[st] = true
			}
			askedToday := state.Failure == nil && !state.Asked.Before(today.Begin())
			if newest.Held() && !state.Held() && !refused[st] && !askedToday {
				return st, w, newest.Confirmed.Add(catchUpPause), true
			}
		}
	}
	return nil, wechat.Window{}, time.Time{}, false
}

// blockedReport returns the time before which a day of a statistic is not to be asked for:
// because of failures, of failures that concern the whole app, or because little is left of
// the quota. Failures of statistics never block the user portrait.
func (s Schedule) blockedReport(w wechat.Window, now time.Time, st *statistic, datasets []*dataset, portrait *windows) time.Time {
	until := st.windows.blocked(w, now)
	others := []*windows{portrait}
	for _, d := range datasets {
		for _, other := range d.statistics {
			others = append(others, other.windows)
		}
	}
	for _, other := range others {
		if other.pause.Reason.ConcernsApp() && other.pause.Until.Sub(now) <= longestPause {
			until = latest(until, other.pause.Until)
		}
	}
	if st.braked(now) {
		until = latest(until, wechat.DayOf(now).Add(1).Begin())
	}
	return until
}

// braked reports whether less than a tenth of today's quota was left when it was read.
func (s *statistic) braked(now time.Time) bool {
	return s.quota != nil && wechat.DayOf(s.quotaAsked) == wechat.DayOf(now) && s.quota.Remaining*10 < s.quota.Limit
}
