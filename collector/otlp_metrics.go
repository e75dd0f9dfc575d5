package collector

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// OTLPMetrics are the metrics of the push to an OpenTelemetry receiver. It is a
// prometheus.Collector, to be registered only where something is pushed. Its methods
// may be called from several goroutines.
type OTLPMetrics struct {
	exports        prometheus.Counter
	failures       prometheus.Counter
	rejectedPoints prometheus.Counter

	mu          sync.Mutex
	success     *prometheus.Desc
	lastSuccess time.Time
}

// NewOTLPMetrics returns the metrics of a push that has not begun.
func NewOTLPMetrics() *OTLPMetrics {
	return &OTLPMetrics{
		exports:        prometheus.NewCounter(counterOpts(&otlpExports)),
		failures:       prometheus.NewCounter(counterOpts(&otlpFailures)),
		rejectedPoints: prometheus.NewCounter(counterOpts(&otlpRejectedPoints)),
		success:        prometheus.NewDesc(otlpLastSuccess.Name, otlpLastSuccess.Help, nil, nil),
	}
}

// Exported counts a batch that was accepted whole, or that was not.
func (m *OTLPMetrics) Exported(whole bool) {
	m.exports.Inc()
	if !whole {
		m.failures.Inc()
	}
}

// Rejected counts points that the receiver left out of a batch that it accepted.
func (m *OTLPMetrics) Rejected(points int64) {
	m.rejectedPoints.Add(float64(points))
}

// Succeeded notes that every batch of a push was accepted whole.
func (m *OTLPMetrics) Succeeded(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastSuccess = at
}

// Describe implements prometheus.Collector.
func (m *OTLPMetrics) Describe(descs chan<- *prometheus.Desc) {
	for _, counter := range m.counters() {
		counter.Describe(descs)
	}
	descs <- m.success
}

// Collect implements prometheus.Collector. The time of the last success is left out
// until there was one.
func (m *OTLPMetrics) Collect(metrics chan<- prometheus.Metric) {
	for _, counter := range m.counters() {
		counter.Collect(metrics)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.lastSuccess.IsZero() {
		metrics <- prometheus.MustNewConstMetric(m.success, prometheus.GaugeValue, float64(m.lastSuccess.Unix()))
	}
}

func (m *OTLPMetrics) counters() []prometheus.Counter {
	return []prometheus.Counter{m.exports, m.failures, m.rejectedPoints}
}
