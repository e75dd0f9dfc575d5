package consumers

import (
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func collectorWays() []way {
	const name = "OpenTelemetry Collector " + collectorVersion
	return []way{
		{consumer: name, how: "`/sd`, then remote write", start: func(t *testing.T) (*exporter, string) {
			e, store := startExporter(t), startVictoriaMetrics(t, nothing)
			startCollector(t, snippet(t, "# collector-remote-write.yml", "wxapp-exporter:10120", e.address(), "http://victoriametrics:8428", store))
			return e, store
		}},
		{consumer: name, how: "`/sd`, then OTLP to Prometheus", start: func(t *testing.T) (*exporter, string) {
			e, store := startExporter(t), startReceivingPrometheus(t)
			startCollector(t, snippet(t, "# collector-otlp.yml", "wxapp-exporter:10120", e.address(), "http://prometheus:9090", store))
			return e, store
		}},
		{consumer: name, how: "OTLP, then scraped by Prometheus", start: func(t *testing.T) (*exporter, string) {
			receives, serves := program.HoldPort(t), program.HoldPort(t)
			startCollector(t, snippet(t, "# collector-receives.yml", "0.0.0.0:4317", receives, "0.0.0.0:8889", serves))
			return startExporter(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+receives),
				startPrometheus(t, t.TempDir(), snippet(t, "# scrape-collector.yml", "collector:8889", serves))
		}},
	}
}

// startCollector runs a Collector, without a port for its own metrics.
func startCollector(t *testing.T, config string) {
	t.Helper()
	collector := program.Start(t, program.Built(t, buildCollector), nil, "--config="+write(t, "otelcol.yml", config),
		"--config="+write(t, "telemetry.yml", "service: {telemetry: {metrics: {level: none}}}\n"))
	collector.Tells(t, "Everything is ready")
}
