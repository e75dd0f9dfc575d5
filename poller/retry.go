package poller

import (
	"math/rand/v2"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// This file is the whole retry policy: how long to pause after a failure, and what to
// pause. How long is in the table of errcodes, see wechat.Error.Pause. A failure that may
// concern only the requested window pauses that window, and its endpoint only if another
// call failed just before; any other failure pauses the endpoint. One that concerns the whole
// app also pauses the optional datasets, but those never pause the user portrait.

// longestPause is the limit of every pause. A pause that ends later than that comes from
// a clock that was set back.
const longestPause = 25 * time.Hour

// quotaMargin is how long after midnight an app whose quota was used up is asked for again.
// WeChat's clock may be behind this one: a call that it still counts for the day before
// would cost another day.
const quotaMargin = 5 * time.Minute

// refusedPause is the pause of an endpoint of an optional dataset that the app may not use, so
// that it is called once a day.
const refusedPause = 24 * time.Hour

// firstPause is the pause after a poll that could not go on.
const firstPause = 10 * time.Second

// pauseAfter returns how long to wait after the last of a number of failures in a row.
// Pauses that grow are up to a tenth longer, so that apps that failed together do not
// come back together.
func pauseAfter(p wechat.Pause, failures int, pollInterval time.Duration, now time.Time) time.Duration {
	if p.NextDay {
		return wechat.DayOf(now).Add(1).At(quotaMargin).Sub(now)
	}
	most := p.Most
	if most == 0 {
		most = pollInterval
	}
	if p.First >= most {
		return min(p.First, longestPause)
	}
	pause := most
	if shift := failures - 1; shift < 16 { // beyond that it would overflow
		pause = min(most, p.First<<shift)
	}
	return min(pause+rand.N(pause/10+1), longestPause)
}

// backOff records that a call failed, and when it may be repeated.
func (k *knowledge) backOff(t target, failure *wechat.Error, now time.Time) {
	state, pause := t.series.change(t.window), &t.series.endpoint.pause
	state.Failure, state.Failed = failure, now
	state.Failures++
	pause.Failures++
	pause.Reason = failure.Reason

	failures := pause.Failures
	if failure.Reason.ConcernsWindow() {
		state.Retry = now.Add(pauseAfter(failure.Pause(), state.Failures, k.PollInterval, now))
		failures-- // the first may concern this window alone
	}
	if failures > 0 {
		pause.Until = now.Add(pauseAfter(failure.Pause(), failures, k.PollInterval, now))
	}
	if t.dataset.optional() && failure.Reason == wechat.ReasonPermission {
		pause.Until = now.Add(refusedPause)
	}
}

// answered records that a call for a window was answered, which ends its pause and that
// of its endpoint.
func (s *series) answered(w wechat.Window, now time.Time) *WindowState {
	state := s.change(w)
	state.Asked = now
	state.Failure, state.Failed, state.Failures, state.Retry = nil, time.Time{}, 0, time.Time{}
	s.endpoint.pause = Pause{}
	return state
}

// refused reports whether WeChat does not go back as far as the window.
func (w *WindowState) refused() bool {
	return w.Failure != nil && w.Failure.Reason == wechat.ReasonRequest || w.Outcome == collector.OutcomeUnavailable
}

// blocked returns the time before which a window is not to be asked for: because of failures,
// of failures that concern the whole app, or because little is left of the quota.
func (k *knowledge) blocked(t target, now time.Time) time.Time {
	until := latest(t.state().Retry, t.series.endpoint.pause.Until)
	if isWrong(until, now) {
		until = time.Time{}
	}
	if !t.dataset.optional() {
		return until
	}
	for _, e := range k.endpoints() {
		if e.pause.Reason.ConcernsApp() && !isWrong(e.pause.Until, now) {
			until = latest(until, e.pause.Until)
		}
	}
	if t.series.endpoint.braked(now) {
		until = latest(until, wechat.DayOf(now).Add(1).Begin())
	}
	return until
}

// isWrong reports whether a pause ends later than any may.
func isWrong(until, now time.Time) bool { return until.Sub(now) > longestPause }

// braked reports whether less than a tenth of today's quota was left when it was read. An
// unknown quota does not brake.
func (e *endpoint) braked(now time.Time) bool {
	return e.quota != nil && wechat.DayOf(e.quotaAsked) == wechat.DayOf(now) && e.quota.Remaining*10 < e.quota.Limit
}

// restarted ends the pauses after failures that last until a person does something: a restart
// means that the cause is gone. All other pauses go on, so that a restart causes no additional
// calls.
func (k *knowledge) restarted() {
	for _, d := range k.datasets {
		for _, e := range d.endpoints {
			if e.pause.Reason.NeedsPerson() {
				e.pause = Pause{}
			}
		}
		for _, s := range d.series {
			for _, state := range s.known {
				if state.Failure != nil && state.Failure.Reason.NeedsPerson() {
					state.Retry = time.Time{}
				}
			}
		}
	}
}

// pollOnce makes sure that a poll asks for no window twice, whatever the schedule says
// and however the clock changes. A window that is due again pauses its endpoint.
type pollOnce map[target]bool

func (asked pollOnce) again(t target, now time.Time) bool {
	if asked[t] {
		pause := &t.series.endpoint.pause
		pause.Until = latest(pause.Until, now.Add(firstPause))
		return true
	}
	asked[t] = true
	return false
}
