package collector

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// ProcessMetrics are the live metrics of the whole program: requests to WeChat and
// writes to the archive. It is a prometheus.Collector.
type ProcessMetrics struct {
	apiRequests        *prometheus.CounterVec
	apiRequestDuration *prometheus.HistogramVec
	archiveWrites      prometheus.Counter
	archiveFailures    prometheus.Counter
}

// NewProcessMetrics returns the metrics with every series that is known beforehand.
func NewProcessMetrics() *ProcessMetrics {
	m := &ProcessMetrics{
		apiRequests: prometheus.NewCounterVec(counterOpts(&apiRequests), apiRequests.Labels),
		apiRequestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    apiRequestDuration.Name,
			Help:    apiRequestDuration.Help,
			Buckets: []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, apiRequestDuration.Labels),
		archiveWrites:   prometheus.NewCounter(counterOpts(&archiveWrites)),
		archiveFailures: prometheus.NewCounter(counterOpts(&archiveFailures)),
	}
	for _, endpoint := range []string{wechat.EndpointUserPortrait, wechat.EndpointToken, wechat.EndpointQuota} {
		m.apiRequests.WithLabelValues("0", endpoint)
		m.apiRequestDuration.WithLabelValues(endpoint)
	}
	return m
}

func counterOpts(m *Metric) prometheus.CounterOpts {
	return prometheus.CounterOpts{Name: m.Name, Help: m.Help}
}

// Observe counts a request to WeChat. It may be called from several goroutines.
func (m *ProcessMetrics) Observe(call wechat.Exchange) {
	m.apiRequests.WithLabelValues(call.Code, call.Endpoint).Inc()
	m.apiRequestDuration.WithLabelValues(call.Endpoint).Observe(call.Duration.Seconds())
}

// ArchiveWritten counts a write to the archive that ended with err.
func (m *ProcessMetrics) ArchiveWritten(err error) {
	m.archiveWrites.Inc()
	if err != nil {
		m.archiveFailures.Inc()
	}
}

// Describe implements prometheus.Collector.
func (m *ProcessMetrics) Describe(descs chan<- *prometheus.Desc) {
	m.each(func(c prometheus.Collector) { c.Describe(descs) })
}

// Collect implements prometheus.Collector.
func (m *ProcessMetrics) Collect(metrics chan<- prometheus.Metric) {
	m.each(func(c prometheus.Collector) { c.Collect(metrics) })
}

func (m *ProcessMetrics) each(do func(prometheus.Collector)) {
	for _, c := range []prometheus.Collector{m.apiRequests, m.apiRequestDuration, m.archiveWrites, m.archiveFailures} {
		do(c)
	}
}
