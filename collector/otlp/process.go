package otlp

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// processMetrics are the few metrics of the whole program, which come through
// OpenTelemetry's bridge from a registry of Prometheus.
type processMetrics struct {
	producer metric.Producer
	units    map[string]string // by name: the bridge knows none
}

// newProcessMetrics returns the metrics that a gatherer finds, whose errors go to
// failed.
func newProcessMetrics(gatherer prometheus.Gatherer, failed func(error)) processMetrics {
	units := map[string]string{}
	for _, m := range collector.Metrics() {
		units[m.Name] = unit(m)
	}
	lenient := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := gatherer.Gather()
		failed(err)
		// For one error the bridge would drop everything.
		return families, nil
	})
	return processMetrics{bridge.NewMetricProducer(bridge.WithGatherer(lenient)), units}
}

func (p processMetrics) produce(ctx context.Context) []metricdata.Metrics {
	scopes, _ := p.producer.Produce(ctx) // errors come from the gatherer only
	var metrics []metricdata.Metrics
	for _, scope := range scopes {
		metrics = append(metrics, scope.Metrics...)
	}
	for i := range metrics {
		metrics[i].Unit = p.units[metrics[i].Name]
	}
	return metrics
}
