package collector

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Collector shows the snapshots of a Store, and where the provinces are, to
// Prometheus. It is a prometheus.Collector that only reads memory.
type Collector struct {
	store     *Store
	descs     map[*Metric]*prometheus.Desc
	locations []prometheus.Metric
}

// New returns a Collector of the snapshots in store.
func New(store *Store) *Collector {
	c := &Collector{store: store, descs: map[*Metric]*prometheus.Desc{}}
	for _, metric := range append(AppMetrics(), &locationInfo) {
		c.descs[metric] = prometheus.NewDesc(metric.Name, metric.Help, metric.Labels, nil)
	}
	store.EachLocation(func(s Sample) { c.locations = append(c.locations, c.metric(s)) })
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
		snapshot.Each(func(s Sample) { metrics <- c.metric(s) })
	}
	for _, location := range c.locations {
		metrics <- location
	}
}

func (c *Collector) metric(s Sample) prometheus.Metric {
	valueType := prometheus.GaugeValue
	if s.Metric.Type == Counter {
		valueType = prometheus.CounterValue
	}
	metric, err := prometheus.NewConstMetric(c.descs[s.Metric], valueType, float64(s.Value), s.Labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(c.descs[s.Metric], err)
	}
	return metric
}
