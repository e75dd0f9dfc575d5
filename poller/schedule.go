package poller

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const (
	// emptyRetry is the pause after an empty answer for the day before yesterday.
	emptyRetry = time.Hour
	// acceptEmptyAfter is how long after the publication hour an empty answer for the day
	// before yesterday is accepted: by then it can only mean that there were no users.
	acceptEmptyAfter = 6 * time.Hour
	// idleInterval replaces a shorter poll interval for an app that had no users in the
	// longest window of the day before, either.
	idleInterval = 4 * time.Hour
	// caughtUpDays is how many days back a dataset is caught up, and caughtUpCalls how many
	// calls that may take per app, dataset and day.
	caughtUpDays  = 30
	caughtUpCalls = 5
	// catchUpPause is the time after the last answer for yesterday at which catching up
	// begins, so that it comes after all else.
	catchUpPause = time.Minute
)

// question is a question to WeChat, and when it is due.
type question struct {
	target
	at      time.Time // in the past: it is overdue
	catchUp bool      // the archive lacks the window
}

// next returns the next question about any dataset: of today, or else the first one of the days
// after it. It names no window if there is none within a month.
func (k *knowledge) next(now time.Time) question {
	if q, ok := k.nextOf(k.datasets, now); ok {
		return q
	}
	today := wechat.DayOf(now)
	for days := 1; days <= 31; days++ {
		begin := today.Add(days).Begin()
		if q, ok := k.nextOf(k.datasets, begin); ok {
			q.at = latest(q.at, begin)
			return q
		}
	}
	return question{at: today.Add(31).Begin()}
}

// nextOf returns the next question about some datasets: the first in their order that is
// overdue, or else the one that is due first. What is caught up comes after all else. It
// returns false if nothing is due today.
func (k *knowledge) nextOf(datasets []*dataset, now time.Time) (next question, found bool) {
	today := wechat.DayOf(now)
	offer := func(q question) {
		q.at = latest(q.at, k.blocked(q.target, now))
		if !found || q.at.Before(next.at) && next.at.After(now) {
			next, found = q, true
		}
	}
	for _, d := range datasets {
		for _, r := range d.rules {
			for _, t := range r.scheduled(today) {
				if at, ask := r.due(k, t, now); ask {
					offer(question{target: t, at: at})
				}
			}
		}
	}
	for _, d := range datasets {
		if q, ask := d.lacking(now); ask {
			offer(q)
		}
	}
	return next, found && next.at.Before(today.Add(1).Begin())
}

// isDue reports whether a question about some datasets is due.
func (k *knowledge) isDue(datasets []*dataset, now time.Time) bool {
	q, ok := k.nextOf(datasets, now)
	return ok && !q.at.After(now)
}

// lacking returns a question about the newest window that the archive lacks, once the newest
// one that can be asked for is held. Windows before one that WeChat refused are not asked for:
// it does not go back so far.
func (d *dataset) lacking(now time.Time) (question, bool) {
	today := wechat.DayOf(now)
	if d.caughtUp.On(today) >= caughtUpCalls {
		return question{}, false
	}
	oldest := today.Add(-caughtUpDays)
	refused := map[*series]bool{}
	for n := 1; n < caughtUpDays; n++ {
		for _, s := range d.series {
			w := s.Before(s.Newest(today), n)
			if s.Keeps > 0 || s.Overlaps || w.End.Before(oldest) {
				continue
			}
			newest, state := s.state(s.newestAsked(today)), s.state(w)
			if state.refused() {
				refused[s] = true
			}
			askedToday := state.Failure == nil && state.askedOn(today)
			if newest.Held() && !state.Held() && !refused[s] && !askedToday {
				return question{target{d, s, w}, newest.Confirmed.Add(catchUpPause), true}, true
			}
		}
	}
	return question{}, false
}

// emptyIsFinal reports whether an empty answer for a window that arrives now means that there
// were no users, rather than that the day is not published yet.
func (k *knowledge) emptyIsFinal(t target, now time.Time) bool {
	for _, s := range t.dataset.series {
		if s.endpoint == t.series.endpoint && s.Range > t.series.Range && s.state(s.Window(t.window.End)).HasData() {
			return true
		}
	}
	if portrait := k.portraitOf(t.window); t.dataset.optional() && portrait != nil && portrait.Held() && portrait.Empty {
		return true
	}
	if t.series.FinalAfter > 0 {
		return !now.Before(t.window.EndTime().Add(t.series.FinalAfter))
	}
	accept := t.window.End.Add(2).At(time.Duration(k.PublishHour)*time.Hour + acceptEmptyAfter)
	return !now.Before(accept)
}
