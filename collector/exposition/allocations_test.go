//go:build !race

package exposition

import (
	"testing"

	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
)

// Putting an answer together allocates no more for many apps than for one, but for the
// list of its chunks. BenchmarkTable counts what a whole scrape allocates.
func TestAllocations(t *testing.T) {
	allocations := func(apps int) float64 {
		store := collectortest.Store(&collector.Snapshot{}, apps)
		handler := newHandler(t, store, selfMetrics())
		handler.cache.all()
		return testing.AllocsPerRun(20, func() {
			handler.file(expfmt.FmtText, handler.cache.all(), true, nil)
		})
	}
	if one, many := allocations(1), allocations(1000); many-one > 10 {
		t.Errorf("%v allocations with one app, %v with many", one, many)
	}
}
