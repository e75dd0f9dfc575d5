package collector_test

import (
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// The samples of an app come in the order of Families, and their labels take the values that
// Labels gives.
func TestSamplesAreThoseOfFamilies(t *testing.T) {
	values := map[string][]string{}
	for _, label := range collector.Labels() {
		values[label.Name] = label.Values
	}
	metrics := collector.AppMetrics()
	current, seen := 0, map[*collector.Metric]bool{}
	everything(t).Each(func(s collector.Sample) {
		for metrics[current] != s.Metric {
			if current++; current == len(metrics) {
				t.Fatalf("%s comes out of order", s.Metric.Name)
			}
		}
		seen[s.Metric] = true
		if len(s.Labels) != len(s.Metric.Labels) {
			t.Fatalf("%s has the labels %q, want values of %q", s.Metric.Name, s.Labels, s.Metric.Labels)
		}
		for i, label := range s.Metric.Labels {
			if known := values[label]; known != nil && !slices.Contains(known, s.Labels[i]) {
				t.Errorf("%s: %s=%q is not among the values of Labels", s.Metric.Name, label, s.Labels[i])
			}
		}
	})
	if len(seen) != len(metrics) {
		t.Errorf("%d of %d metrics have samples", len(seen), len(metrics))
	}
}
