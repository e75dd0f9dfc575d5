package otlp

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
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

// BenchmarkPeakMemory compares the peak memory of a push in batches with that of a push in
// a single message. What is kept between pushes is part of both.
func BenchmarkPeakMemory(b *testing.B) {
	store := storeOf(b, benchmarkApps)
	exporter := newSinkExporter(b)
	peak := func(limit int) uint64 {
		debug.FreeOSMemory()
		before := resident(b, "VmRSS")
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			b.Skip(err) // the peak cannot be reset
		}
		s := newSeries(store, newSelfMetrics(prometheus.NewRegistry(), func(error) {}), true)
		s.batch.limit = limit
		for range 3 {
			for batch := range s.batches(b.Context()) {
				export(b, exporter, batch)
			}
		}
		return resident(b, "VmHWM") - before
	}
	var batched, unbatched uint64
	for b.Loop() {
		batched += peak(maxBatch)
		unbatched += peak(math.MaxInt)
	}
	b.ReportMetric(float64(batched)/float64(unbatched), "×unbatched")
	b.ReportMetric(float64(batched)/float64(b.N)/(1<<20), "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// resident returns a number of bytes from the status of this process on Linux.
func resident(b *testing.B, name string) uint64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip(err)
	}
	_, rest, _ := strings.Cut(string(status), name+":")
	number, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return number << 10
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
