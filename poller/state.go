package poller

import (
	"cmp"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// State is what is remembered of an app across restarts. The archived answers are
// decisive; the state only avoids repeating calls to WeChat.
type State struct {
	// Name is the name that the owner gave the app, or the appid.
	Name string `json:"name,omitzero"`
	// LastPoll is when the last poll ended, LastSuccess when the last answer with data
	// came.
	LastPoll    time.Time `json:"last_poll,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	// Quota is the last quota that was read, nil if unknown. QuotaAsked is when it was
	// last asked for, whether or not an answer came.
	Quota      *wechat.Quota `json:"quota,omitzero"`
	QuotaAsked time.Time     `json:"quota_asked,omitzero"`
	// Calls counts the portrait calls of a day.
	Calls collector.Calls `json:"calls,omitzero"`
	// Pause is the pause of the whole app after failures.
	Pause Pause `json:"pause,omitzero"`
	// Windows are the windows that are known, in any order.
	Windows []WindowState `json:"windows"`
}

// merge returns the state combined with another one, with the newest time of each window
// and event, because replicas may write to the same archive. The pause is that of s.
func (s State) merge(other State) State {
	s.Name = cmp.Or(s.Name, other.Name)
	s.LastPoll = latest(s.LastPoll, other.LastPoll)
	s.LastSuccess = latest(s.LastSuccess, other.LastSuccess)
	if other.QuotaAsked.After(s.QuotaAsked) {
		s.QuotaAsked = other.QuotaAsked
		if other.Quota != nil {
			s.Quota = other.Quota
		}
	}
	switch before := s.Calls.Day.Begin().Compare(other.Calls.Day.Begin()); {
	case before < 0, before == 0 && s.Calls.Count < other.Calls.Count:
		s.Calls = other.Calls
	}
	known := map[wechat.Window]WindowState{}
	for _, windows := range [][]WindowState{other.Windows, s.Windows} {
		for _, w := range windows {
			if before, ok := known[w.Window]; ok {
				w = w.merge(before)
			}
			known[w.Window] = w
		}
	}
	s.Windows = make([]WindowState, 0, len(known))
	for _, w := range known {
		s.Windows = append(s.Windows, w)
	}
	return s
}

// current returns the state without the windows that can neither be asked for again nor
// are the newest of their range.
func (s State) current(now time.Time) State {
	ws := newWindows("")
	for _, w := range s.Windows {
		ws.known[w.Window] = &w
	}
	ws.forget(now)
	s.Windows = ws.sorted()
	return s
}
