package poller

import (
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// snapshot returns what is shown of the app. Its names, and what the API knows, are left to the
// caller.
func (k *knowledge) snapshot(now time.Time) *collector.Snapshot {
	snapshot := &collector.Snapshot{
		LastPoll: k.lastPoll, LastSuccess: k.lastSuccess, NextPoll: latest(now, k.next(now).at),
		RowsMerged: k.merged, RowsRejected: k.rejected, Past: k.past,
	}
	for _, d := range k.datasets {
		snapshot.Datasets = append(snapshot.Datasets, k.shown(d, now))
	}
	for _, leading := range snapshot.Leading() {
		if leading.Status != collector.StatusUnknown && snapshot.Status != collector.StatusDown {
			snapshot.Status = leading.Status
		}
		snapshot.Failures = append(snapshot.Failures, leading.Failures...)
	}
	return snapshot
}

// shown returns what is shown of a dataset.
func (k *knowledge) shown(d *dataset, now time.Time) collector.Dataset {
	shown := collector.Dataset{Name: d.Name, Status: d.status(), Failures: d.failures, FailedPolls: maps.Clone(d.failedPolls)}
	for _, s := range d.series {
		if asked := s.lastQuestion(d.scheduled(s, wechat.DayOf(now))); asked != nil {
			shown.Asked = append(shown.Asked, *asked)
		}
	}
	for _, e := range d.endpoints {
		shown.Endpoints = append(shown.Endpoints, collector.Endpoint{Name: e.name, Calls: e.calls, Quota: e.quota, QuotaAsked: e.quotaAsked})
	}
	show := k.chosen(d, now)
	shown.End, shown.Held = show.End, show.Held
	return shown
}

// chosen returns the windows of a dataset that are shown.
func (k *knowledge) chosen(d *dataset, now time.Time) collector.Shown {
	held := make([][]collector.Held, len(d.series))
	for i, s := range d.series {
		held[i] = s.held()
	}
	return collector.Show(d.Dataset, held, d.excused, now, k.shows.MaxAge)
}

// excused reports whether a statistic will not answer for a window, so that the rest of the
// dataset need not wait: WeChat has refused it.
func (d *dataset) excused(statistic int, w wechat.Window) bool {
	s := d.series[statistic]
	failure := s.state(w).Failure
	return failure != nil && failure.Reason.NeedsPerson() || s.endpoint.failing() && s.endpoint.pause.Reason == wechat.ReasonPermission
}

// forget drops the numbers that are not shown, and the windows that can neither be asked for
// again nor are the newest of their series.
func (k *knowledge) forget(now time.Time) {
	for _, d := range k.datasets {
		shown := k.chosen(d, now)
		for _, s := range d.series {
			newest := s.newest()
			s.known = slices.DeleteFunc(s.known, func(state *WindowState) bool {
				if !shown.End.IsZero() && !isShown(shown, s, state.End) {
					state.numbers = collector.Numbers{}
				}
				return !s.canBeAsked(s.Window(state.End), now) && state != newest
			})
		}
	}
}

// isShown reports whether a window is shown, or may be when others have come.
func isShown(shown collector.Shown, s *series, end wechat.Day) bool {
	return s.Cohorts == nil && s.Keeps == 0 && end.After(shown.End) ||
		slices.ContainsFunc(shown.Held, func(h collector.Held) bool { return h.Series == s.Series() && h.End == end })
}

// status returns whether the numbers of a dataset come in.
func (d *dataset) status() collector.Status {
	switch {
	case len(d.failures) > 0:
		return collector.StatusDown
	case d.unknown:
		return collector.StatusUnknown
	default:
		return collector.StatusUp
	}
}
