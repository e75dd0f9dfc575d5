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
	// Datasets are the datasets beside the user portrait that were ever on, by name.
	Datasets map[string]DatasetState `json:"datasets,omitzero"`
}

// merge returns the state combined with another one, with the newest time of each window
// and event, because replicas may write to the same archive. The pause is that of s.
func (s State) merge(other State) State {
	s.Name = cmp.Or(s.Name, other.Name)
	s.LastPoll = latest(s.LastPoll, other.LastPoll)
	s.LastSuccess = latest(s.LastSuccess, other.LastSuccess)
	s.Quota, s.QuotaAsked = mergeQuotas(s.Quota, s.QuotaAsked, other.Quota, other.QuotaAsked)
	s.Calls = mergeCalls(s.Calls, other.Calls)
	s.Windows = mergeWindows(s.Windows, other.Windows)
	s.Datasets = mergeDatasets(s.Datasets, other.Datasets)
	return s
}

// mergeQuotas returns the quota that was asked for last, or the one before if that was not
// answered.
func mergeQuotas(quota *wechat.Quota, asked time.Time, other *wechat.Quota, otherAsked time.Time) (*wechat.Quota, time.Time) {
	if !otherAsked.After(asked) {
		return quota, asked
	}
	if other == nil {
		return quota, otherAsked
	}
	return other, otherAsked
}

// mergeCalls returns the calls of the later day, or the higher number of the same.
func mergeCalls(calls, other collector.Calls) collector.Calls {
	switch before := calls.Day.Begin().Compare(other.Day.Begin()); {
	case before < 0, before == 0 && calls.Count < other.Count:
		return other
	}
	return calls
}

func mergeWindows(windows, other []WindowState) []WindowState {
	known := map[wechat.Window]WindowState{}
	for _, all := range [][]WindowState{other, windows} {
		for _, w := range all {
			if before, ok := known[w.Window]; ok {
				w = w.merge(before)
			}
			known[w.Window] = w
		}
	}
	merged := make([]WindowState, 0, len(known))
	for _, w := range known {
		merged = append(merged, w)
	}
	return merged
}

// current returns the state without the windows that can neither be asked for again nor
// are the newest of their range, and without what the archived answers tell themselves.
func (s State) current(now time.Time) State {
	ws := newWindows("")
	for _, w := range s.Windows {
		ws.known[w.Window] = &w
	}
	ws.forget(now)
	s.Windows = ws.sorted()
	s.Datasets = currentDatasets(s.Datasets, now)
	return s
}
