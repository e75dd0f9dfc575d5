package e2e

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// A real OpenTelemetry Collector, which receives metrics by OTLP and forwards them by OTLP
// over HTTP. It is a module of its own, because Prometheus needs other versions of the
// same dependencies.
var buildCollector = program.Builder("otelcol", "otelcol", "github.com/wxapp-exporter/wxapp_exporter/e2e/otelcol")

// Prometheus gives pushed series the same names as scraped ones, under every translation
// strategy.
func TestPushToPrometheus(t *testing.T) {
	for _, strategy := range []string{
		"UnderscoreEscapingWithSuffixes", // the default
		"UnderscoreEscapingWithoutSuffixes",
		"NoUTF8EscapingWithSuffixes",
		"NoTranslation",
	} {
		t.Run(strategy, func(t *testing.T) {
			prometheus := startReceivingPrometheus(t, strategy, time.Second)
			exporter := startPushing(t, 1, time.Second,
				"OTEL_EXPORTER_OTLP_ENDPOINT="+prometheus.url+"/api/v1/otlp",
				"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
			prometheus.scrape(t, exporter)
			checkPushedIsScraped(t, prometheus, 1)
		})
	}
}

// All series arrive through a Collector with the receiver's default settings, though one
// message with all apps would be too large for it.
func TestPushThroughCollector(t *testing.T) {
	const apps, interval = 13, 10 * time.Second
	prometheus := startReceivingPrometheus(t, "UnderscoreEscapingWithSuffixes", interval)
	socket := startCollector(t, prometheus.url+"/api/v1/otlp")
	exporter := startPushing(t, apps, interval, "OTEL_EXPORTER_OTLP_ENDPOINT=unix://"+socket)
	prometheus.scrape(t, exporter)
	checkPushedIsScraped(t, prometheus, apps)
	metrics := exporter.metrics(t)
	if exports := value(t, metrics, "wxapp_otlp_exports_total"); exports < 2 {
		t.Errorf("%v messages were sent, want several", exports)
	}
	for _, lost := range []string{"wxapp_otlp_export_failures_total", "wxapp_otlp_rejected_points_total"} {
		if n := value(t, metrics, lost); n != 0 {
			t.Errorf("the Collector did not accept all points: %s is %v", lost, n)
		}
	}
}

// startPushing runs an exporter of made-up apps that pushes once per interval.
func startPushing(t *testing.T, apps int, interval time.Duration, settings ...string) *exporter {
	t.Helper()
	api := httptest.NewServer(&wechattest.Server{})
	t.Cleanup(api.Close)
	var list strings.Builder
	list.WriteString("apps:\n")
	for n := range apps {
		fmt.Fprintf(&list, "  - {appid: wx%016x, name: 茶馆 %d, secret: %s}\n", n, n, secret)
	}
	return startExporter(t, append([]string{
		"WXAPP_API_URL=" + api.URL,
		"WXAPP_APPS_FILE=" + write(t, "apps.yml", list.String()),
		fmt.Sprintf("OTEL_METRIC_EXPORT_INTERVAL=%d", interval.Milliseconds()),
	}, settings...)...)
}

// receivingPrometheus is a Prometheus that receives OTLP and may scrape too.
type receivingPrometheus struct {
	*prometheus
	targets string // the file of its targets
}

func startReceivingPrometheus(t *testing.T, strategy string, scrapeInterval time.Duration) receivingPrometheus {
	t.Helper()
	targets := write(t, "targets.json", "[]")
	config := write(t, "prometheus.yml", fmt.Sprintf(`global:
  scrape_interval: %[1]s
  scrape_timeout: %[1]s
storage:
  tsdb:
    out_of_order_time_window: 10m # a Collector sends several messages at once
otlp:
  translation_strategy: %[2]s
scrape_configs:
  - job_name: scraped
    file_sd_configs: [{files: [%[3]q], refresh_interval: 1s}]
`, scrapeInterval, strategy, targets))
	p := &prometheus{Process: program.Start(t, program.Built(t, buildPrometheus), nil,
		"--config.file="+config,
		"--storage.tsdb.path="+t.TempDir(),
		"--web.listen-address=127.0.0.1:0",
		"--web.enable-otlp-receiver")}
	p.url = "http://" + p.Address(t)
	return receivingPrometheus{p, targets}
}

// scrape lets Prometheus scrape an exporter from now on.
func (p receivingPrometheus) scrape(t *testing.T, e *exporter) {
	t.Helper()
	targets := fmt.Sprintf(`[{"targets": [%q]}]`, strings.TrimPrefix(e.url, "http://"))
	if err := os.WriteFile(p.targets, []byte(targets), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startCollector runs a Collector that forwards to an endpoint what arrives at the socket
// that it returns.
func startCollector(t *testing.T, endpoint string) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "otlp.sock")
	config := write(t, "otelcol.yml", fmt.Sprintf(`receivers:
  otlp:
    protocols:
      grpc:
        transport: unix # no port that may be taken; all else by default
        endpoint: %q
exporters:
  otlp_http:
    endpoint: %q
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [otlp_http]
  telemetry:
    metrics:
      level: none
`, socket, endpoint))
	collector := program.Start(t, program.Built(t, buildCollector), nil, "--config="+config)
	collector.Tells(t, "Everything is ready")
	return socket
}

// checkPushedIsScraped holds that Prometheus answers the same, value for value, about
// what was pushed and about what was scraped.
func checkPushedIsScraped(t *testing.T, p receivingPrometheus, apps int) {
	t.Helper()
	queries := []string{
		// All that does not move on between a push and a scrape.
		`{%[1]s,__name__=~"wxapp_.+",__name__!~"wxapp_otlp_.+"}`,
		// Of the rest, how many series each metric has.
		`count by (__name__) ({%[1]s,__name__=~"(wxapp|go|process)_.+"})`,
		// What people ask.
		`count by (appid) (wxapp_users{%[1]s})`,
		`sum by (appid, range) (wxapp_users{%[1]s,dimension="province",metric="visit_uv"})`,
		`topk(5, wxapp_users{%[1]s,appid="wx0000000000000000",dimension="city",metric="visit_uv",range="7d"})`,
		`wxapp_data_end_timestamp_seconds{%[1]s} - wxapp_data_begin_timestamp_seconds{%[1]s}`,
		`sum by (app) (wxapp_users{%[1]s,dimension="gender"} * on (appid) group_left (app) wxapp_app_info{%[1]s})`,
		`increase(wxapp_poll_failures_total{%[1]s}[5m])`,
		`histogram_quantile(0.5, sum by (le) (wxapp_api_request_duration_seconds_bucket{%[1]s}))`,
	}
	complete := fmt.Sprintf(`count by (job) (count by (job, appid) (wxapp_users)) == %d`, apps)
	p.when(t, complete, 2)

	var difference string
	defer func() {
		if t.Failed() {
			t.Log(difference)
		}
	}()
	program.Eventually(t, "the same answers about both", func() bool {
		now := time.Now()
		for _, query := range queries {
			scraped := p.answers(t, fmt.Sprintf(query, `job="scraped"`), now)
			pushed := p.answers(t, fmt.Sprintf(query, `job="wxapp_exporter"`), now)
			if len(scraped) == 0 || !maps.Equal(scraped, pushed) {
				difference = fmt.Sprintf("%s\nscraped only: %v\npushed only: %v", query, less(scraped, pushed), less(pushed, scraped))
				return false
			}
		}
		return true
	})
}

// answers returns the values of a query by their labels, but for those that tell where a
// series came from.
func (p receivingPrometheus) answers(t *testing.T, query string, at time.Time) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	for _, s := range p.query(t, query, at) {
		delete(s.Labels, "job")
		delete(s.Labels, "instance")
		for _, number := range []string{"le", "quantile"} {
			// A push has le="1" where a scrape has le="1.0".
			if value, err := strconv.ParseFloat(s.Labels[number], 64); err == nil {
				s.Labels[number] = fmt.Sprint(value)
			}
		}
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
			labels = append(labels, fmt.Sprintf("%s=%q", name, s.Labels[name]))
		}
		values[strings.Join(labels, ",")] = s.Value
	}
	return values
}

// less returns what is in a, and not with the same value in b.
func less(a, b map[string]float64) map[string]float64 {
	rest := maps.Clone(a)
	maps.DeleteFunc(rest, func(labels string, value float64) bool { other, ok := b[labels]; return ok && other == value })
	return rest
}
