//go:build !race

package otlp

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Before the SDK takes over, only the labels of a point are allocated. Under the race detector
// the counts would vary.
func TestOneAllocationPerPoint(t *testing.T) {
	s := newSeries(storeOf(t, 13), newSelfMetrics(prometheus.NewRegistry(), func(error) {}), true)
	points, batches := 0, 0
	for batch := range s.batches(t.Context()) {
		points += count(batch)
		batches++
	}
	samples := testing.AllocsPerRun(5, func() {
		for range s.samples { //nolint:revive // reading them allocates
		}
	})
	pushed := testing.AllocsPerRun(5, func() {
		for range s.batches(t.Context()) { //nolint:revive // as above
		}
	})
	perBatch := len(collector.AppMetrics()) // one for each family of a batch
	if most := float64(points + batches*perBatch); pushed-samples > most {
		t.Errorf("%.0f allocations for %d points in %d batches, and %.0f for their samples", pushed-samples, points, batches, samples)
	}
}
