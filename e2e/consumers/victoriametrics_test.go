package consumers

import (
	"regexp"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func victoriaMetricsWays() []way {
	const name = "VictoriaMetrics " + victoriaMetricsVersion
	return []way{
		{consumer: name, how: "scrape", start: func(t *testing.T) (*exporter, string) {
			e := startExporter(t)
			return e, startVictoriaMetrics(t, scrape(e.address()))
		}},
		{consumer: name, how: "`/sd`", start: func(t *testing.T) (*exporter, string) {
			e := startExporter(t)
			return e, startVictoriaMetrics(t, discovery(t, e))
		}},
		{consumer: name, how: "OTLP", start: func(t *testing.T) (*exporter, string) {
			store := startVictoriaMetrics(t, nothing)
			return startExporter(t, named(t, store)...), store
		}},
		{consumer: name, how: "OTLP, without attributes", start: func(t *testing.T) (*exporter, string) {
			store := startVictoriaMetrics(t, nothing)
			return startExporter(t, named(t, store)[:2]...), store
		}},
		{consumer: name, how: "OTLP, two attributes", start: func(t *testing.T) (*exporter, string) {
			store := startVictoriaMetrics(t, nothing, "-opentelemetry.promoteScopeMetadata=false",
				"-opentelemetry.promoteAllResourceAttributes=false", "-opentelemetry.promoteResourceAttributes=job,instance")
			return startExporter(t, named(t, store)...), store
		}},
		{consumer: "vmagent " + victoriaMetricsVersion, how: "`/sd`", start: func(t *testing.T) (*exporter, string) {
			e, store := startExporter(t), startVictoriaMetrics(t, nothing)
			started(t, program.Start(t, program.Built(t, buildVMAgent), nil, "-httpListenAddr=127.0.0.1:0",
				"-promscrape.config="+write(t, "vmagent.yml", discovery(t, e)), "-remoteWrite.tmpDataPath="+t.TempDir(),
				"-remoteWrite.url="+store+"/api/v1/write", "-remoteWrite.flushInterval=1s"))
			return e, store
		}},
	}
}

// nothing is a configuration without scrapes.
const nothing = "scrape_configs: []\n"

// named returns the settings of a push with the labels job and instance.
func named(t *testing.T, store string) []string {
	t.Helper()
	return settings(t, "http://victoriametrics:8428/opentelemetry", "http://victoriametrics:8428", store)
}

// startVictoriaMetrics runs VictoriaMetrics with a configuration of scrapes, and returns its address. It
// answers about what is older than 30 seconds only, unless it is told otherwise.
func startVictoriaMetrics(t *testing.T, config string, flags ...string) string {
	t.Helper()
	return "http://" + started(t, program.Start(t, program.Built(t, buildVictoriaMetrics), nil, append(flags,
		"-httpListenAddr=127.0.0.1:0", "-storageDataPath="+t.TempDir(), "-retentionPeriod=10y",
		"-search.latencyOffset=0s", "-promscrape.config="+write(t, "scrape.yml", config))...))
}

var startedAt = regexp.MustCompile(`started server at http://(\S+)/`)

// started returns the address that a program of VictoriaMetrics says it listens on.
func started(t *testing.T, p *program.Process) (address string) {
	t.Helper()
	program.Eventually(t, p.Name+" listens", func() bool {
		match := startedAt.FindStringSubmatch(p.Output.String())
		if match != nil {
			address = match[1]
		}
		return match != nil
	})
	return address
}
