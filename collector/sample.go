package collector

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Sample is one value of one series.
type Sample struct {
	Metric *Metric
	// Labels are the values of the metric's labels, in their order. They are valid
	// during the call that hands the sample over.
	Labels []string
	// Value is a whole number unless the metric is Decimal.
	Value float64
}

// Each calls emit for every sample of the app, one metric after the other. All outputs
// read the samples here, so they cannot disagree.
func (s *Snapshot) Each(emit func(Sample)) {
	s.eachUsers(emit)
	s.eachWindow(emit)
	s.eachBookkeeping(emit)
	s.eachDataset(emit)
}

// eachUsers emits the users by dimension, name, metric and range. This puts similar
// series next to each other, which compresses best.
func (s *Snapshot) eachUsers(emit func(Sample)) {
	for _, dimension := range wechat.Dimensions() {
		var columns []column
		for _, metric := range wechat.Metrics() {
			for _, held := range s.Held {
				for _, list := range held.Rows.lists {
					if list.Metric == metric && list.Dimension == dimension {
						columns = append(columns, column{string(metric), held.Range.String(), list.rows})
					}
				}
			}
		}
		s.eachName(dimension, columns, emit)
	}
}

// column is the list of one metric and window in a dimension.
type column struct {
	metric, length string
	rows           []row // those not emitted yet, sorted by name
}

func (s *Snapshot) eachName(dimension wechat.Dimension, columns []column, emit func(Sample)) {
	labels := []string{s.App.ID, string(dimension), "", "", ""}
	for {
		name := ""
		for _, c := range columns {
			if len(c.rows) > 0 && (name == "" || c.rows[0].name.Value() < name) {
				name = c.rows[0].name.Value()
			}
		}
		if name == "" {
			return
		}
		for i, c := range columns {
			if len(c.rows) > 0 && c.rows[0].name.Value() == name {
				labels[2], labels[3], labels[4] = c.metric, name, c.length
				emit(Sample{&users, labels, float64(c.rows[0].users)})
				columns[i].rows = c.rows[1:]
			}
		}
	}
}

func (s *Snapshot) eachWindow(emit func(Sample)) {
	for _, held := range s.Held {
		emit(Sample{&dataBegin, []string{s.App.ID, held.Range.String()}, float64(held.BeginTime().Unix())})
	}
	for _, held := range s.Held {
		emit(Sample{&dataEnd, []string{s.App.ID, held.Range.String()}, float64(held.EndTime().Unix())})
	}
	for _, held := range s.Held {
		for _, list := range held.Rows.lists {
			if list.limited {
				labels := []string{s.App.ID, string(list.Dimension), string(list.Metric), held.Range.String()}
				emit(Sample{&namesDropped, labels, float64(list.dropped)})
			}
		}
	}
}

func (s *Snapshot) eachBookkeeping(emit func(Sample)) {
	id := []string{s.App.ID}
	seconds := func(metric *Metric, t time.Time) {
		if !t.IsZero() {
			emit(Sample{metric, id, float64(t.Unix())})
		}
	}

	emit(Sample{&appInfo, []string{s.App.Name, s.App.ID}, 1})
	switch s.Status {
	case StatusUp:
		emit(Sample{&up, id, 1})
	case StatusDown:
		emit(Sample{&up, id, 0})
	case StatusUnknown:
	}
	seconds(&lastPoll, s.LastPoll)
	seconds(&lastSuccess, s.LastSuccess)
	seconds(&nextPoll, s.NextPoll)
	seconds(&tokenExpiry, s.TokenExpiry)
	for _, reason := range wechat.FailureReasons() {
		emit(Sample{&pollFailures, []string{s.App.ID, string(reason)}, float64(s.FailedPolls[reason])})
	}
	emit(Sample{&rowsMerged, id, float64(s.RowsMerged)})
	emit(Sample{&rowsRejected, id, float64(s.RowsRejected)})
	s.eachQuota(func(endpoint string, quota *wechat.Quota) {
		emit(Sample{&quotaLimit, []string{s.App.ID, endpoint}, float64(quota.Limit)})
	})
	s.eachQuota(func(endpoint string, quota *wechat.Quota) {
		emit(Sample{&quotaRemaining, []string{s.App.ID, endpoint}, float64(quota.Remaining)})
	})
}

// eachQuota calls do for every endpoint whose quota is known.
func (s *Snapshot) eachQuota(do func(endpoint string, quota *wechat.Quota)) {
	if s.Quota != nil {
		do(wechat.EndpointUserPortrait, s.Quota)
	}
	for _, dataset := range s.Datasets {
		for _, statistic := range dataset.Statistics {
			if statistic.Quota != nil {
				do(statistic.Endpoint, statistic.Quota)
			}
		}
	}
}
