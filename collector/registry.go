package collector

import (
	"cmp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
)

// Registry returns a registry with all that is said of the exporter itself: these metrics, those of
// Go and of the process, and the version.
func (m *SelfMetrics) Registry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		m,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		// Some receivers of OTLP refuse a series with a label that is empty.
		versioncollector.NewCollector("wxapp_exporter", versioncollector.WithExtraConstLabels(prometheus.Labels{
			"version": cmp.Or(version.Version, "unknown"), "branch": cmp.Or(version.Branch, "unknown"),
		})),
	)
	return registry
}
