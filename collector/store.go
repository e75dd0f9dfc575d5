package collector

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Store holds the newest Snapshot of every app. Its methods may be called from
// several goroutines; the zero Store is empty and ready to use.
type Store struct {
	// WithoutLocations leaves wxapp_location_info out. It must not change in use.
	WithoutLocations bool

	writing   sync.Mutex
	snapshots atomic.Pointer[[]*Snapshot] // sorted by appid, never changed
	watchers  []func(appid string)
}

// Put replaces the snapshot of an app, or adds it. It returns when all that watch the
// Store have taken it up.
func (s *Store) Put(snapshot *Snapshot) {
	for _, changed := range s.put(snapshot) {
		changed(snapshot.App.ID)
	}
}

func (s *Store) put(snapshot *Snapshot) (watchers []func(appid string)) {
	s.writing.Lock()
	defer s.writing.Unlock()

	snapshots := slices.Clone(s.Snapshots())
	i, found := find(snapshots, snapshot.App.ID)
	if found {
		snapshots[i] = snapshot
	} else {
		snapshots = slices.Insert(snapshots, i, snapshot)
	}
	s.snapshots.Store(&snapshots)
	return s.watchers
}

// Watch has changed called with the appid after every Put, in the goroutine that puts.
func (s *Store) Watch(changed func(appid string)) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.watchers = append(slices.Clip(s.watchers), changed)
}

// Snapshots returns the snapshots of all apps, sorted by appid. The slice is not to
// be changed.
func (s *Store) Snapshots() []*Snapshot {
	if snapshots := s.snapshots.Load(); snapshots != nil {
		return *snapshots
	}
	return nil
}

// Snapshot returns the snapshot of an app, or nil.
func (s *Store) Snapshot(appid string) *Snapshot {
	snapshots := s.Snapshots()
	if i, found := find(snapshots, appid); found {
		return snapshots[i]
	}
	return nil
}

func find(snapshots []*Snapshot, appid string) (i int, found bool) {
	return slices.BinarySearchFunc(snapshots, appid, func(held *Snapshot, id string) int {
		return cmp.Compare(held.App.ID, id)
	})
}
