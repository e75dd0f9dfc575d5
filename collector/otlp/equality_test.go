package otlp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Every series that /metrics shows arrives, and no other, with its value.
func TestEverySeriesArrives(t *testing.T) {
	tests := []struct {
		protocol Protocol
		apps     int
	}{{GRPC, 0}, {GRPC, 1}, {GRPC, 13}, {GRPC, 100}, {HTTP, 0}, {HTTP, 1}, {HTTP, 13}}
	for _, test := range tests {
		apps := test.apps
		t.Run(fmt.Sprintf("%d apps by %s", apps, test.protocol), func(t *testing.T) {
			receiver := &receiver{}
			p := newPushing(t, &collector.Store{}, serve(t, test.protocol, receiver), Config{Protocol: test.protocol, Gzip: true})
			p.push(t.Context()) // so that all metrics of the push have a value
			receiver.take()
			fill(p.store, apps)
			p.push(t.Context())
			messages := receiver.take()
			got := received(t, messages)

			shown := prometheus.NewRegistry()
			shown.MustRegister(collector.New(p.store))
			want := gathered(t, shown, p.process)
			for series, value := range want {
				switch name, _, _ := strings.Cut(series, "{"); {
				case strings.HasPrefix(name, "wxapp_otlp_"), strings.HasPrefix(name, "go_"), strings.HasPrefix(name, "process_"):
					if _, ok := got[series]; !ok { // its value moves on
						t.Errorf("%s did not arrive", series)
					}
				case got[series] != value:
					t.Errorf("%s arrived as %v, want %v", series, got[series], value)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d series arrived, /metrics shows %d", len(got), len(want))
			}
			if perApp := 2_000; len(got) < apps*perApp {
				t.Errorf("%d series are too few to prove anything about %d apps", len(got), apps)
			}
			checkSizes(t, len(messages), len(got))
			if size := proto.Size(messages[min(1, len(messages)-1)]); size > 3<<18 {
				t.Errorf("a message of %d bytes", size)
			}
		})
	}
}

// checkSizes holds that there are no more messages than needed.
func checkSizes(t *testing.T, messages, series int) {
	t.Helper()
	if most := 2 + series/maxBatch; messages > most {
		t.Errorf("%d messages for %d series, want at most %d", messages, series, most)
	}
}

// What points say beside their value: integers, units, the time, sums and their start.
func TestPoints(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	messages := receiver.take()

	units := map[string]string{}
	for metric := range metricsOf(messages) {
		name := metric.GetName()
		units[name] = metric.GetUnit()
		if metric.GetDescription() == "" {
			t.Errorf("%s has no description", name)
		}
		points := metric.GetGauge().GetDataPoints()
		if sum := metric.GetSum(); sum != nil {
			points = sum.GetDataPoints()
			if !sum.GetIsMonotonic() || sum.GetAggregationTemporality() != metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE {
				t.Errorf("%s is no cumulative sum that only grows", name)
			}
		}
		if strings.HasSuffix(name, "_total") != (metric.GetSum() != nil) {
			t.Errorf("%s has the wrong kind of data: %T", name, metric.GetData())
		}
		for _, point := range points {
			if start := point.GetStartTimeUnixNano(); (start != 0) != (metric.GetSum() != nil) || start > point.GetTimeUnixNano() {
				t.Errorf("%s starts at %d and is of %d", name, start, point.GetTimeUnixNano())
			}
			if point.GetTimeUnixNano() == 0 {
				t.Errorf("%s has no time", name)
			}
			if _, whole := point.GetValue().(*metricspb.NumberDataPoint_AsInt); slices.Contains(labelsOf(point.GetAttributes()), "appid") && !whole {
				t.Errorf("%s is sent as %T", name, point.GetValue())
			}
		}
	}
	for name, want := range map[string]string{
		"wxapp_users":                          "{user}",
		"wxapp_data_end_timestamp_seconds":     "s",
		"wxapp_up":                             "", // with 1 it would be wxapp_up_ratio to Prometheus
		"wxapp_app_info":                       "",
		"wxapp_location_info":                  "",
		"wxapp_poll_failures_total":            "{poll}",
		"wxapp_api_request_duration_seconds":   "s",
		"wxapp_api_requests_total":             "{request}",
		"wxapp_otlp_exports_total":             "{batch}",
		"process_start_time_seconds":           "",
		"wxapp_last_success_timestamp_seconds": "s",
		"wxapp_archive_failures_total":         "{write}",
		"wxapp_names_dropped":                  "{name}",
		"wxapp_api_quota_remaining":            "{call}",
		"wxapp_token_expiry_timestamp_seconds": "s",
		"wxapp_otlp_export_failures_total":     "{batch}",
		"wxapp_otlp_rejected_points_total":     "{point}",
		"wxapp_rows_merged_total":              "{row}",
		"wxapp_next_poll_timestamp_seconds":    "s",
		"wxapp_data_begin_timestamp_seconds":   "s",
		"go_goroutines":                        "",
	} {
		if unit, ok := units[name]; !ok || unit != want {
			t.Errorf("%s has the unit %q (sent: %t), want %q", name, unit, ok, want)
		}
	}

	resource := messages[0].GetResourceMetrics()[0]
	if attributes := labelsOf(resource.GetResource().GetAttributes()); !slices.Equal(attributes, []string{"service.name", "wxapp_exporter"}) {
		t.Errorf("the resource is %q", attributes)
	}
	if scope := resource.GetScopeMetrics()[0].GetScope(); scope.GetName() != "github.com/wxapp-exporter/wxapp_exporter" || scope.GetVersion() != "1.2.3" {
		t.Errorf("scope %v", scope)
	}
}

// A batch holds each metric once, with the points of all apps.
func TestBatchHoldsMetricOnce(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	for _, message := range receiver.take() {
		names := map[string]bool{}
		for metric := range metricsOf([]*collectorpb.ExportMetricsServiceRequest{message}) {
			if names[metric.GetName()] {
				t.Errorf("%s stands twice in a message", metric.GetName())
			}
			names[metric.GetName()] = true
		}
	}
}

// Points follow the snapshots: what is replaced goes, what is new comes.
func TestPointsFollowTheStore(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	receiver.take()

	empty := collector.Snapshot{App: collector.App{ID: "wx0000000000000001", Name: "new"}}
	p.store.Put(&empty)
	p.push(t.Context())
	got := received(t, receiver.take())
	if got[`wxapp_app_info{app="new",appid="wx0000000000000001"}`] != 1 {
		t.Error("the new snapshot is not pushed")
	}
	for series := range got {
		if strings.HasPrefix(series, "wxapp_users{") && strings.Contains(series, `"wx0000000000000001"`) {
			t.Errorf("%s is of the old snapshot", series)
		}
	}
	if len(p.series.apps) != 2 {
		t.Errorf("%d snapshots are held", len(p.series.apps))
	}
}

// One invalid value would cost the whole message; here it costs nothing.
func TestBrokenAppHarmsNoOther(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(2), serveGRPC(t, receiver), Config{})
	broken := *p.store.Snapshots()[0]
	broken.App.Name = "tea\xff"
	p.store.Put(&broken)
	p.push(t.Context())
	got := received(t, receiver.take())
	for series, value := range map[string]float64{
		"wxapp_app_info{app=\"tea\uFFFD\",appid=\"wx0000000000000000\"}": 1,
		`wxapp_app_info{app="茶馆",appid="wx0000000000000001"}`:            1,
		`wxapp_otlp_export_failures_total{}`:                             0,
	} {
		if got[series] != value {
			t.Errorf("%s is %v, want %v", series, got[series], value)
		}
	}
	if failures := p.counted(t)["wxapp_otlp_export_failures_total{}"]; failures != 0 {
		t.Errorf("%v batches failed: %s", failures, p.log)
	}
}

