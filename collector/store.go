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
	writing   sync.Mutex
	snapshots atomic.Pointer[[]*Snapshot] // sorted by appid, never changed
	watchers  []Watcher
}

// Watcher is called after every change of a Store with the new snapshot of an app, or
// with nil when the app was removed.
type Watcher func(appid string, snapshot *Snapshot)

// Put replaces the snapshot of an app, or adds it. It returns when all watchers have been
// called.
func (s *Store) Put(snapshot *Snapshot) { s.change(snapshot.App.ID, snapshot) }

// Remove removes an app. It returns when all watchers have been called. Removing an app
// that is not held does nothing.
func (s *Store) Remove(appid string) { s.change(appid, nil) }

func (s *Store) change(appid string, snapshot *Snapshot) {
	for _, changed := range s.replace(appid, snapshot) {
		changed(appid, snapshot)
	}
}

// replace changes what is held of an app and returns the watchers to call.
func (s *Store) replace(appid string, snapshot *Snapshot) []Watcher {
	s.writing.Lock()
	defer s.writing.Unlock()

	snapshots := slices.Clone(s.Snapshots())
	i, found := find(snapshots, appid)
	switch {
	case snapshot == nil && !found:
		return nil
	case snapshot == nil:
		snapshots = slices.Delete(snapshots, i, i+1)
	case found:
		snapshots[i] = snapshot
	default:
		snapshots = slices.Insert(snapshots, i, snapshot)
	}
	s.snapshots.Store(&snapshots)
	return s.watchers
}

// Watch makes the Store call changed after every change, in the goroutine that makes the
// change. Calls for different apps may be concurrent. Calls for one app are in order if
// one goroutine at a time changes that app.
func (s *Store) Watch(changed Watcher) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.watchers = append(slices.Clip(s.watchers), changed)
}

// Snapshots returns the snapshots of all apps, sorted by appid. Callers must not change
// the slice.
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
