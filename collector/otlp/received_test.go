package otlp

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// received returns the value of every series in some messages, by the name that it has in
// Prometheus. A series that comes twice fails the test.
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

// metricsOf returns all metrics of some messages.
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

// labelsOf returns the name and value of each attribute in turn.
func labelsOf(attributes []*commonpb.KeyValue) []string {
	var labels []string
	for _, attribute := range attributes {
		labels = append(labels, attribute.GetKey(), attribute.GetValue().GetStringValue())
	}
	return labels
}

// gathered returns the value of every series that Prometheus would scrape from gatherers.
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

// seriesName returns a series in the notation of Prometheus. The labels are sorted.
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
