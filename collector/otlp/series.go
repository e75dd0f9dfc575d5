package otlp

import (
	"context"
	"iter"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// maxBatch is the largest number of points in a message. With the longest names they take
// 0.75 MB; receivers refuse 4 MiB.
const maxBatch = 5_000

// series turns the snapshots into batches of points. Between two pushes it keeps no point, only
// the memory of a batch.
type series struct {
	store     *collector.Store
	self      selfMetrics
	started   time.Time // of all counters
	locations bool
	batch     batch
}

func newSeries(store *collector.Store, self selfMetrics, withLocations bool) *series {
	return &series{store: store, self: self, started: time.Now(), locations: withLocations, batch: batch{limit: maxBatch}}
}

// batches returns the points of everything that /metrics shows, at most 5,000 at a time.
// A batch is valid until the next one is requested.
func (s *series) batches(ctx context.Context) iter.Seq[[]metricdata.Metrics] {
	return func(yield func([]metricdata.Metrics) bool) {
		if !yield(s.self.produce(ctx)) {
			return
		}
		s.batch.begin()
		defer s.batch.empty()
		for sample := range s.samples {
			s.batch.add(sample)
			if s.batch.full() {
				if !yield(s.batch.metrics(s.started)) {
					return
				}
				s.batch.begin()
			}
		}
		if s.batch.size > 0 {
			yield(s.batch.metrics(s.started))
		}
	}
}

// samples yields every sample of the apps and of the locations.
func (s *series) samples(yield func(collector.Sample) bool) {
	more := true
	emit := func(sample collector.Sample) { more = more && yield(sample) }
	for _, snapshot := range s.store.Snapshots() {
		snapshot.Each(emit)
	}
	if s.locations {
		collector.EachLocation(emit)
	}
}
