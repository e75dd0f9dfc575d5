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

// selfMetrics are the few metrics of the exporter itself. They come from a registry of
// Prometheus, through OpenTelemetry's bridge.
type selfMetrics struct {
	producer metric.Producer
	units    map[string]string // by name, because the bridge does not know them
}

// newSelfMetrics returns the metrics that a gatherer finds. The outcome of each time that
// they are gathered, an error or nil, is passed to gathered.
func newSelfMetrics(gatherer prometheus.Gatherer, gathered func(error)) selfMetrics {
	units := map[string]string{}
	for _, m := range collector.Metrics() {
		units[m.Name] = unit(m)
	}
	lenient := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := gatherer.Gather()
		gathered(err)
		// The bridge drops all metrics if there is an error about one.
		return families, nil
	})
	return selfMetrics{bridge.NewMetricProducer(bridge.WithGatherer(lenient)), units}
}

func (s selfMetrics) produce(ctx context.Context) []metricdata.Metrics {
	scopes, _ := s.producer.Produce(ctx) // the only errors are those of the gatherer
	var metrics []metricdata.Metrics
	for _, scope := range scopes {
		metrics = append(metrics, scope.Metrics...)
	}
	for i := range metrics {
		metrics[i].Unit = s.units[metrics[i].Name]
	}
	return metrics
}
