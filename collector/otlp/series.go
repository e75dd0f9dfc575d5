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

// maxBatch is the greatest number of points in a message: at most 0.75 MB with the
// longest names, where receivers refuse 4 MiB.
const maxBatch = 5_000

// series turns what is held into batches of points. An app's attributes are built when
// its snapshot changes, at the end of a poll, and not at every push. They take some 350
// bytes per point, for as long as the snapshot is the newest.
type series struct {
	store     *collector.Store
	process   processMetrics
	started   time.Time // of all counters
	apps      map[*collector.Snapshot]*points
	locations *points
	batch     batch
}

func newSeries(store *collector.Store, process processMetrics) *series {
	s := &series{store: store, process: process, started: time.Now(), batch: batch{limit: maxBatch}}
	s.locations = s.points(store.EachLocation)
	return s
}

// batches hands over the points of everything that /metrics shows, at most 5,000 at a
// time. A batch is valid until the next one is asked for.
func (s *series) batches(ctx context.Context) iter.Seq[[]metricdata.Metrics] {
	return func(yield func([]metricdata.Metrics) bool) {
		if !yield(s.process.produce(ctx)) {
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

// all returns the points of every app and of the locations. Those of snapshots that
// were replaced are forgotten.
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
	value      int64
}

// run is a number of points in a row that are of one metric.
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
	p.points = slices.Clone(p.points) // without the room that append leaves
	return p
}

// attributes returns the labels of a sample. One value that is no UTF-8 would cost the
// whole message.
func attributes(s collector.Sample) attribute.Set {
	pairs := make([]attribute.KeyValue, len(s.Labels))
	for i, value := range s.Labels {
		pairs[i] = attribute.String(s.Metric.Labels[i], strings.ToValidUTF8(value, "\uFFFD"))
	}
	return attribute.NewSet(pairs...)
}
