package collector

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
)

// Registry returns a registry with all that is said of the exporter itself: these metrics, those of
// Go and of the process, and the version.
func (m *SelfMetrics) Registry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		m,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("wxapp_exporter"),
	)
	return registry
}
