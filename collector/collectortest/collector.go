// Package collectortest helps the tests of those who show a Store: it makes snapshots
// out of a simulated WeChat, and it shows a Store in the plainest way, as the reference
// for faster ones.
package collectortest

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Collector shows the snapshots of a Store, and where the provinces are, to
// Prometheus. It is a plain prometheus.Collector that only reads memory.
type Collector struct {
	store     *collector.Store
	descs     map[*collector.Metric]*prometheus.Desc
	locations []prometheus.Metric
}

// NewCollector returns a Collector of the snapshots in store.
func NewCollector(store *collector.Store) *Collector {
	c := &Collector{store: store, descs: map[*collector.Metric]*prometheus.Desc{}}
	for _, metric := range append(collector.AppMetrics(), collector.LocationMetric()) {
		c.descs[metric] = prometheus.NewDesc(metric.Name, metric.Help, metric.Labels, nil)
	}
	collector.EachLocation(func(s collector.Sample) { c.locations = append(c.locations, c.metric(s)) })
	return c
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(metrics chan<- prometheus.Metric) {
	for _, snapshot := range c.store.Snapshots() {
		snapshot.Each(func(s collector.Sample) { metrics <- c.metric(s) })
	}
	for _, location := range c.locations {
		metrics <- location
	}
}

func (c *Collector) metric(s collector.Sample) prometheus.Metric {
	valueType := prometheus.GaugeValue
	if s.Metric.Type == collector.Counter {
		valueType = prometheus.CounterValue
	}
	metric, err := prometheus.NewConstMetric(c.descs[s.Metric], valueType, s.Value, s.Labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(c.descs[s.Metric], err)
	}
	return metric
}
