package otlp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
)

// Every series that /metrics shows arrives with its value, and no other series.
func TestEverySeriesArrives(t *testing.T) {
	tests := []struct {
		protocol Protocol
		apps     int
	}{{GRPC, 0}, {GRPC, 1}, {GRPC, 13}, {HTTP, 0}, {HTTP, 1}, {HTTP, 3}}
	for _, test := range tests {
		apps := test.apps
		t.Run(fmt.Sprintf("%d apps by %s", apps, test.protocol), func(t *testing.T) {
			receiver := &receiver{}
			p := newPushing(t, &collector.Store{}, serve(t, test.protocol, receiver), Config{Protocol: test.protocol, Gzip: true})
			p.push(t.Context()) // so that all metrics of the push have a value
			receiver.take()
			for _, snapshot := range storeOf(t, apps).Snapshots() {
				p.store.Put(snapshot)
			}
			p.push(t.Context())
			messages := receiver.take()
			got := received(t, messages)

			shown := prometheus.NewRegistry()
			shown.MustRegister(collectortest.NewCollector(p.store))
			want := gathered(t, shown, p.self)
			for series, value := range want {
				switch name, _, _ := strings.Cut(series, "{"); {
				case strings.HasPrefix(name, "wxapp_otlp_"), strings.HasPrefix(name, "go_"), strings.HasPrefix(name, "process_"):
					if _, ok := got[series]; !ok { // its value changes
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
				t.Errorf("%d series are too few for %d apps", len(got), apps)
			}
			checkSizes(t, len(messages), len(got))
			if size := proto.Size(messages[min(1, len(messages)-1)]); size > 3<<18 {
				t.Errorf("a message of %d bytes", size)
			}
		})
	}
}

// checkSizes checks that there are no more messages than necessary.
func checkSizes(t *testing.T, messages, series int) {
	t.Helper()
	if most := 2 + series/maxBatch; messages > most {
		t.Errorf("%d messages for %d series, want at most %d", messages, series, most)
	}
}

// Beside the value of a point, its type, unit, time and start are right.
func TestPoints(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(t, 2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	messages := receiver.take()

	units, wholes, decimals := map[string]string{}, 0, 0
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
				t.Errorf("%s is not a cumulative monotonic sum", name)
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
			if !slices.Contains(labelsOf(point.GetAttributes()), "appid") {
				continue
			}
			_, whole := point.GetValue().(*metricspb.NumberDataPoint_AsInt)
			if whole == collector.MetricNamed(name).Decimal {
				t.Errorf("%s is sent as %T", name, point.GetValue())
			}
			if whole {
				wholes++
			} else {
				decimals++
			}
		}
	}
	if wholes < 1000 || decimals < 10 {
		t.Errorf("%d whole and %d decimal points", wholes, decimals)
	}
	for name, want := range map[string]string{
		"wxapp_users":                          "{user}",
		"wxapp_user_stay_average_seconds":      "s",
		"wxapp_dataset_up":                     "",
		"wxapp_data_end_timestamp_seconds":     "s",
		"wxapp_up":                             "", // with 1, Prometheus would call it wxapp_up_ratio
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

// An error about one metric of the exporter itself affects neither the others nor the apps.
func TestBrokenSelfMetrics(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(t, 1), serveGRPC(t, receiver), Config{})
	broken := prometheus.CollectorFunc(func(metrics chan<- prometheus.Metric) {
		desc := prometheus.NewDesc("broken", "Broken.", nil, nil)
		metrics <- prometheus.NewInvalidMetric(desc, fmt.Errorf("out of order"))
	})
	p.self.MustRegister(struct{ prometheus.Collector }{unchecked{broken}})
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

// unchecked describes nothing, so that a registry accepts whatever it collects.
type unchecked struct{ prometheus.Collector }

func (unchecked) Describe(chan<- *prometheus.Desc) {}
