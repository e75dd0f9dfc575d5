package otlp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	otelmetric "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
)

// benchmarkApps have about 240,000 series.
const benchmarkApps = 100

// sink is a receiver in this process that reads and discards.
type sink struct{}

func (sink) RoundTrip(request *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, request.Body)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&bytes.Buffer{}), Request: request}, err
}

func newSinkExporter(b *testing.B) *otlpmetrichttp.Exporter {
	b.Helper()
	exporter, err := otlpmetrichttp.New(context.Background(), otlpmetrichttp.WithHTTPClient(&http.Client{Transport: sink{}}))
	if err != nil {
		b.Fatal(err)
	}
	return exporter
}

// BenchmarkPush compares what it costs to collect, convert and marshal 240,000 points in
// three ways, without compression and network. The ratios are of processor time, as the
// operating system accounts for it.
func BenchmarkPush(b *testing.B) {
	store := storeOf(b, benchmarkApps)
	ours := newOurPush(b, store)
	native := newNativePush(b, store)
	bridged := newBridgePush(b, store)
	points := ours()
	if n := native(); n != points {
		b.Fatalf("%d points through native gauges, want %d", n, points)
	}
	if n := bridged(); n != points {
		b.Fatalf("%d points through the bridge, want %d", n, points)
	}

	var oursTook, nativeTook, bridgedTook time.Duration
	for b.Loop() {
		oursTook += processorTime(ours)
		nativeTook += processorTime(native)
		bridgedTook += processorTime(bridged)
	}
	b.ReportMetric(float64(oursTook)/float64(b.N*points), "cpu-ns/point")
	b.ReportMetric(float64(oursTook)/float64(nativeTook), "×native")
	b.ReportMetric(float64(oursTook)/float64(bridgedTook), "×bridge")
	b.ReportMetric(0, "ns/op") // the sum of all three means nothing
}

// BenchmarkBatches is the part of a push that is ours.
func BenchmarkBatches(b *testing.B) {
	s := newSeries(storeOf(b, benchmarkApps), newSelfMetrics(prometheus.NewRegistry(), func(error) {}), true)
	points := 0
	for batch := range s.batches(b.Context()) {
		points += count(batch)
	}
	b.ReportAllocs()
	for b.Loop() {
		for range s.batches(b.Context()) {
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N*points), "ns/point")
}

