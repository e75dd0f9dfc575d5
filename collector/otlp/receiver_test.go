package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// receiver is an OpenTelemetry receiver. It keeps the messages that it gets.
type receiver struct {
	collectorpb.UnimplementedMetricsServiceServer
	// answer decides about a message. Nil: it is accepted.
	answer func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error)

	mu       sync.Mutex
	messages []*collectorpb.ExportMetricsServiceRequest
}

func (r *receiver) Export(ctx context.Context, message *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
	response := &collectorpb.ExportMetricsServiceResponse{}
	if r.answer != nil {
		var err error
		if response, err = r.answer(ctx, message); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, message)
	return response, nil
}

// ServeHTTP speaks OTLP over HTTP. A refused message is answered with 400.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	content, err := io.ReadAll(body)
	message := &collectorpb.ExportMetricsServiceRequest{}
	if err != nil || request.URL.Path != "/v1/metrics" || proto.Unmarshal(content, message) != nil {
		http.Error(w, "no message of OTLP", http.StatusBadRequest)
		return
	}
	response, err := r.Export(request.Context(), message)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	content, _ = proto.Marshal(response)
	_, _ = w.Write(content)
}

// take returns the messages since the last time.
func (r *receiver) take() []*collectorpb.ExportMetricsServiceRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	messages := r.messages
	r.messages = nil
	return messages
}

// serveGRPC serves the receiver with the limits that gRPC servers have by default, 4 MiB
// for a message among them, and returns its endpoint.
func serveGRPC(t *testing.T, r *receiver, options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, listener, r, options...)
	return "http://" + listener.Addr().String()
}

// serveOn serves the receiver until the test ends or stop is called.
func serveOn(t *testing.T, listener net.Listener, r *receiver, options ...grpc.ServerOption) (stop func()) {
	server := grpc.NewServer(options...)
	collectorpb.RegisterMetricsServiceServer(server, r)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	stop = func() {
		server.Stop()
		serving.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// socket returns the path of a socket that a receiver can be killed on and come back.
func socket(t *testing.T) string { return filepath.Join(t.TempDir(), "otlp.sock") }

func listen(t *testing.T, socket string) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serve serves the receiver by a protocol and returns its endpoint.
func serve(t *testing.T, protocol Protocol, r *receiver) string {
	t.Helper()
	if protocol == HTTP {
		return serveHTTP(t, r)
	}
	return serveGRPC(t, r)
}

// serveHTTP serves the receiver over HTTP and returns its endpoint.
func serveHTTP(t *testing.T, r *receiver) string {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return server.URL + "/v1/metrics"
}

// pushing is a Pusher and all that it reads and writes.
type pushing struct {
	*Pusher
	store   *collector.Store
	process *prometheus.Registry
	log     *bytes.Buffer
}

// newPushing returns a Pusher with the fields of the configuration that are not set
// filled in.
func newPushing(t *testing.T, store *collector.Store, endpoint string, config Config) *pushing {
	t.Helper()
	var err error
	if config.Endpoint, err = url.Parse(endpoint); err != nil {
		t.Fatal(err)
	}
	if config.Protocol == "" {
		config.Protocol = GRPC
	}
	if config.Timeout == 0 {
		config.Timeout = 30 * time.Second
	}
	if config.Interval == 0 {
		config.Interval = time.Minute
	}
	config.Version = "1.2.3"
	config.Resource = resource.NewSchemaless(attribute.String("service.name", "wxapp_exporter"))

	metrics := collector.NewOTLPMetrics()
	api := collector.NewProcessMetrics()
	api.Observe(wechat.Exchange{Endpoint: wechat.EndpointToken, Code: "0", Duration: 70 * time.Millisecond})
	process := prometheus.NewRegistry()
	process.MustRegister(metrics, api, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	p := &pushing{store: store, process: process, log: &bytes.Buffer{}}
	logger := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	if p.Pusher, err = New(config, store, process, metrics, logger); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.exporter.Shutdown(context.Background()) })
	return p
}

// smallBatch is a limit with which the points of one app make many batches.
const smallBatch = 500

// inSmallBatches makes batches small and returns how many of them a push has.
func (p *pushing) inSmallBatches(t *testing.T) (batches int) {
	t.Helper()
	p.series.batch.limit = smallBatch
	for range p.series.batches(t.Context()) {
		batches++
	}
	return batches
}

// counted returns the values of the metrics of the push.
func (p *pushing) counted(t *testing.T) map[string]float64 {
	t.Helper()
	values := gathered(t, p.process)
	maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, "wxapp_otlp_") })
	return values
}

// polled returns the snapshot of an app, as a poll of the simulated WeChat leaves it.
var polled = sync.OnceValue(func() *collector.Snapshot {
	store, archive := &collector.Store{}, firstPoll{ended: make(chan struct{})}
	client := &http.Client{Transport: &wechattest.Server{}}
	poller := collector.Poller{
		Sources: []collector.Source{{
			App: collector.App{ID: "wx0123456789abcdef", Name: "茶馆"},
			API: &wechat.Client{HTTP: client, Tokens: &wechat.SecretTokens{
				AppID: "wx0123456789abcdef", HTTP: client,
				Secret: func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
			}},
		}},
		Schedule:   collector.Schedule{Ranges: wechat.Ranges(), PublishHour: 8, PollInterval: time.Minute},
		Dimensions: wechat.Dimensions(),
		Top:        map[wechat.Dimension]int{wechat.Device: 20},
		MaxAge:     168 * time.Hour,
		Store:      store,
		Archive:    archive,
		Metrics:    collector.NewProcessMetrics(),
		Logger:     slog.New(slog.DiscardHandler),
	}
	ctx, stop := context.WithCancel(context.Background())
	var polling sync.WaitGroup
	polling.Go(func() { poller.Run(ctx, func() {}) })
	<-archive.ended
	stop()
	polling.Wait()
	return store.Snapshots()[0]
})

