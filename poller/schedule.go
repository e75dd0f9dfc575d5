package poller

import (
	"hash/fnv"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const (
	// emptyRetry is the pause after an empty answer for the day before yesterday.
	emptyRetry = time.Hour
	// acceptEmptyAfter is how long after the publication hour an empty answer for the day
	// before yesterday is accepted: by then it can only mean that nobody came.
	acceptEmptyAfter = 6 * time.Hour
	// idleInterval replaces a shorter poll interval for an app that had no users in the
	// longest window of the day before, either.
	idleInterval = 4 * time.Hour
	// maxJitter is the longest delay of an app's first poll of the day.
	maxJitter = time.Hour
)

// Schedule decides what to ask WeChat for and when. Its decisions depend only on the time
// and on what is known.
//
// All days are days in Asia/Shanghai. D1 is yesterday and D2 the day before; WeChat
// answers for windows that end on one of them only, so what is not fetched as D1 or
// D2 is lost.
type Schedule struct {
	// Ranges are the lengths of the windows to ask for, in any order.
	Ranges []wechat.Range
	// PublishHour is the hour of the day from which D1 is asked for.
	PublishHour int
	// PollInterval is the pause between two questions about a D1 that is not published.
	PollInterval time.Duration
}

// jitter spreads the first poll of the day over the apps. It is the same for an app
// every day, at most the poll interval and less than an hour.
func (s Schedule) jitter(appid string) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(appid))
	return time.Duration(hash.Sum32()) * time.Millisecond % max(1, min(s.PollInterval, maxJitter))
}

// next returns the window to ask for next, and when; a time in the past means that the
// call is overdue.
//
// D2 comes before D1, and a longer window before a shorter one. The shorter one is asked
// for only when the longer one is held: the longest window is the least likely to be
// empty, so it shows whether the day is published.
func (s Schedule) next(now time.Time, ws *windows) (wechat.Window, time.Time) {
	today := wechat.DayOf(now)
	tomorrow := today.Add(1).Begin()

	var window wechat.Window
	at := tomorrow
	for _, end := range []wechat.Day{today.Add(-2), today.Add(-1)} {
		for _, length := range s.longestFirst() {
			w := wechat.Window{End: end, Range: length}
			due, ask := s.due(w, now, ws)
			if !ask {
				continue
			}
			due = latest(due, ws.blocked(w, now))
			if !due.After(now) {
				return w, due
			}
			if due.Before(at) {
				window, at = w, due
			}
		}
	}
	if at.Equal(tomorrow) {
		return s.next(tomorrow, ws)
	}
	return window, at
}

// due returns when a window is to be asked for, or false if it is not.
func (s Schedule) due(w wechat.Window, now time.Time, ws *windows) (time.Time, bool) {
	if !s.unlocked(w, ws) {
		return time.Time{}, false
	}
	today := wechat.DayOf(now)
	publish := today.At(time.Duration(s.PublishHour)*time.Hour + s.jitter(ws.appid))
	r := ws.state(w)
	asked := r.Asked
	if asked.After(now) { // the clock was set back
		asked = time.Time{}
	}
	askedToday := !asked.Before(today.Begin())

	if w.End == today.Add(-1) {
		switch {
		case r.Held():
			return time.Time{}, false
		case asked.IsZero():
			return publish, true
		default:
			return latest(publish, asked.Add(s.retryInterval(w, ws))), true
		}
	}
	switch {
	case r.Held() && askedToday: // settled
		return time.Time{}, false
	case r.Held():
		return publish, true
	case asked.IsZero():
		return today.Begin(), true
	case askedToday || ws.starting:
		return asked.Add(emptyRetry), true
	default:
		return publish, true
	}
}

// retryInterval returns the pause before D1 is asked for again.
func (s Schedule) retryInterval(d1 wechat.Window, ws *windows) time.Duration {
	longestD2 := wechat.Window{End: d1.End.Add(-1), Range: s.longestFirst()[0]}
	if r := ws.state(longestD2); r.Outcome == collector.OutcomeEmpty && !r.HasData() {
		return max(idleInterval, s.PollInterval)
	}
	return s.PollInterval
}

// unlocked reports whether the longer windows with the same end allow asking for w: the
// longest one that has not failed is held, or all of them failed, so that w itself has to
// show whether the day is published.
func (s Schedule) unlocked(w wechat.Window, ws *windows) bool {
	for _, length := range s.longestFirst() {
		if length == w.Range {
			return true
		}
		longer := ws.state(wechat.Window{End: w.End, Range: length})
		if longer.Held() {
			return true
		}
		if longer.Failures == 0 {
			return false
		}
	}
	return false
}

// emptyIsFinal reports whether an empty answer for w that arrives now means that
// nobody came, rather than that the day is not published yet.
func (s Schedule) emptyIsFinal(w wechat.Window, now time.Time, ws *windows) bool {
	for _, length := range s.Ranges {
		longer := ws.state(wechat.Window{End: w.End, Range: length})
		if length > w.Range && longer.HasData() {
			return true
		}
	}
	accept := w.End.Add(2).At(time.Duration(s.PublishHour)*time.Hour + acceptEmptyAfter)
	return !now.Before(accept)
}

func (s Schedule) longestFirst() []wechat.Range {
	return slices.SortedFunc(slices.Values(s.Ranges), func(a, b wechat.Range) int { return int(b - a) })
}

func earliest(times ...time.Time) time.Time {
	return slices.MinFunc(times, time.Time.Compare)
}

func latest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}
