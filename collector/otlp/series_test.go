package otlp

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"weak"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// A batch has each metric once, with the points of all apps.
func TestBatchHoldsMetricOnce(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(t, 2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	for _, message := range receiver.take() {
		names := map[string]bool{}
		for metric := range metricsOf([]*collectorpb.ExportMetricsServiceRequest{message}) {
			if names[metric.GetName()] {
				t.Errorf("%s stands twice in a message", metric.GetName())
			}
			names[metric.GetName()] = true
		}
	}
}

// The points are always those of the newest snapshots.
func TestPointsFollowTheStore(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(t, 2), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	receiver.take()

	empty := collector.Snapshot{App: collector.App{ID: "wx0000000000000001", Name: "new"}}
	p.store.Put(&empty)
	p.push(t.Context())
	got := received(t, receiver.take())
	if got[`wxapp_app_info{app="new",appid="wx0000000000000001"}`] != 1 {
		t.Error("the new snapshot is not pushed")
	}
	for series := range got {
		if strings.HasPrefix(series, "wxapp_users{") && strings.Contains(series, `"wx0000000000000001"`) {
			t.Errorf("%s is of the old snapshot", series)
		}
	}
}

// An invalid value, which would make the whole message fail, is repaired.
func TestBrokenAppHarmsNoOther(t *testing.T) {
	receiver := &receiver{}
	p := newPushing(t, storeOf(t, 2), serveGRPC(t, receiver), Config{})
	broken := *p.store.Snapshots()[0]
	broken.App.Name = "tea\xff"
	p.store.Put(&broken)
	p.push(t.Context())
	got := received(t, receiver.take())
	for series, value := range map[string]float64{
		"wxapp_app_info{app=\"tea\uFFFD\",appid=\"wx0000000000000000\"}": 1,
		`wxapp_app_info{app="茶馆",appid="wx0000000000000001"}`:            1,
		`wxapp_otlp_export_failures_total{}`:                             0,
	} {
		if got[series] != value {
			t.Errorf("%s is %v, want %v", series, got[series], value)
		}
	}
	if failures := p.counted(t)["wxapp_otlp_export_failures_total{}"]; failures != 0 {
		t.Errorf("%v batches failed: %s", failures, p.log)
	}
}

// Of an app that is removed, nothing is pushed any more and nothing stays in memory. Between two
// pushes no point does.
func TestRemovedApp(t *testing.T) {
	const removed = "wx0000000000000001"
	for _, down := range []bool{false, true} {
		receiver := &receiver{}
		p := newPushing(t, storeOf(t, 2), serveGRPC(t, receiver), Config{})
		if down {
			p.replaceExporter(func(context.Context) error { return errors.New("down") })
		}
		p.push(t.Context())
		before := received(t, receiver.take())

		snapshot := weak.Make(p.store.Snapshot(removed))
		p.store.Remove(removed)
		p.push(t.Context())
		if !down {
			after := received(t, receiver.take())
			for series := range before {
				_, ok := after[series]
				if strings.Contains(series, removed) == ok {
					t.Errorf("%s was pushed: %t", series, ok)
				}
			}
		}
		for _, family := range p.series.batch.families {
			for _, point := range family.points[:cap(family.points)] {
				if point.Attributes.Len() > 0 {
					t.Fatalf("a point of %s is in memory", family.metric.Name)
				}
			}
		}
		runtime.GC()
		if snapshot.Value() != nil {
			t.Error("the snapshot is in memory")
		}
	}
}

// While an app comes and goes, a push has all of its series or none, and always all of
// the other apps.
func TestRemoveWhilePushed(t *testing.T) {
	const flickering = "wx0000000000000001"
	store := storeOf(t, 2)
	s := newSeries(store, newSelfMetrics(prometheus.NewRegistry(), func(error) {}), false)
	push := func() map[string]int {
		points := map[string]int{}
		for batch := range s.batches(t.Context()) {
			for _, metric := range batch {
				for _, point := range pointsOf(metric) {
					id, _ := point.Attributes.Value("appid")
					points[id.AsString()]++
				}
			}
		}
		return points
	}
	whole := push()
	snapshot := store.Snapshot(flickering)
	var changing sync.WaitGroup
	changing.Go(func() {
		for range 100 {
			store.Remove(flickering)
			store.Put(snapshot)
		}
	})
	for range 20 {
		for id, n := range push() {
			if n != whole[id] {
				t.Errorf("%d of %d points of %s", n, whole[id], id)
			}
		}
		if points := push(); points["wx0000000000000000"] == 0 {
			t.Error("the other app is missing")
		}
	}
	changing.Wait()
}

// pointsOf returns the points of a metric of the apps.
func pointsOf(metric metricdata.Metrics) []metricdata.DataPoint[int64] {
	switch data := metric.Data.(type) {
	case metricdata.Gauge[int64]:
		return data.DataPoints
	case metricdata.Sum[int64]:
		return data.DataPoints
	default:
		return nil
	}
}

// The places of the provinces can be left out.
func TestWithoutLocations(t *testing.T) {
	for _, without := range []bool{false, true} {
		receiver := &receiver{}
		p := newPushing(t, &collector.Store{}, serveGRPC(t, receiver), Config{WithoutLocations: without})
		p.push(t.Context())
		sent := 0
		for series := range received(t, receiver.take()) {
			if strings.HasPrefix(series, "wxapp_location_info{") {
				sent++
			}
		}
		if want := map[bool]int{false: 68, true: 0}[without]; sent != want {
			t.Errorf("without locations: %t; got %d, want %d", without, sent, want)
		}
	}
}
