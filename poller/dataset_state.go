package poller

import (
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// DatasetState is what is remembered of a dataset across restarts.
type DatasetState struct {
	// CaughtUp counts the calls of a day for days that the archive lacked.
	CaughtUp collector.Calls `json:"caught_up,omitzero"`
	// Statistics are the parts of the dataset, by endpoint.
	Statistics map[string]StatisticState `json:"statistics"`
}

// StatisticState is what is remembered of a statistic across restarts. Its fields are those
// of State.
type StatisticState struct {
	Quota      *wechat.Quota `json:"quota,omitzero"`
	QuotaAsked time.Time     `json:"quota_asked,omitzero"`
	Pause      Pause         `json:"pause,omitzero"`
	Windows    []WindowState `json:"windows"`
}

// mergeDatasets combines the states of datasets as State.merge does.
func mergeDatasets(datasets, other map[string]DatasetState) map[string]DatasetState {
	if len(datasets)+len(other) == 0 {
		return nil
	}
	merged := maps.Clone(other)
	if merged == nil {
		merged = map[string]DatasetState{}
	}
	for name, dataset := range datasets {
		before := merged[name]
		statistics := maps.Clone(before.Statistics)
		if statistics == nil {
			statistics = map[string]StatisticState{}
		}
		for endpoint, s := range dataset.Statistics {
			old := statistics[endpoint]
			s.Quota, s.QuotaAsked = mergeQuotas(s.Quota, s.QuotaAsked, old.Quota, old.QuotaAsked)
			s.Windows = mergeWindows(s.Windows, old.Windows)
			statistics[endpoint] = s
		}
		merged[name] = DatasetState{mergeCalls(dataset.CaughtUp, before.CaughtUp), statistics}
	}
	return merged
}

// currentDatasets drops the days that are not needed: those that are too old, and those of
// which the archived answers tell all that matters.
func currentDatasets(datasets map[string]DatasetState, now time.Time) map[string]DatasetState {
	today := wechat.DayOf(now)
	for _, dataset := range datasets {
		for endpoint, s := range dataset.Statistics {
			s.Windows = slices.DeleteFunc(slices.Clone(s.Windows), func(w WindowState) bool {
				end := w.Window.End.Begin()
				return end.Before(today.Add(-rememberedDays).Begin()) ||
					w.Held() && end.Before(today.Add(-2).Begin()) && w.touched().Before(today.Add(-1).Begin())
			})
			slices.SortFunc(s.Windows, func(a, b WindowState) int { return a.Window.End.Begin().Compare(b.Window.End.Begin()) })
			dataset.Statistics[endpoint] = s
		}
	}
	return datasets
}
