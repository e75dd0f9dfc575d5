package collector

import (
	"cmp"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Outcome says what WeChat answered for a window.
type Outcome string

// The outcomes of a question that did not fail.
const (
	OutcomeData     Outcome = "data"
	OutcomeEmpty    Outcome = "empty"     // a portrait without rows
	OutcomeNotReady Outcome = "not_ready" // errcode 61503
)

// Reading is what is known of one window of an app.
type Reading struct {
	Window wechat.Window `json:"window"`
	// Asked is when the last answer came. Failed calls do not count. Zero: never.
	Asked time.Time `json:"asked"`
	// Outcome is what that answer was.
	Outcome Outcome `json:"outcome"`
	// Empty says that the answer that is held has no rows: nobody came.
	Empty bool `json:"empty,omitzero"`
	// Answered is when the answer that is held first came. Zero: none is held.
	Answered time.Time `json:"answered,omitzero"`
	// Confirmed is when the answer that is held came last.
	Confirmed time.Time `json:"confirmed,omitzero"`

	digest   digest    // of the rows that are held
	lists    []list    // the rows that are held, for the newest window of a range
	failures int       // failed calls since the last answer
	retry    time.Time // not before, after a failed call
}

// Held reports whether an answer is held: one with data, or an empty one that is
// known to mean that nobody came.
func (r *Reading) Held() bool { return !r.Answered.IsZero() }

// HasData reports whether an answer with rows is held.
func (r *Reading) HasData() bool { return r.Held() && !r.Empty }

// State is what an app's poller remembers across restarts.
type State struct {
	// LastPoll is when the last poll ended, LastSuccess when the last answer with data
	// was stored.
	LastPoll    time.Time `json:"last_poll,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	// Quota is the quota as it was read last, nil when it is not known. QuotaAsked is
	// when it was asked for last, whether or not an answer came.
	Quota      *wechat.Quota `json:"quota,omitzero"`
	QuotaAsked time.Time     `json:"quota_asked,omitzero"`
	// Readings are the windows that the poller knows of, in any order.
	Readings []Reading `json:"readings"`
}

// history is what the schedule decides by: what is known of the windows of one app.
type history struct {
	appid    string
	readings map[wechat.Window]*Reading
	pause    time.Time // nothing before, after a failure that concerns the whole app
	failures int       // failed calls in a row
	starting bool      // no poll has ended since the program started
}

func newHistory(appid string) *history {
	return &history{appid: appid, readings: map[wechat.Window]*Reading{}, starting: true}
}

// reading returns what is known of a window, which is nothing at first.
func (h *history) reading(w wechat.Window) *Reading {
	if r, ok := h.readings[w]; ok {
		return r
	}
	return &Reading{Window: w}
}

// change returns the reading of a window for changing it.
func (h *history) change(w wechat.Window) *Reading {
	r := h.reading(w)
	h.readings[w] = r
	return r
}

// blocked returns the time before which a window is not to be asked for, because of
// failures. A time that no failure explains comes from a clock that was set back.
func (h *history) blocked(w wechat.Window, now time.Time) time.Time {
	until := latest(h.reading(w).retry, h.pause)
	if until.Sub(now) > longestPause {
		return time.Time{}
	}
	return until
}

// newest returns the reading of the latest window of a range that is held, or nil.
func (h *history) newest(length wechat.Range) *Reading {
	var newest *Reading
	for w, r := range h.readings {
		if w.Range == length && r.Held() && (newest == nil || w.EndTime().After(newest.Window.EndTime())) {
			newest = r
		}
	}
	return newest
}

// sorted returns all readings, sorted by window.
func (h *history) sorted() []Reading {
	readings := make([]Reading, 0, len(h.readings))
	for _, r := range h.readings {
		readings = append(readings, *r)
	}
	slices.SortFunc(readings, func(a, b Reading) int {
		return cmp.Or(a.Window.EndTime().Compare(b.Window.EndTime()), cmp.Compare(a.Window.Range, b.Window.Range))
	})
	return readings
}

// forget drops the windows that can neither be asked for again nor are the newest of
// their range, and the rows of those that are not shown.
func (h *history) forget(now time.Time) {
	d2 := wechat.DayOf(now).Add(-2).Begin()
	for w, r := range h.readings {
		if r == h.newest(w.Range) {
			continue
		}
		r.lists = nil
		if w.End.Begin().Before(d2) {
			delete(h.readings, w)
		}
	}
}