// firstPoll is an archive that tells when a poll has ended.
type firstPoll struct {
	collector.NoArchive
	ended chan struct{}
}

func (f firstPoll) SaveState(context.Context, string, collector.State) error {
	select {
	case <-f.ended:
	default:
		close(f.ended)
	}
	return nil
}

// storeOf returns a store of many apps, each with the numbers of the polled one.
func storeOf(apps int) *collector.Store {
	store := &collector.Store{}
	fill(store, apps)
	return store
}

func fill(store *collector.Store, apps int) {
	for n := range apps {
		snapshot := *polled()
		snapshot.App.ID = fmt.Sprintf("wx%016x", n)
		store.Put(&snapshot)
	}
}

// received returns the value of every series that the points of messages stand for, as
// Prometheus names them. A series that came twice fails the test.
func received(t *testing.T, messages []*collectorpb.ExportMetricsServiceRequest) map[string]float64 {
	t.Helper()
	values := map[string]float64{}
	put := func(value float64, name string, labels ...string) {
		series := seriesName(name, labels...)
		if _, twice := values[series]; twice {
			t.Errorf("%s came twice", series)
		}
		values[series] = value
	}
	for metric := range metricsOf(messages) {
		name := metric.GetName()
		for _, point := range slices.Concat(metric.GetGauge().GetDataPoints(), metric.GetSum().GetDataPoints()) {
			value := point.GetAsDouble()
			if number, ok := point.GetValue().(*metricspb.NumberDataPoint_AsInt); ok {
				value = float64(number.AsInt)
			}
			put(value, name, labelsOf(point.GetAttributes())...)
		}
		for _, point := range metric.GetSummary().GetDataPoints() {
			labels := labelsOf(point.GetAttributes())
			put(point.GetSum(), name+"_sum", labels...)
			put(float64(point.GetCount()), name+"_count", labels...)
			for _, quantile := range point.GetQuantileValues() {
				put(quantile.GetValue(), name, append(labels, "quantile", fmt.Sprint(quantile.GetQuantile()))...)
			}
		}
		for _, point := range metric.GetHistogram().GetDataPoints() {
			labels := labelsOf(point.GetAttributes())
			put(point.GetSum(), name+"_sum", labels...)
			put(float64(point.GetCount()), name+"_count", labels...)
			count := uint64(0)
			for i, bound := range point.GetExplicitBounds() {
				count += point.GetBucketCounts()[i]
				put(float64(count), name+"_bucket", append(labels, "le", fmt.Sprint(bound))...)
			}
		}
	}
	return values
}

// metricsOf goes through all metrics of messages.
func metricsOf(messages []*collectorpb.ExportMetricsServiceRequest) iter.Seq[*metricspb.Metric] {
	return func(yield func(*metricspb.Metric) bool) {
		for _, message := range messages {
			for _, resource := range message.GetResourceMetrics() {
				for _, scope := range resource.GetScopeMetrics() {
					for _, metric := range scope.GetMetrics() {
						if !yield(metric) {
							return
						}
					}
				}
			}
		}
	}
}

// labelsOf returns names and values in turn.
func labelsOf(attributes []*commonpb.KeyValue) []string {
	var labels []string
	for _, attribute := range attributes {
		labels = append(labels, attribute.GetKey(), attribute.GetValue().GetStringValue())
	}
	return labels
}

// gathered returns the value of every series that Prometheus sees of gatherers.
func gathered(t *testing.T, gatherers ...prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := prometheus.Gatherers(gatherers).Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		name := family.GetName()
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetName(), label.GetValue())
			}
			switch histogram, summary := metric.GetHistogram(), metric.GetSummary(); family.GetType() {
			case dto.MetricType_HISTOGRAM:
				values[seriesName(name+"_sum", labels...)] = histogram.GetSampleSum()
				values[seriesName(name+"_count", labels...)] = float64(histogram.GetSampleCount())
				for _, bucket := range histogram.GetBucket() {
					values[seriesName(name+"_bucket", append(labels, "le", fmt.Sprint(bucket.GetUpperBound()))...)] = float64(bucket.GetCumulativeCount())
				}
			case dto.MetricType_SUMMARY:
				values[seriesName(name+"_sum", labels...)] = summary.GetSampleSum()
				values[seriesName(name+"_count", labels...)] = float64(summary.GetSampleCount())
				for _, quantile := range summary.GetQuantile() {
					values[seriesName(name, append(labels, "quantile", fmt.Sprint(quantile.GetQuantile()))...)] = quantile.GetValue()
				}
			default:
				values[seriesName(name, labels...)] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			}
		}
	}
	return values
}

// seriesName writes a series as people do. Both sides sort the labels.
func seriesName(name string, labels ...string) string {
	var text strings.Builder
	text.WriteString(name + "{")
	for i := 0; i < len(labels); i += 2 {
		if i > 0 {
			text.WriteString(",")
		}
		text.WriteString(labels[i] + `="` + labels[i+1] + `"`)
	}
	text.WriteString("}")
	return text.String()
}
