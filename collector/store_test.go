package collector_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// When a watcher is called, the Store shows the change.
func TestWatch(t *testing.T) {
	store := &collector.Store{}
	var mu sync.Mutex
	told := map[string]int{}
	store.Watch(func(appid string, snapshot *collector.Snapshot) {
		mu.Lock()
		defer mu.Unlock()
		if snapshot.App.ID != appid || store.Snapshot(appid) != snapshot {
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

// An app that is removed is gone, and watchers are called.
func TestRemove(t *testing.T) {
	store := &collector.Store{}
	for _, id := range []string{"wx1", "wx2", "wx3"} {
		store.Put(&collector.Snapshot{App: collector.App{ID: id}})
	}
	before := store.Snapshots()
	var told []string
	store.Watch(func(appid string, snapshot *collector.Snapshot) {
		told = append(told, fmt.Sprint(appid, " ", snapshot == nil, " ", store.Snapshot(appid) == nil))
	})
	store.Remove("wx2")
	store.Remove("wx2")
	store.Remove("wx9")
	if want := []string{"wx2 true true"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if after := store.Snapshots(); len(after) != 2 || after[0].App.ID != "wx1" || after[1].App.ID != "wx3" {
		t.Errorf("%d snapshots are left", len(after))
	}
	if len(before) != 3 || before[1].App.ID != "wx2" {
		t.Error("the snapshots that a reader holds have changed")
	}
}
