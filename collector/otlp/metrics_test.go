package otlp

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// The metrics of the push have the names, types, help and labels that the table of
// metrics documents, and all that it documents are there.
func TestDocumentedMetricsAreEmitted(t *testing.T) {
	metrics := NewMetrics()
	metrics.succeeded(time.Now())
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]*collector.Metric{}
	for _, metric := range collector.Metrics() {
		if strings.HasPrefix(metric.Name, "wxapp_otlp_") {
			documented[metric.Name] = metric
		}
	}
	if len(documented) == 0 {
		t.Fatal("no metrics of the push are documented")
	}
	for _, family := range families {
		metric, ok := documented[family.GetName()]
		if !ok {
			t.Errorf("%s is not documented", family.GetName())
			continue
		}
		delete(documented, metric.Name)
		if kind := strings.ToLower(family.GetType().String()); kind != string(metric.Type) {
			t.Errorf("%s is a %s, documented as %s", metric.Name, kind, metric.Type)
		}
		if family.GetHelp() != metric.Help {
			t.Errorf("%s has the help %q, documented as %q", metric.Name, family.GetHelp(), metric.Help)
		}
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		if strings.Join(labels, " ") != strings.Join(metric.Labels, " ") {
			t.Errorf("%s has the labels %v, documented as %v", metric.Name, labels, metric.Labels)
		}
	}
	for name := range documented {
		t.Errorf("%s is documented, but not emitted", name)
	}
}

// There is no time of a success before the first success.
func TestNoSuccessYet(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(NewMetrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "wxapp_otlp_last_success_timestamp_seconds" {
			t.Errorf("%v", family)
		}
	}
}
