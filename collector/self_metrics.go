package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// SelfID is the appid that stands for the metrics of the exporter itself in the query of a
// scrape. It cannot be empty, because Prometheus drops labels and parameters that are.
const SelfID = "."

// SelfMetrics are the metrics of the exporter itself: requests to WeChat, writes to the
// archive and reloads of the settings. It is a prometheus.Collector, and its methods may be called from several
// goroutines.
type SelfMetrics struct {
	apiRequests        *prometheus.CounterVec
	apiRequestDuration *prometheus.HistogramVec
	archiveWrites      prometheus.Counter
	archiveFailures    prometheus.Counter
	archivePending     prometheus.Gauge
	archiveRivals      prometheus.Gauge
	restoringApps      prometheus.Gauge
	reloadSuccessful   prometheus.Gauge
	reloadSuccess      prometheus.Gauge
	webConfigValid     prometheus.Gauge
}

// NewSelfMetrics returns the metrics, with every series that is known in advance at 0: those of
// the datasets that are on.
func NewSelfMetrics(datasets ...wechat.Dataset) *SelfMetrics {
	m := &SelfMetrics{
		apiRequests: prometheus.NewCounterVec(counterOpts(&apiRequests), apiRequests.Labels),
		apiRequestDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    apiRequestDuration.Name,
			Help:    apiRequestDuration.Help,
			Buckets: []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, apiRequestDuration.Labels),
		archiveWrites:   prometheus.NewCounter(counterOpts(&archiveWrites)),
		archiveFailures: prometheus.NewCounter(counterOpts(&archiveFailures)),
		archivePending:  prometheus.NewGauge(gaugeOpts(&archivePending)),
		archiveRivals:   prometheus.NewGauge(gaugeOpts(&archiveRivals)),
		restoringApps:   prometheus.NewGauge(gaugeOpts(&restoringApps)),

		reloadSuccessful: prometheus.NewGauge(gaugeOpts(&reloadSuccessful)),
		reloadSuccess:    prometheus.NewGauge(gaugeOpts(&reloadSuccess)),
		webConfigValid:   prometheus.NewGauge(gaugeOpts(&webConfigValid)),
	}
	m.webConfigValid.Set(1)
	endpoints := []string{wechat.EndpointToken, wechat.EndpointQuota}
	for _, dataset := range datasets {
		endpoints = append(endpoints, dataset.Endpoints()...)
	}
	for _, endpoint := range endpoints {
		m.apiRequests.WithLabelValues("0", endpoint)
		m.apiRequestDuration.WithLabelValues(endpoint)
	}
	return m
}

func counterOpts(m *Metric) prometheus.CounterOpts {
	return prometheus.CounterOpts{Name: m.Name, Help: m.Help}
}

func gaugeOpts(m *Metric) prometheus.GaugeOpts {
	return prometheus.GaugeOpts{Name: m.Name, Help: m.Help}
}

// Observe counts a request to WeChat.
func (m *SelfMetrics) Observe(exchange wechat.Exchange) {
	m.apiRequests.WithLabelValues(exchange.Code, exchange.Endpoint).Inc()
	m.apiRequestDuration.WithLabelValues(exchange.Endpoint).Observe(exchange.Duration.Seconds())
}

// ArchiveWritten counts a write to the archive that ended with err.
func (m *SelfMetrics) ArchiveWritten(err error) {
	m.archiveWrites.Inc()
	if err != nil {
		m.archiveFailures.Inc()
	}
}

// ArchivePending changes the number of answers that wait for an archive that cannot be
// written. A negative number lowers it.
func (m *SelfMetrics) ArchivePending(answers int) { m.archivePending.Add(float64(answers)) }

// Restoring changes the number of apps whose archive is still being read after the start.
func (m *SelfMetrics) Restoring(apps int) { m.restoringApps.Add(float64(apps)) }

// ArchiveRivals sets the number of other exporters that poll the same apps into the same archive.
func (m *SelfMetrics) ArchiveRivals(others int) { m.archiveRivals.Set(float64(others)) }

// Reloaded records that the settings were read, or why they could not be used.
func (m *SelfMetrics) Reloaded(err error) {
	if err != nil {
		m.reloadSuccessful.Set(0)
		return
	}
	m.reloadSuccessful.Set(1)
	m.reloadSuccess.Set(float64(time.Now().Unix()))
}

// WebConfigRead records whether the web configuration can be used.
func (m *SelfMetrics) WebConfigRead(err error) {
	if err != nil {
		m.webConfigValid.Set(0)
		return
	}
	m.webConfigValid.Set(1)
}

// Describe implements prometheus.Collector.
func (m *SelfMetrics) Describe(descs chan<- *prometheus.Desc) {
	m.each(func(c prometheus.Collector) { c.Describe(descs) })
}

// Collect implements prometheus.Collector.
func (m *SelfMetrics) Collect(metrics chan<- prometheus.Metric) {
	m.each(func(c prometheus.Collector) { c.Collect(metrics) })
}

func (m *SelfMetrics) each(do func(prometheus.Collector)) {
	for _, c := range []prometheus.Collector{
		m.apiRequests, m.apiRequestDuration, m.archiveWrites, m.archiveFailures, m.archivePending, m.archiveRivals, m.restoringApps, m.reloadSuccessful, m.reloadSuccess, m.webConfigValid,
	} {
		do(c)
	}
}
