package poller

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// WindowState is what is known of one window of a series.
type WindowState struct {
	// End is the last day of the window.
	End wechat.Day `json:"end"`
	// Asked is when the last answer came. Failed calls do not count. Zero: never.
	Asked time.Time `json:"asked,omitzero"`
	// Outcome is what that answer was.
	Outcome collector.Outcome `json:"outcome,omitzero"`
	// Empty says that the answer that is held has no numbers: there were no users.
	Empty bool `json:"empty,omitzero"`
	// Answered is when the answer that is held first came. Zero: none is held.
	Answered time.Time `json:"answered,omitzero"`
	// Confirmed is when the answer that is held came last.
	Confirmed time.Time `json:"confirmed,omitzero"`
	// Digest is that of the answer that is held. Zero: it was never decoded.
	Digest wechat.Digest `json:"digest,omitzero"`
	// Failure is the error of the last call, nil if it was answered, and Failed is when
	// it failed. Failures counts the failed calls since the last answer.
	Failure  *wechat.Error `json:"failure,omitzero"`
	Failed   time.Time     `json:"failed,omitzero"`
	Failures int           `json:"failures,omitzero"`
	// Retry is when the window may be asked for again after a failure. Zero: any time.
	Retry time.Time `json:"retry,omitzero"`

	numbers collector.Numbers // of the answer that is held, while it is shown
}

// Held reports whether an answer is held: one with data, or an empty one that is
// known to mean that there were no users.
func (w *WindowState) Held() bool { return !w.Answered.IsZero() }

// HasData reports whether an answer with numbers is held.
func (w *WindowState) HasData() bool { return w.Held() && !w.Empty }

// touched is when the window was last asked for.
func (w *WindowState) touched() time.Time { return latest(w.Asked, w.Failed) }

// askedOn reports whether the last answer came on a day or after it.
func (w *WindowState) askedOn(day wechat.Day) bool { return !w.Asked.Before(day.Begin()) }

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
		newer.Digest, newer.numbers = older.Digest, older.numbers
	case older.Answered.Equal(newer.Answered):
		newer.Confirmed = latest(newer.Confirmed, older.Confirmed)
	}
	return newer
}

// Pause is the pause of an endpoint after failures.
type Pause struct {
	// Until is when it may be called again.
	Until time.Time `json:"until,omitzero"`
	// Failures counts the failed calls in a row.
	Failures int `json:"failures,omitzero"`
	// Reason is that of the last of them.
	Reason wechat.Reason `json:"reason,omitzero"`
}

// endpoint is what is known of the calls of an endpoint for an app.
type endpoint struct {
	name       string
	calls      collector.Calls
	quota      *wechat.Quota // nil: unknown
	quotaAsked time.Time     // whether or not an answer came
	pause      Pause
}

// failing reports whether the last call failed.
func (e *endpoint) failing() bool { return e.pause.Failures > 0 }

// called counts a call.
func (e *endpoint) called(now time.Time) { e.calls = counted(e.calls, now) }

func counted(calls collector.Calls, now time.Time) collector.Calls {
	today := wechat.DayOf(now)
	return collector.Calls{Day: today, Count: calls.On(today) + 1}
}

// series is what is known of the windows of a statistic.
type series struct {
	wechat.Statistic
	endpoint *endpoint
	known    []*WindowState // the earliest first
}

// state returns what is known of a window. It must not be changed; see change.
func (s *series) state(w wechat.Window) *WindowState {
	if i, ok := s.find(w.End); ok {
		return s.known[i]
	}
	return &WindowState{End: w.End}
}

// change returns the state of a window, which the caller may change.
func (s *series) change(w wechat.Window) *WindowState {
	state := s.state(w)
	s.keep(state)
	return state
}

// keep adds or replaces the state of a window.
func (s *series) keep(state *WindowState) {
	i, ok := s.find(state.End)
	if !ok {
		s.known = slices.Insert(s.known, i, nil)
	}
	s.known[i] = state
}

func (s *series) find(end wechat.Day) (i int, ok bool) {
	return slices.BinarySearchFunc(s.known, end, func(state *WindowState, end wechat.Day) int { return state.End.Compare(end) })
}

// newest returns the state of the latest window that is held, or nil.
func (s *series) newest() *WindowState {
	for _, state := range slices.Backward(s.known) {
		if state.Held() {
			return state
		}
	}
	return nil
}

// newestAsked returns the latest window that can be asked for. It shows whether yesterday is
// published: of cohorts it is the first that came again yesterday.
func (s *series) newestAsked(today wechat.Day) wechat.Window {
	if s.Cohorts == nil {
		return s.Newest(today)
	}
	return s.Before(s.Newest(today), s.Cohorts[0])
}

// states returns all states, the earliest first.
func (s *series) states() []WindowState {
	states := make([]WindowState, 0, len(s.known))
	for _, state := range s.known {
		states = append(states, *state)
	}
	return states
}

// held returns the windows that are held.
func (s *series) held() []collector.Held {
	var held []collector.Held
	for _, state := range s.known {
		if state.Held() {
			held = append(held, collector.Held{
				Series: s.Series(), Window: s.Window(state.End),
				Answered: state.Answered, Confirmed: state.Confirmed, Numbers: state.numbers,
			})
		}
	}
	return held
}

// lastQuestion returns the last question about one of the windows, or nil. Of two at the same
// time it is that about the later window in the order of the windows.
func (s *series) lastQuestion(windows []wechat.Window) *collector.Question {
	var last *collector.Question
	for _, w := range windows {
		state := s.state(w)
		if state.touched().IsZero() || last != nil && state.touched().Before(last.At) {
			continue
		}
		last = &collector.Question{Series: s.Series(), Window: w, At: state.touched(), Outcome: state.Outcome}
		if state.Failure != nil {
			last.Outcome, last.Failure = collector.OutcomeFailed, state.Failure
		}
	}
	return last
}

// canBeAsked reports whether a window may be asked for. Later ones are known when the clock
// was ahead.
func (s *series) canBeAsked(w wechat.Window, now time.Time) bool {
	today := wechat.DayOf(now)
	return !w.End.Before(today.Add(-remembered(s.Statistic))) && w.End.Before(today)
}

// remembered returns for how many days the windows of a statistic are remembered: as long as
// WeChat answers for them, or else as long as they are caught up or their numbers are shown.
func remembered(s wechat.Statistic) int {
	switch {
	case s.Keeps > 0:
		return s.Keeps
	case s.Period != wechat.PeriodDay:
		return 100 // two ended months, and the weeks of four cohorts
	default:
		return 62 // the 30 days that are caught up, and the oldest cohorts
	}
}

func latest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}
