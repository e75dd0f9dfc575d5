package otlp

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// batch collects the points of a message by metric. Its memory is used again for the next
// batch.
type batch struct {
	families []family
	last     int // the family of the last sample
	size     int // points in all families
	limit    int // of size
	now      time.Time
	message  []metricdata.Metrics
}

type family struct {
	metric   *collector.Metric
	points   []metricdata.DataPoint[int64]
	decimals []metricdata.DataPoint[float64] // instead, if the metric is decimal
}

// family returns the family of a metric. Most samples have the metric of the one before.
func (b *batch) family(metric *collector.Metric) *family {
	if b.last < len(b.families) && b.families[b.last].metric == metric {
		return &b.families[b.last]
	}
	b.last = slices.IndexFunc(b.families, func(f family) bool { return f.metric == metric })
	if b.last < 0 {
		b.last = len(b.families)
		b.families = append(b.families, family{metric: metric})
	}
	return &b.families[b.last]
}

// begin empties the batch. Points that are added from now on carry the current time.
func (b *batch) begin() {
	b.empty()
	b.now = time.Now()
}

// empty removes all points, so that nothing of them stays in memory.
func (b *batch) empty() {
	for i := range b.families {
		f := &b.families[i]
		clear(f.points)
		clear(f.decimals)
		f.points, f.decimals = f.points[:0], f.decimals[:0]
	}
	clear(b.message)
	b.size = 0
}

func (b *batch) full() bool { return b.size == b.limit }

// add adds a sample.
func (b *batch) add(s collector.Sample) {
	f, labels := b.family(s.Metric), attributes(s)
	if s.Metric.Decimal {
		f.decimals = append(f.decimals, metricdata.DataPoint[float64]{Attributes: labels, Time: b.now, Value: s.Value})
	} else {
		f.points = append(f.points, metricdata.DataPoint[int64]{Attributes: labels, Time: b.now, Value: int64(s.Value)})
	}
	b.size++
}

// maxLabels is the most labels of a metric, so that those of a point need no memory of the heap.
const maxLabels = 5

// attributes returns the labels of a sample. A single value that is not valid UTF-8 would
// make the whole message fail.
func attributes(s collector.Sample) attribute.Set {
	pairs := make([]attribute.KeyValue, 0, maxLabels)
	for i, value := range s.Labels {
		pairs = append(pairs, attribute.String(s.Metric.Labels[i], strings.ToValidUTF8(value, "\uFFFD")))
	}
	return attribute.NewSet(pairs...)
}

// metrics returns the batch in the form of the SDK. Counters are sums since started.
func (b *batch) metrics(started time.Time) []metricdata.Metrics {
	b.message = b.message[:0]
	for _, f := range b.families {
		if len(f.points)+len(f.decimals) == 0 {
			continue
		}
		var data metricdata.Aggregation = metricdata.Gauge[int64]{DataPoints: f.points}
		switch {
		case f.metric.Decimal: // only gauges are
			data = metricdata.Gauge[float64]{DataPoints: f.decimals}
		case f.metric.Type == collector.Counter:
			for i := range f.points {
				f.points[i].StartTime = started
			}
			data = metricdata.Sum[int64]{
				DataPoints:  f.points,
				Temporality: metricdata.CumulativeTemporality,
				IsMonotonic: true,
			}
		}
		b.message = append(b.message, metricdata.Metrics{
			Name:        f.metric.Name,
			Description: f.metric.Help,
			Unit:        unit(f.metric),
			Data:        data,
		})
	}
	return b.message
}

// unit returns the unit under which a metric is sent. Prometheus takes a gauge with the
// unit 1 for a ratio and would append that word to its name.
func unit(m *collector.Metric) string {
	if m.Unit == "1" {
		return ""
	}
	return m.Unit
}
