package consumers

import (
	"fmt"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func prometheusWays() []way {
	const name = "Prometheus " + prometheusVersion
	return []way{
		{consumer: name, how: "scrape", start: func(t *testing.T) (*exporter, string) {
			e := startExporter(t)
			return e, startPrometheus(t, t.TempDir(), scrape(e.address()))
		}},
		{consumer: name, how: "`/sd`", start: func(t *testing.T) (*exporter, string) {
			e := startExporter(t)
			return e, startPrometheus(t, t.TempDir(), discovery(t, e))
		}},
		{consumer: name, how: "OTLP", start: func(t *testing.T) (*exporter, string) {
			store := startReceivingPrometheus(t)
			return startExporter(t, settings(t, "OTLP_ENDPOINT=http://prometheus:9090", "http://prometheus:9090", store)...), store
		}},
	}
}

// scrape returns the configuration of a scrape of one address, for Prometheus and all that read its
// configuration.
func scrape(address string) string {
	return fmt.Sprintf("scrape_configs:\n  - {job_name: wxapp, scrape_interval: %[1]s, scrape_timeout: %[1]s, static_configs: [{targets: [%[2]q]}]}\n", interval, address)
}

// discovery returns the configuration of a scrape of each app.
func discovery(t *testing.T, e *exporter) string {
	t.Helper()
	return snippet(t, "# scrape.yml", "wxapp-exporter:10120", e.address())
}

// startReceivingPrometheus runs a Prometheus that takes OTLP.
func startReceivingPrometheus(t *testing.T) string {
	t.Helper()
	return startPrometheus(t, t.TempDir(), "storage: {tsdb: {out_of_order_time_window: 10m}}\n", "--web.enable-otlp-receiver")
}

// startPrometheus runs Prometheus on a storage that may have something in it, and returns its
// address.
func startPrometheus(t *testing.T, storage, config string, flags ...string) string {
	t.Helper()
	p := program.Start(t, program.Built(t, buildPrometheus), nil, append(flags,
		"--config.file="+write(t, "prometheus.yml", config),
		"--storage.tsdb.path="+storage,
		"--web.listen-address=127.0.0.1:0")...)
	return "http://" + p.Address(t)
}
