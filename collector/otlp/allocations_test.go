//go:build !race

package otlp

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Nothing is allocated per point before the SDK takes over. Under the race detector the
// counts would vary.
func TestNoAllocationPerPoint(t *testing.T) {
	allocations := func(apps int) (allocations float64, batches int) {
		s := newSeries(storeOf(t, apps), newSelfMetrics(prometheus.NewRegistry(), func(error) {}), true)
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
	many, batches := allocations(13)
	if perBatch := (many - one) / float64(batches); perBatch > float64(len(collector.AppMetrics())) { // one for each family of a batch
		t.Errorf("%.0f allocations for 1 app, %.0f for 13 in %d batches", one, many, batches)
	}
}