// BenchmarkPushToReceiver is what a push of 240,000 points costs with all that belongs to it:
// compression and the network. The receiver is a process of its own.
func BenchmarkPushToReceiver(b *testing.B) {
	store := storeOf(b, benchmarkApps)
	for _, protocol := range []Protocol{GRPC, HTTP} {
		b.Run(strings.ReplaceAll(string(protocol), "/", "-"), func(b *testing.B) {
			pusher, err := newBenchPusher(protocol, startReceiver(b, protocol), store)
			if err != nil {
				b.Fatal(err)
			}
			points := 0
			for batch := range pusher.series.batches(b.Context()) {
				points += count(batch)
			}
			push := func() int { pusher.push(b.Context()); return points }
			push() // connects
			var took time.Duration
			for b.Loop() {
				took += processorTime(push)
			}
			if failure := pusher.Status().Failure; failure != "" {
				b.Fatal(failure)
			}
			b.ReportMetric(float64(took)/float64(b.N*points), "cpu-ns/point")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkPeakMemory compares the peak memory of a process that holds apps and pushes them
// with that of one that only holds them.
func BenchmarkPeakMemory(b *testing.B) {
	if _, err := peakRSS(); err != nil {
		b.Skip(err)
	}
	endpoint := startReceiver(b, HTTP)
	for _, apps := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(apps, "-apps"), func(b *testing.B) {
			var pushing, holding uint64
			for b.Loop() {
				pushing += (&benchProcess{Apps: apps, Protocol: HTTP, Endpoint: endpoint}).peak(b)
				holding += (&benchProcess{Apps: apps}).peak(b)
			}
			b.ReportMetric(float64(pushing)/float64(holding), "×without")
			b.ReportMetric(float64(pushing)/float64(b.N)/(1<<20), "peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// newOurPush returns a function that pushes all points and counts them.
func newOurPush(b *testing.B, store *collector.Store) func() int {
	exporter := newSinkExporter(b)
	s := newSeries(store, newSelfMetrics(prometheus.NewRegistry(), func(error) {}), true)
	return func() (points int) {
		for batch := range s.batches(b.Context()) {
			points += count(batch)
			export(b, exporter, batch)
		}
		return points
	}
}

// newNativePush does the same with instruments of the SDK, without their limit of 2,000
// attribute sets and with attribute sets that are built once.
func newNativePush(b *testing.B, store *collector.Store) func() int {
	exporter := newSinkExporter(b)
	reader := metric.NewManualReader(metric.WithCardinalityLimitSelector(func(metric.InstrumentKind) (int, bool) { return 0, false }))
	provider := metric.NewMeterProvider(metric.WithReader(reader), metric.WithCardinalityLimit(0))
	meter := provider.Meter(scopeName)
	instruments := map[*collector.Metric]otelmetric.Int64Observable{}
	var observables []otelmetric.Observable
	type observation struct {
		instrument otelmetric.Int64Observable
		value      int64
		attributes attribute.Set
	}
	var all []observation
	s := newSeries(store, selfMetrics{}, true)
	for sample := range s.samples {
		instrument, ok := instruments[sample.Metric]
		if !ok {
			var err error
			if sample.Metric.Type == collector.Counter {
				instrument, err = meter.Int64ObservableCounter(sample.Metric.Name)
			} else {
				instrument, err = meter.Int64ObservableGauge(sample.Metric.Name)
			}
			if err != nil {
				b.Fatal(err)
			}
			instruments[sample.Metric] = instrument
			observables = append(observables, instrument)
		}
		all = append(all, observation{instrument, int64(sample.Value), attributes(sample)})
	}
	_, err := meter.RegisterCallback(func(_ context.Context, observer otelmetric.Observer) error {
		for _, o := range all {
			observer.ObserveInt64(o.instrument, o.value, otelmetric.WithAttributeSet(o.attributes))
		}
		return nil
	}, observables...)
	if err != nil {
		b.Fatal(err)
	}
	return func() (points int) {
		message := &metricdata.ResourceMetrics{}
		if err := reader.Collect(b.Context(), message); err != nil {
			b.Fatal(err)
		}
		for _, scope := range message.ScopeMetrics {
			points += count(scope.Metrics)
		}
		if err := exporter.Export(b.Context(), message); err != nil {
			b.Fatal(err)
		}
		return points
	}
}

// newBridgePush does the same with the plain collector and the bridge.
func newBridgePush(b *testing.B, store *collector.Store) func() int {
	exporter := newSinkExporter(b)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectortest.NewCollector(store))
	producer := bridge.NewMetricProducer(bridge.WithGatherer(registry))
	return func() (points int) {
		scopes, err := producer.Produce(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for _, scope := range scopes {
			points += count(scope.Metrics)
			export(b, exporter, scope.Metrics)
		}
		return points
	}
}

func export(b *testing.B, exporter *otlpmetrichttp.Exporter, metrics []metricdata.Metrics) {
	b.Helper()
	message := &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: metrics}}}
	if err := exporter.Export(b.Context(), message); err != nil {
		b.Fatal(err)
	}
}

func count(metrics []metricdata.Metrics) (points int) {
	for _, m := range metrics {
		switch data := m.Data.(type) {
		case metricdata.Gauge[int64]:
			points += len(data.DataPoints)
		case metricdata.Gauge[float64]:
			points += len(data.DataPoints)
		case metricdata.Sum[int64]:
			points += len(data.DataPoints)
		case metricdata.Sum[float64]:
			points += len(data.DataPoints)
		}
	}
	return points
}

// processorTime returns the processor time of a push, including the collection of its
// garbage.
func processorTime(push func() int) time.Duration {
	runtime.GC()
	begin := used()
	push()
	runtime.GC()
	return used() - begin
}
