package poller

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// state returns what is remembered of the app.
func (k *knowledge) state() State {
	state := State{
		LastPoll: k.lastPoll, LastSuccess: k.lastSuccess,
		Series: map[string][]WindowState{}, Endpoints: map[string]EndpointState{}, CaughtUp: map[string]collector.Calls{},
	}
	for _, d := range k.datasets {
		if !d.caughtUp.Day.IsZero() {
			state.CaughtUp[d.Name] = d.caughtUp
		}
		for _, s := range d.series {
			state.Series[s.Series()] = s.states()
		}
		for _, e := range d.endpoints {
			state.Endpoints[e.name] = EndpointState{e.calls, e.quota, e.quotaAsked, e.pause}
		}
	}
	return state
}

// held returns when the answers that are held came.
func (k *knowledge) held() heldAnswers {
	held := heldAnswers{}
	for _, d := range k.datasets {
		for _, s := range d.series {
			came := map[wechat.Day]time.Time{}
			for _, state := range s.known {
				if state.Held() {
					came[state.End] = state.Answered
				}
			}
			held[s.Series()] = came
		}
	}
	return held
}

// restore merges what is remembered into what is known. The pauses are those of the state if
// nothing was asked yet.
func (k *knowledge) restore(state State, first bool) {
	merged := k.state().merge(state)
	k.lastPoll, k.lastSuccess = merged.LastPoll, merged.LastSuccess
	for _, d := range k.datasets {
		d.caughtUp = merged.CaughtUp[d.Name]
		for _, s := range d.series {
			for _, w := range merged.Series[s.Series()] {
				s.keep(&w)
			}
		}
		for _, e := range d.endpoints {
			of := merged.Endpoints[e.name]
			e.calls, e.quota, e.quotaAsked = of.Calls, of.Quota, of.QuotaAsked
			if remembered, ok := state.Endpoints[e.name]; ok && first {
				e.pause = remembered.Pause
			}
		}
	}
}
