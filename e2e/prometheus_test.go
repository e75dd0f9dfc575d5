package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// prometheus is a running Prometheus.
type prometheus struct {
	*program.Process
	url string
}

// startPrometheus runs Prometheus. The lines of target belong to the YAML of its one
// scrape configuration. A scrape may take as long as the interval, which is long enough
// for a busy machine.
func startPrometheus(t *testing.T, target ...string) *prometheus {
	t.Helper()
	return startPrometheusOn(t, t.TempDir(), target...)
}

// startPrometheusOn runs Prometheus on a storage that may have something in it.
func startPrometheusOn(t *testing.T, storage string, target ...string) *prometheus {
	t.Helper()
	config := `global:
  scrape_interval: 5s
  scrape_timeout: 5s
scrape_configs:
  - job_name: wxapp
    ` + strings.Join(target, "\n    ") + "\n"
	return launchPrometheus(t, storage, write(t, "prometheus.yml", config))
}

// startPrometheusWith runs Prometheus with a whole configuration, which stands in a folder
// with the files that it names.
func startPrometheusWith(t *testing.T, folder, config string) *prometheus {
	t.Helper()
	return launchPrometheus(t, t.TempDir(), writeInto(t, folder, "prometheus.yml", config))
}

func launchPrometheus(t *testing.T, storage, config string) *prometheus {
	t.Helper()
	p := &prometheus{Process: program.Start(t, program.Built(t, buildPrometheus), nil,
		"--config.file="+config,
		"--storage.tsdb.path="+storage,
		"--web.listen-address=127.0.0.1:0")}
	p.url = "http://" + p.Address(t)
	return p
}

// at returns the scrape configuration of an exporter without TLS.
func at(e *exporter) string {
	return fmt.Sprintf("static_configs: [{targets: [%q]}]", strings.TrimPrefix(e.url, "http://"))
}

// query asks for the value of a PromQL expression at a time.
func (p *prometheus) query(t *testing.T, expression string, at time.Time) []program.Sample {
	t.Helper()
	return program.Query(t, p.url, expression, at)
}

// number returns the value of a PromQL expression that selects one series.
func (p *prometheus) number(t *testing.T, expression string, at time.Time) float64 {
	t.Helper()
	samples := p.query(t, expression, at)
	if len(samples) != 1 {
		t.Fatalf("%s: got %d series, want 1: %v", expression, len(samples), samples)
	}
	return samples[0].Value
}

// when waits until a PromQL expression has n series, and returns a time at which it has
// them. What Prometheus says about that time does not change any more: every scrape that
// began before it has ended.
func (p *prometheus) when(t *testing.T, expression string, n int) (at time.Time) {
	t.Helper()
	program.Eventually(t, fmt.Sprintf("%d series of %s", n, expression), func() bool {
		at = time.Now()
		return len(p.query(t, expression, at)) == n
	})
	program.Eventually(t, "a later scrape of every target", func() bool {
		earlier := fmt.Sprintf(`timestamp(up) <= %f`, float64(at.UnixMilli())/1000)
		now := time.Now()
		return len(p.query(t, "up", now)) > 0 && len(p.query(t, earlier, now)) == 0
	})
	return at
}
