package otlp

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// batch collects the points of a message by metric. Its memory is used again for the next
// batch.
type batch struct {
	families []family
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

// family returns the index of a metric in families.
func (b *batch) family(metric *collector.Metric) int {
	i := slices.IndexFunc(b.families, func(f family) bool { return f.metric == metric })
	if i < 0 {
		i = len(b.families)
		b.families = append(b.families, family{metric: metric})
	}
	return i
}

// begin empties the batch, so that nothing of its points stays in memory. Points that are
// added from now on carry the current time.
func (b *batch) begin() {
	for i := range b.families {
		clear(b.families[i].points)
		clear(b.families[i].decimals)
		b.families[i].points, b.families[i].decimals = b.families[i].points[:0], b.families[i].decimals[:0]
	}
	b.size, b.now = 0, time.Now()
}

func (b *batch) full() bool { return b.size == b.limit }

// add adds points of one metric, as many as fit, and returns the rest.
func (b *batch) add(metric int, points []point) (rest []point) {
	n := min(len(points), b.limit-b.size)
	family := &b.families[metric]
	for _, p := range points[:n] {
		if family.metric.Decimal {
			family.decimals = append(family.decimals, metricdata.DataPoint[float64]{Attributes: p.attributes, Time: b.now, Value: p.value})
		} else {
			family.points = append(family.points, metricdata.DataPoint[int64]{Attributes: p.attributes, Time: b.now, Value: int64(p.value)})
		}
	}
	b.size += n
	return points[n:]
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
