package web

import (
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// snapshot returns the snapshot of an app, or nil if there is no such app.
func (s *Site) snapshot(appid string) *collector.Snapshot {
	if snapshot := s.Store.Snapshot(appid); snapshot != nil {
		return snapshot
	}
	for _, snapshot := range s.snapshots() {
		if snapshot.App.ID == appid {
			return snapshot
		}
	}
	return nil
}

// snapshots returns the snapshots of all apps, sorted by appid: empty ones of those whose archive is
// still being read after the start.
func (s *Site) snapshots() []*collector.Snapshot {
	snapshots := s.Store.Snapshots()
	var missing []*collector.Snapshot
	for _, app := range s.Apps() {
		if s.Store.Snapshot(app.ID) == nil {
			missing = append(missing, &collector.Snapshot{App: app})
		}
	}
	if len(missing) > 0 {
		snapshots = slices.Concat(snapshots, missing)
		slices.SortFunc(snapshots, func(a, b *collector.Snapshot) int { return strings.Compare(a.App.ID, b.App.ID) })
	}
	return snapshots
}
