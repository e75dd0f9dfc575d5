package otlp

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// maxBatch is the largest number of points in a message. With the longest names they take
// 0.75 MB; receivers refuse 4 MiB.
const maxBatch = 5_000

// series turns the snapshots into batches of points. The attributes of an app are built
// when its snapshot has changed, not at every push. They take about 350 bytes per point,
// and are dropped with the first push after the snapshot is replaced or removed.
type series struct {
	store     *collector.Store
	self      selfMetrics
	started   time.Time // of all counters
	apps      map[*collector.Snapshot]*points
	locations *points
	batch     batch
}

func newSeries(store *collector.Store, self selfMetrics, withLocations bool) *series {
	s := &series{store: store, self: self, started: time.Now(), locations: &points{}, batch: batch{limit: maxBatch}}
	if withLocations {
		s.locations = s.points(collector.EachLocation)
	}
	return s
}

// batches returns the points of everything that /metrics shows, at most 5,000 at a time.
// A batch is valid until the next one is requested.
func (s *series) batches(ctx context.Context) iter.Seq[[]metricdata.Metrics] {
	return func(yield func([]metricdata.Metrics) bool) {
		if !yield(s.self.produce(ctx)) {
			return
		}
		s.batch.begin()
		for _, points := range s.all() {
			first := 0
			for _, run := range points.runs {
				rest := points.points[first : first+run.length]
				first += run.length
				for len(rest) > 0 {
					rest = s.batch.add(run.metric, rest)
					if s.batch.full() {
						if !yield(s.batch.metrics(s.started)) {
							return
						}
						s.batch.begin()
					}
				}
			}
		}
		if s.batch.size > 0 {
			yield(s.batch.metrics(s.started))
		}
	}
}

// all returns the points of every app and of the locations. It forgets those of snapshots
// that were replaced or removed.
func (s *series) all() []*points {
	snapshots := s.store.Snapshots()
	apps := make(map[*collector.Snapshot]*points, len(snapshots))
	all := make([]*points, 0, len(snapshots)+1)
	for _, snapshot := range snapshots {
		points, ok := s.apps[snapshot]
		if !ok {
			points = s.points(snapshot.Each)
		}
		apps[snapshot] = points
		all = append(all, points)
	}
	s.apps = apps
	return append(all, s.locations)
}

// points are those of one app, or of all locations.
type points struct {
	points []point
	runs   []run
}

type point struct {
	attributes attribute.Set
	value      float64
}

// run is a number of consecutive points of one metric.
type run struct {
	metric int // in batch.families
	length int
}

func (s *series) points(each func(emit func(collector.Sample))) *points {
	p := &points{}
	each(func(sample collector.Sample) {
		metric := s.batch.family(sample.Metric)
		if n := len(p.runs); n == 0 || p.runs[n-1].metric != metric {
			p.runs = append(p.runs, run{metric: metric})
		}
		p.runs[len(p.runs)-1].length++
		p.points = append(p.points, point{attributes(sample), sample.Value})
	})
	p.points = slices.Clone(p.points) // without the unused capacity
	return p
}

// attributes returns the labels of a sample. A single value that is not valid UTF-8 would
// make the whole message fail.
func attributes(s collector.Sample) attribute.Set {
	pairs := make([]attribute.KeyValue, len(s.Labels))
	for i, value := range s.Labels {
		pairs[i] = attribute.String(s.Metric.Labels[i], strings.ToValidUTF8(value, "\uFFFD"))
	}
	return attribute.NewSet(pairs...)
}
