package poller

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// This file is the whole retry policy: how long to pause after a failure, and what to
// pause. How long is in the table of errcodes, see wechat.Error.Pause. A failure that may
// concern only the requested window pauses that window, and the whole app only if another
// call failed just before; any other failure pauses the app.

// longestPause is the limit of every pause. A pause that ends later than that comes from
// a clock that was set back.
const longestPause = 25 * time.Hour

// quotaMargin is how long after midnight an app whose quota was used up is asked for again.
// WeChat's clock may be behind this one: a call that it still counts for the day before
// would cost another day.
const quotaMargin = 5 * time.Minute

// firstPause is the pause after a poll that could not go on.
const firstPause = 10 * time.Second

// Pause is the pause of a whole app after failures.
type Pause struct {
	// Until is when the app may be asked for again.
	Until time.Time `json:"until,omitzero"`
	// Failures counts the failed calls in a row.
	Failures int `json:"failures,omitzero"`
	// Reason is that of the last of them.
	Reason wechat.Reason `json:"reason,omitzero"`
}

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

// failed records that a call for a window failed, and returns the failure.
func (ws *windows) failed(w wechat.Window, err error, pollInterval time.Duration, now time.Time) *wechat.Error {
	failure, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		failure = &wechat.Error{Reason: wechat.ReasonOf(err), Endpoint: ws.endpoint, Message: err.Error(), Err: err}
	}
	state := ws.change(w)
	state.Failure, state.Failed = failure, now
	state.Failures++
	ws.pause.Failures++
	ws.pause.Reason = failure.Reason

	failures := ws.pause.Failures
	if failure.Reason.ConcernsWindow() {
		state.Retry = now.Add(pauseAfter(failure.Pause(), state.Failures, pollInterval, now))
		failures-- // the first may concern this window alone
	}
	if failures > 0 {
		ws.pause.Until = now.Add(pauseAfter(failure.Pause(), failures, pollInterval, now))
	}
	return failure
}

// answered records that a call for a window was answered, which ends its pause and that
// of the app.
func (ws *windows) answered(w wechat.Window, now time.Time) *WindowState {
	state := ws.change(w)
	state.Asked = now
	state.Failure, state.Failed, state.Failures, state.Retry = nil, time.Time{}, 0, time.Time{}
	ws.pause = Pause{}
	return state
}

// failing reports whether the last call for the app failed.
func (ws *windows) failing() bool { return ws.pause.Failures > 0 }

// blocked returns the time before which a window is not to be asked for, because of
// failures.
func (ws *windows) blocked(w wechat.Window, now time.Time) time.Time {
	until := latest(ws.state(w).Retry, ws.pause.Until)
	if until.Sub(now) > longestPause {
		return time.Time{}
	}
	return until
}

// restarted ends the pauses after failures that need a person: a restart means that the
// cause is gone. All other pauses go on, so that a restart causes no additional calls.
func (ws *windows) restarted() {
	if ws.pause.Reason.NeedsPerson() {
		ws.pause = Pause{}
	}
	for _, state := range ws.known {
		if state.Failure != nil && state.Failure.Reason.NeedsPerson() {
			state.Retry = time.Time{}
		}
	}
}

// pollOnce makes sure that a poll asks for no window twice, whatever the schedule says
// and however the clock changes. A window that is due again ends the poll and pauses the
// app.
type pollOnce map[wechat.Window]bool

func (asked pollOnce) again(w wechat.Window, ws *windows, now time.Time) bool {
	if asked[w] {
		ws.pause.Until = latest(ws.pause.Until, now.Add(firstPause))
		return true
	}
	asked[w] = true
	return false
}
