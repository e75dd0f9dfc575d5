package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
)

// otlpReceiver is an OpenTelemetry receiver that hands its messages over.
type otlpReceiver struct {
	collectorpb.UnimplementedMetricsServiceServer
	messages chan *collectorpb.ExportMetricsServiceRequest
}

func (r *otlpReceiver) Export(ctx context.Context, message *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
	select {
	case r.messages <- message:
	case <-ctx.Done():
	}
	return &collectorpb.ExportMetricsServiceResponse{}, nil
}

// newOTLPReceiver serves a receiver and returns its endpoint.
func newOTLPReceiver(t *testing.T) (r *otlpReceiver, endpoint string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r = &otlpReceiver{messages: make(chan *collectorpb.ExportMetricsServiceRequest, 1)}
	server := grpc.NewServer()
	collectorpb.RegisterMetricsServiceServer(server, r)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return r, "http://" + listener.Addr().String()
}

// demoPushing runs the demo, which pushes to an endpoint 20 times a second.
func demoPushing(t *testing.T, endpoint string, timeout time.Duration) (metricsURL string, log *output, stop func() error) {
	t.Helper()
	setEnvironment(t, nil)
	t.Setenv("WXAPP_LISTEN_ADDRESS", "127.0.0.1:0")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "50")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", fmt.Sprint(timeout.Milliseconds()))
	t.Setenv("OTEL_METRIC_EXPORT_TIMEOUT", fmt.Sprint(timeout.Milliseconds()))
	ctx, cancel := context.WithCancel(t.Context())
	stdout, stderr := newOutput(), newOutput()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"demo"}, stdout, stderr) }()
	metricsURL = strings.TrimSpace(stdout.waitFor(t, "Metrics"))
	for _, app := range []string{"wxdemo0000000000c1", "wxdemo0000000000c2", "wxdemo0000000000c3"} {
		stderr.waitFor(t, "appid="+app+" windows=")
	}
	return metricsURL, stderr, func() error {
		cancel()
		return <-ended
	}
}

// The program pushes the same series that it shows.
func TestPushedIsShown(t *testing.T) {
	receiver, endpoint := newOTLPReceiver(t)
	metricsURL, log, stop := demoPushing(t, endpoint, time.Hour)
	arrived := gatherSeries(t, receiver)

	arrived.waitFor(t, func(pushed map[string]bool) bool {
		return pushed[`wxapp_otlp_last_success_timestamp_seconds{}`] && countPrefix(pushed, "wxapp_users{") >= 6_000
	})
	// Whatever else is shown arrives with the pushes to come, and polls of datasets may still
	// add to both.
	arrived.waitFor(t, func(pushed map[string]bool) bool { return maps.Equal(pushed, shownSeries(t, metricsURL)) })
	if strings.Contains(log.String(), "level=WARN") || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("the log is\n%s", log)
	}
	if err := stop(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// arrivedSeries are the series that have arrived at a receiver so far.
type arrivedSeries struct {
	mu     sync.Mutex
	series map[string]bool
	more   chan struct{} // holds a value after a message
}

// gatherSeries takes every message of a receiver, whatever the test does meanwhile: a push
// that is not taken would fail.
func gatherSeries(t *testing.T, receiver *otlpReceiver) *arrivedSeries {
	a := &arrivedSeries{series: map[string]bool{}, more: make(chan struct{}, 1)}
	go func() {
		for {
			select {
			case message := <-receiver.messages:
				a.mu.Lock()
				maps.Copy(a.series, pushedSeries(message))
				a.mu.Unlock()
				select {
				case a.more <- struct{}{}:
				default:
				}
			case <-t.Context().Done():
				return
			}
		}
	}()
	return a
}

// waitFor waits until a condition holds.
func (a *arrivedSeries) waitFor(t *testing.T, holds func(map[string]bool) bool) {
	t.Helper()
	patience := time.After(10 * time.Minute)
	for {
		a.mu.Lock()
		held := holds(a.series)
		a.mu.Unlock()
		if held {
			return
		}
		select {
		case <-a.more:
		case <-patience:
			t.Fatal("waited in vain")
		}
	}
}

// A missing receiver stops neither the start nor the scrapes.
func TestUnreachableReceiver(t *testing.T) {
	metricsURL, log, stop := demoPushing(t, "http://127.0.0.1:1", 100*time.Millisecond)
	log.waitFor(t, "OTLP export failed")
	if status, body := getPage(t, metricsURL); status != http.StatusOK || !strings.Contains(body, "wxapp_otlp_export_failures_total ") {
		t.Errorf("/metrics: status %d\n%s", status, body)
	}
	if err := stop(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// Every mistake stops the start with a line of its own.
func TestWrongOTLPSettingsStopTheStart(t *testing.T) {
	setEnvironment(t, nil)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "zip")
	err := run(t.Context(), []string{"demo"}, io.Discard, io.Discard)
	const want = `invalid configuration:
  OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317
  OTEL_EXPORTER_OTLP_COMPRESSION: "zip" is unknown; set it to gzip or none`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Without an endpoint there are no metrics of the push.
func TestNoPushWithoutEndpoint(t *testing.T) {
	metricsURL, _, stop := demoPushing(t, "", time.Minute)
	for series := range shownSeries(t, metricsURL) {
		if strings.HasPrefix(series, "wxapp_otlp_") {
			t.Errorf("%s is shown", series)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// pushedSeries returns the points of a message by the names and labels they are sent
// under. A histogram or summary counts as one.
func pushedSeries(message *collectorpb.ExportMetricsServiceRequest) map[string]bool {
	series := map[string]bool{}
	for _, resource := range message.GetResourceMetrics() {
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				for _, attributes := range attributesOf(metric) {
					labels := map[string]string{}
					for _, attribute := range attributes {
						labels[attribute.GetKey()] = attribute.GetValue().GetStringValue()
					}
					series[seriesName(metric.GetName(), labels)] = true
				}
			}
		}
	}
	return series
}

func attributesOf(metric *metricspb.Metric) (all [][]*commonpb.KeyValue) {
	for _, point := range slices.Concat(metric.GetGauge().GetDataPoints(), metric.GetSum().GetDataPoints()) {
		all = append(all, point.GetAttributes())
	}
	for _, point := range metric.GetHistogram().GetDataPoints() {
		all = append(all, point.GetAttributes())
	}
	for _, point := range metric.GetSummary().GetDataPoints() {
		all = append(all, point.GetAttributes())
	}
	return all
}

// shownSeries returns the series of /metrics in the same way.
func shownSeries(t *testing.T, url string) map[string]bool {
	t.Helper()
	status, body := getPage(t, url)
	if status != http.StatusOK {
		t.Fatalf("/metrics: status %d", status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]bool{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			series[seriesName(name, labels)] = true
		}
	}
	return series
}

func seriesName(name string, labels map[string]string) string {
	var pairs []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, label+"="+labels[label])
	}
	return name + "{" + strings.Join(pairs, ",") + "}"
}

func countPrefix(series map[string]bool, prefix string) (n int) {
	for name := range series {
		if strings.HasPrefix(name, prefix) {
			n++
		}
	}
	return n
}
