package otlp

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Metrics are the metrics of the push itself. It is a prometheus.Collector, to be
// registered only where something is pushed. Its methods may be called from several
// goroutines.
type Metrics struct {
	exports        prometheus.Counter
	failures       prometheus.Counter
	rejectedPoints prometheus.Counter

	mu          sync.Mutex
	success     *prometheus.Desc
	lastSuccess time.Time
}

// NewMetrics returns the metrics of a push that has not begun.
func NewMetrics() *Metrics {
	success := collector.MetricNamed("wxapp_otlp_last_success_timestamp_seconds")
	return &Metrics{
		exports:        newCounter("wxapp_otlp_exports_total"),
		failures:       newCounter("wxapp_otlp_export_failures_total"),
		rejectedPoints: newCounter("wxapp_otlp_rejected_points_total"),
		success:        prometheus.NewDesc(success.Name, success.Help, success.Labels, nil),
	}
}

// newCounter returns the counter that the table of metrics describes under a name.
func newCounter(name string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: collector.MetricNamed(name).Help})
}

// exported counts a batch. It failed unless the receiver accepted all of it.
func (m *Metrics) exported(failed bool) {
	m.exports.Inc()
	if failed {
		m.failures.Inc()
	}
}

// rejected counts points that the receiver left out of a batch that it accepted.
func (m *Metrics) rejected(points int64) { m.rejectedPoints.Add(float64(points)) }

// succeeded records that the receiver accepted every batch of a push.
func (m *Metrics) succeeded(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastSuccess = at
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(descs chan<- *prometheus.Desc) {
	for _, counter := range m.counters() {
		counter.Describe(descs)
	}
	descs <- m.success
}

// Collect implements prometheus.Collector. The time of the last success is left out
// until there is one.
func (m *Metrics) Collect(metrics chan<- prometheus.Metric) {
	for _, counter := range m.counters() {
		counter.Collect(metrics)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.lastSuccess.IsZero() {
		metrics <- prometheus.MustNewConstMetric(m.success, prometheus.GaugeValue, float64(m.lastSuccess.Unix()))
	}
}

func (m *Metrics) counters() []prometheus.Counter {
	return []prometheus.Counter{m.exports, m.failures, m.rejectedPoints}
}
