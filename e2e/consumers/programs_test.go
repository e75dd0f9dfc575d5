package consumers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// The versions that the tests build and that docs/consumers.md names. That of Prometheus is the one
// of the tests in e2e.
const (
	prometheusVersion      = "3.16"
	victoriaMetricsVersion = "1.151.0"
	collectorVersion       = "0.165.0"
	collectorCore          = "1.71.0" // the modules of the same release that are stable
	telegrafVersion        = "1.37.2"
	thanosVersion          = "0.42.0"
)

// Each program is built once, and only for a test that needs it.
var (
	buildExporter   = program.Builder("wxapp_exporter", "../..", ".")
	buildPrometheus = program.PrometheusBuilder("prometheus", "..")
	buildPromtool   = program.PrometheusBuilder("promtool", "..")

	buildVictoriaMetrics = victoriaMetrics("victoria-metrics")
	buildVMAgent         = victoriaMetrics("vmagent")
	buildVMAlert         = victoriaMetrics("vmalert")

	buildCollector = sync.OnceValues(collector)
	buildThanos    = sync.OnceValues(thanos)
	// Only the output for OTLP brings the input the decompression of gRPC, as in the whole program.
	buildTelegraf = program.Installer("github.com/influxdata/telegraf/cmd/telegraf@v"+telegrafVersion,
		"-tags=custom,inputs.prometheus,inputs.opentelemetry,outputs.http,outputs.opentelemetry,serializers.prometheusremotewrite")
)

func victoriaMetrics(name string) func() (string, error) {
	return program.Installer("github.com/VictoriaMetrics/VictoriaMetrics/app/" + name + "@v" + victoriaMetricsVersion)
}

// collector builds an OpenTelemetry Collector of the parts that its sections in the documents use.
func collector() (string, error) {
	folder := filepath.Join(program.Folder, "collector")
	config := filepath.Join(program.Folder, "collector.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `dist: {name: otelcol, version: %[1]s, output_path: %[2]s}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v%[1]s
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver v%[1]s
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter v%[1]s
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusremotewriteexporter v%[1]s
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter v%[1]s
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v%[3]s
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v%[3]s
`, collectorVersion, folder, collectorCore), 0o600); err != nil {
		return "", err
	}
	return filepath.Join(folder, "otelcol"), program.Run(exec.CommandContext(context.Background(), "go", "run",
		"go.opentelemetry.io/collector/cmd/builder@v"+collectorVersion, "--config="+config))
}
