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
}

// Put replaces the snapshot of the app that s is of, or adds it.
func (s *Store) Put(snapshot *Snapshot) {
	s.writing.Lock()
	defer s.writing.Unlock()

	snapshots := slices.Clone(s.Snapshots())
	i, found := slices.BinarySearchFunc(snapshots, snapshot.App.ID, func(held *Snapshot, id string) int {
		return cmp.Compare(held.App.ID, id)
	})
	if found {
		snapshots[i] = snapshot
	} else {
		snapshots = slices.Insert(snapshots, i, snapshot)
	}
	s.snapshots.Store(&snapshots)
}

// Snapshots returns the snapshots of all apps, sorted by appid. The slice is not to
// be changed.
func (s *Store) Snapshots() []*Snapshot {
	if snapshots := s.snapshots.Load(); snapshots != nil {
		return *snapshots
	}
	return nil
}
