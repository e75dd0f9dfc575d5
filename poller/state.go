package poller

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
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
	// came: of the user portrait, or of all datasets if it is off.
	LastPoll    time.Time `json:"last_poll,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	// Removed is when the app was last removed from the settings of an exporter that ran. It counts
	// if no poll has ended since.
	Removed time.Time `json:"removed,omitzero"`
	// Backfilled is when past answers were last brought by other means than polls.
	Backfilled time.Time `json:"backfilled,omitzero"`
	// Series are the windows that are known, by series and in any order, of all statistics
	// that were ever on.
	Series map[string][]WindowState `json:"series"`
	// Endpoints are what is known of their calls, by name.
	Endpoints map[string]EndpointState `json:"endpoints"`
	// CaughtUp counts the calls of a day for windows that the archive lacked, by dataset.
	CaughtUp map[string]collector.Calls `json:"caught_up,omitzero"`
}

// EndpointState is what is remembered of the calls of an endpoint.
type EndpointState struct {
	// Calls counts the calls of a day.
	Calls collector.Calls `json:"calls,omitzero"`
	// Quota is the last quota that was read, nil if unknown. QuotaAsked is when it was
	// last asked for, whether or not an answer came.
	Quota      *wechat.Quota `json:"quota,omitzero"`
	QuotaAsked time.Time     `json:"quota_asked,omitzero"`
	// Pause is the pause after failures.
	Pause Pause `json:"pause,omitzero"`
}

// merge returns the state combined with another one, with the newest time of each window
// and event, because replicas may write to the same archive. The pauses are those of s.
func (s State) merge(other State) State {
	s.Name = cmp.Or(s.Name, other.Name)
	s.LastPoll = latest(s.LastPoll, other.LastPoll)
	s.LastSuccess = latest(s.LastSuccess, other.LastSuccess)
	s.Removed = latest(s.Removed, other.Removed)
	s.Backfilled = latest(s.Backfilled, other.Backfilled)
	s.Series = mergeMaps(s.Series, other.Series, mergeWindows)
	s.Endpoints = mergeMaps(s.Endpoints, other.Endpoints, EndpointState.merge)
	s.CaughtUp = mergeMaps(s.CaughtUp, other.CaughtUp, mergeCalls)
	return s
}

// answers returns a digest of the answers that the state names, which changes when others have
// brought some.
func (s State) answers() uint64 {
	digest := fnv.New64a()
	for _, series := range slices.Sorted(maps.Keys(s.Series)) {
		var held []string
		for _, w := range s.Series[series] {
			if w.Held() {
				held = append(held, fmt.Sprint(series, w.End, w.Answered.UnixNano()))
			}
		}
		slices.Sort(held)
		_, _ = fmt.Fprintln(digest, held)
	}
	_, _ = fmt.Fprintln(digest, s.Backfilled.UnixNano())
	return digest.Sum64()
}

// mergeMaps returns all values of two maps; merge combines those that are in both.
func mergeMaps[V any](values, other map[string]V, merge func(value, other V) V) map[string]V {
	merged := maps.Clone(other)
	if merged == nil {
		merged = map[string]V{}
	}
	for key, value := range values {
		if before, ok := merged[key]; ok {
			value = merge(value, before)
		}
		merged[key] = value
	}
	return merged
}

// merge returns the state with the quota that was asked for last, or the one before if that was
// not answered, and with the calls of the later day.
func (s EndpointState) merge(other EndpointState) EndpointState {
	s.Calls = mergeCalls(s.Calls, other.Calls)
	if other.QuotaAsked.After(s.QuotaAsked) {
		s.QuotaAsked = other.QuotaAsked
		s.Quota = cmp.Or(other.Quota, s.Quota)
	}
	return s
}

// mergeCalls returns the calls of the later day, or the higher number of the same.
func mergeCalls(calls, other collector.Calls) collector.Calls {
	switch before := calls.Day.Compare(other.Day); {
	case before < 0, before == 0 && calls.Count < other.Count:
		return other
	}
	return calls
}

func mergeWindows(windows, other []WindowState) []WindowState {
	known := map[wechat.Day]WindowState{}
	for _, w := range slices.Concat(other, windows) {
		if before, ok := known[w.End]; ok {
			w = w.merge(before)
		}
		known[w.End] = w
	}
	return slices.Collect(maps.Values(known))
}

// current returns the state without the windows that are not needed: those that can neither be
// asked for again nor are the newest of their series, and of series that are caught up those
// of which the archived answers tell all that matters.
func (s State) current(now time.Time) State {
	s.Series = maps.Clone(s.Series)
	for name, windows := range s.Series {
		of, known := wechat.StatisticOf(name)
		if !known { // of another version
			continue
		}
		windows = slices.Clone(windows)
		slices.SortFunc(windows, func(a, b WindowState) int { return a.End.Compare(b.End) })
		s.Series[name] = slices.DeleteFunc(windows, func(w WindowState) bool { return !isNeeded(of, w, windows, now) })
	}
	return s
}

func isNeeded(of wechat.Statistic, w WindowState, all []WindowState, now time.Time) bool {
	today := wechat.DayOf(now)
	askable := !w.End.Before(today.Add(-remembered(of))) && w.End.Before(today)
	if of.Keeps > 0 {
		return askable || w.Held() && !slices.ContainsFunc(all, func(o WindowState) bool { return o.Held() && o.End.After(w.End) })
	}
	scheduled := !w.End.Before(of.Before(of.Newest(today), 1).End)
	return !w.End.Before(today.Add(-remembered(of))) &&
		(!w.Held() || scheduled || !w.touched().Before(today.Add(-1).Begin()))
}

// withoutNumbers drops the numbers: a state that waits to be saved must not keep them in memory.
func (s State) withoutNumbers() State {
	for _, windows := range s.Series {
		for i := range windows {
			windows[i].numbers = collector.Numbers{}
		}
	}
	return s
}
