package collector_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Those who watch a Store see the change when they are told of it.
func TestWatch(t *testing.T) {
	store := &collector.Store{}
	var mu sync.Mutex
	told := map[string]int{}
	store.Watch(func(appid string) {
		mu.Lock()
		defer mu.Unlock()
		if snapshot := store.Snapshot(appid); snapshot == nil || snapshot.App.ID != appid {
			t.Errorf("told of %s, whose snapshot is %v", appid, snapshot)
		}
		told[appid]++
	})
	var apps sync.WaitGroup
	for i := range 10 {
		apps.Go(func() {
			for range 3 {
				store.Put(&collector.Snapshot{App: collector.App{ID: fmt.Sprint("wx", i)}})
			}
		})
	}
	apps.Wait()
	for i := range 10 {
		if n := told[fmt.Sprint("wx", i)]; n != 3 {
			t.Errorf("told %d times of wx%d, want 3", n, i)
		}
	}
	if snapshots := store.Snapshots(); len(snapshots) != 10 || store.Snapshot("wx") != nil {
		t.Errorf("got %d snapshots", len(snapshots))
	}
}

// The users of an app come by dimension, name, metric and range.
func TestOrderOfSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t)
		sleepUntil(t, "2000-01-10 16:00")
		s.start()

		ranges := []string{"1d", "7d", "30d"}
		var last []string
		n := 0
		s.snapshot(appid).Each(func(sample collector.Sample) {
			if sample.Metric != collector.AppMetrics()[0] {
				return
			}
			n++
			labels := slices.Clone(sample.Labels) // appid, dimension, metric, name, range
			if last != nil && cmp.Or(
				cmp.Compare(last[1], labels[1]),
				cmp.Compare(last[3], labels[3]),
				cmp.Compare(last[2], labels[2]),
				cmp.Compare(slices.Index(ranges, last[4]), slices.Index(ranges, labels[4])),
			) >= 0 {
				t.Errorf("%q come after %q", labels, last)
			}
			last = labels
		})
		if n < 1000 {
			t.Errorf("only %d samples", n)
		}
	})
}