// An error about some process-wide metrics costs neither the others nor any app.
func TestBrokenProcessMetrics(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(1), serveGRPC(t, receiver), Config{})
	broken := prometheus.CollectorFunc(func(metrics chan<- prometheus.Metric) {
		desc := prometheus.NewDesc("broken", "Broken.", nil, nil)
		metrics <- prometheus.NewInvalidMetric(desc, fmt.Errorf("out of order"))
	})
	p.process.MustRegister(struct{ prometheus.Collector }{unchecked{broken}})
	for range 2 {
		p.push(t.Context())
	}
	got := received(t, receiver.take()[:2])
	for _, series := range []string{"go_goroutines{}", `wxapp_up{appid="wx0000000000000000"}`} {
		if _, ok := got[series]; !ok {
			t.Errorf("%s did not arrive", series)
		}
	}
	if count := strings.Count(p.log.String(), "out of order"); count != 1 {
		t.Errorf("the error was logged %d times: %s", count, p.log)
	}
}

// unchecked describes nothing, so that a registry takes what it collects as it comes.
type unchecked struct{ prometheus.Collector }

func (unchecked) Describe(chan<- *prometheus.Desc) {}

// Nothing is allocated per point before the SDK takes over.
func TestNoAllocationPerPoint(t *testing.T) {
	allocations := func(apps int) (allocations float64, batches int) {
		s := newSeries(storeOf(apps), newProcessMetrics(prometheus.NewRegistry(), func(error) {}))
		push := func() {
			batches = 0
			for range s.batches(t.Context()) {
				batches++
			}
		}
		push()
		return testing.AllocsPerRun(5, push), batches
	}
	one, _ := allocations(1)
	many, batches := allocations(100)
	if perBatch := (many - one) / float64(batches); perBatch > 25 { // the families of a batch
		t.Errorf("%.0f allocations for 1 app, %.0f for 100 in %d batches", one, many, batches)
	}
}
