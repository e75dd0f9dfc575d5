package poller

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// WindowState is what is known of one window of an app.
type WindowState struct {
	Window wechat.Window `json:"window"`
	// Asked is when the last answer came. Failed calls do not count. Zero: never.
	Asked time.Time `json:"asked,omitzero"`
	// Outcome is what that answer was.
	Outcome collector.Outcome `json:"outcome,omitzero"`
	// Empty says that the answer that is held has no rows: nobody came.
	Empty bool `json:"empty,omitzero"`
	// Answered is when the answer that is held first came. Zero: none is held.
	Answered time.Time `json:"answered,omitzero"`
	// Confirmed is when the answer that is held came last.
	Confirmed time.Time `json:"confirmed,omitzero"`
	// Failure is the error of the last call, nil if it was answered, and Failed is when
	// it failed. Failures counts the failed calls since the last answer.
	Failure  *wechat.Error `json:"failure,omitzero"`
	Failed   time.Time     `json:"failed,omitzero"`
	Failures int           `json:"failures,omitzero"`
	// Retry is when the window may be asked for again after a failure. Zero: any time.
	Retry time.Time `json:"retry,omitzero"`

	digest  digest            // of the rows or numbers that are held
	rows    collector.Rows    // those that are held, for the newest window of a range
	figures collector.Figures // those that are held, of a statistic
}

// Held reports whether an answer is held: one with data, or an empty one that is
// known to mean that nobody came.
func (w *WindowState) Held() bool { return !w.Answered.IsZero() }

// HasData reports whether an answer with rows is held.
func (w *WindowState) HasData() bool { return w.Held() && !w.Empty }

// touched is when the window was last asked for.
func (w *WindowState) touched() time.Time { return latest(w.Asked, w.Failed) }

// merge returns the newer of two states of a window, with the newer of the answers that
// they hold.
func (w WindowState) merge(other WindowState) WindowState {
	newer, older := w, other
	if other.touched().After(w.touched()) {
		newer, older = other, w
	}
	switch {
	case older.Answered.After(newer.Answered):
		newer.Answered, newer.Confirmed, newer.Empty = older.Answered, older.Confirmed, older.Empty
		newer.digest, newer.rows, newer.figures = older.digest, older.rows, older.figures
	case older.Answered.Equal(newer.Answered):
		newer.Confirmed = latest(newer.Confirmed, older.Confirmed)
	}
	return newer
}

// windows is what is known of the windows of one endpoint of an app. The schedule decides
// by it.
type windows struct {
	appid    string
	endpoint string
	days     int // how many days back windows may be asked for; 1 is yesterday
	known    map[wechat.Window]*WindowState
	pause    Pause
	starting bool // no poll has ended since the program started
}

// newWindows returns the windows of the user portrait.
func newWindows(appid string) *windows {
	return &windows{appid: appid, endpoint: wechat.EndpointUserPortrait, days: 2, known: map[wechat.Window]*WindowState{}, starting: true}
}

// state returns what is known of a window. It must not be changed; see change.
func (ws *windows) state(w wechat.Window) *WindowState {
	if state, ok := ws.known[w]; ok {
		return state
	}
	return &WindowState{Window: w}
}

// change returns the state of a window, which the caller may change.
func (ws *windows) change(w wechat.Window) *WindowState {
	state := ws.state(w)
	ws.known[w] = state
	return state
}

// newest returns the state of the latest window of a range that is held, or nil.
func (ws *windows) newest(length wechat.Range) *WindowState {
	var newest *WindowState
	for w, state := range ws.known {
		if w.Range == length && state.Held() && (newest == nil || w.EndTime().After(newest.Window.EndTime())) {
			newest = state
		}
	}
	return newest
}

// holdsAny reports whether any window is held.
func (ws *windows) holdsAny() bool {
	for _, state := range ws.known {
		if state.Held() {
			return true
		}
	}
	return false
}

// lastAsked returns the state of the window of a range that was asked for last, or nil.
// Of two that were asked for at the same time it is the later window.
func (ws *windows) lastAsked(length wechat.Range) *WindowState {
	var last *WindowState
	for _, state := range ws.sorted() {
		if state.Window.Range == length && !state.touched().IsZero() && (last == nil || !state.touched().Before(last.touched())) {
			last = &state
		}
	}
	return last
}

// sorted returns all states, sorted by window.
func (ws *windows) sorted() []WindowState {
	states := make([]WindowState, 0, len(ws.known))
	for _, state := range ws.known {
		states = append(states, *state)
	}
	slices.SortFunc(states, func(a, b WindowState) int {
		return cmp.Or(a.Window.EndTime().Compare(b.Window.EndTime()), cmp.Compare(a.Window.Range, b.Window.Range))
	})
	return states
}

// forget drops the windows that can neither be asked for again nor are the newest of
// their range, and the rows of those that are not shown.
func (ws *windows) forget(now time.Time) {
	for w, state := range ws.known {
		if state == ws.newest(w.Range) {
			continue
		}
		state.rows = collector.Rows{}
		if !ws.canBeAsked(w, now) {
			delete(ws.known, w)
		}
	}
}

// canBeAsked reports whether a window may be asked for: WeChat answers about the user
// portrait for windows that end yesterday or the day before. Later ones are known when the
// clock was ahead.
func (ws *windows) canBeAsked(w wechat.Window, now time.Time) bool {
	today := wechat.DayOf(now)
	return !w.End.Begin().Before(today.Add(-ws.days).Begin()) && w.End.Begin().Before(today.Begin())
}

// digest identifies the rows of a portrait, whatever their order and the spelling of the
// answer. It is comparable within this process only.
type digest uint64

// digestOf returns the digest of all rows of p: the sum of those of its rows. Digests
// compare only if they have the same seed.
func digestOf(p *wechat.Portrait, seed maphash.Seed) digest {
	var sum uint64
	for breakdown, rows := range p.Rows {
		for _, row := range rows {
			sum += maphash.Comparable(seed, numbered{breakdown, row})
		}
	}
	return digest(sum)
}

// digestOfReport returns the digest of all numbers of r.
func digestOfReport(r *wechat.Report, seed maphash.Seed) digest {
	return digest(maphash.String(seed, fmt.Sprintf("%v", r.Numbers)))
}

// numbered is a row with the list that it belongs to.
type numbered struct {
	wechat.Breakdown
	wechat.Row
}
