package consumers

import (
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func telegrafWays() []way {
	const name = "Telegraf " + telegrafVersion
	return []way{
		{consumer: name, how: "scrape", start: func(t *testing.T) (*exporter, string) {
			e, store := startExporter(t), startVictoriaMetrics(t, nothing)
			startTelegraf(t, snippet(t, "# telegraf-scrape.conf", "wxapp-exporter:10120", e.address(), "http://victoriametrics:8428", store))
			return e, store
		}},
		{consumer: name, how: "OTLP", start: func(t *testing.T) (*exporter, string) {
			store, receives := startVictoriaMetrics(t, nothing), program.HoldPort(t)
			startTelegraf(t, snippet(t, "# telegraf-receives.conf", "0.0.0.0:4317", receives, "http://victoriametrics:8428", store))
			return startExporter(t, settings(t, "http://telegraf:4317", "telegraf:4317", receives)...), store
		}},
	}
}

func startTelegraf(t *testing.T, config string) {
	t.Helper()
	telegraf := program.Start(t, program.Built(t, buildTelegraf), nil, "--config", write(t, "telegraf.conf", config))
	program.Eventually(t, "Telegraf runs", func() bool { return strings.Contains(telegraf.Output.String(), "Loaded outputs") })
}
