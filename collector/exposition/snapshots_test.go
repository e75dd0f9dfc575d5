package exposition

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// snapshotsOf returns what is shown of apps from the first of January 2000 on: before
// their first poll, and after a poll on each of some days.
func snapshotsOf(t *testing.T, server *wechattest.Server, days int, apps ...collector.App) (snapshots []*collector.Snapshot) {
	for _, app := range apps {
		snapshots = append(snapshots, &collector.Snapshot{App: app})
	}
	synctest.Test(t, func(t *testing.T) {
		for range days {
			time.Sleep(24 * time.Hour)
			for _, app := range apps {
				snapshots = append(snapshots, collectortest.Everything(t, server, app))
			}
		}
	})
	return snapshots
}

// twoDays returns a snapshot of each of two apps on one day, and on the next.
func twoDays(t *testing.T) (first, second map[string]*collector.Snapshot) {
	t.Helper()
	s := snapshotsOf(t, &wechattest.Server{}, 2, collector.App{ID: "wxa", Name: "A"}, collector.App{ID: "wxb", Name: "B"})
	return map[string]*collector.Snapshot{"wxa": s[2], "wxb": s[3]}, map[string]*collector.Snapshot{"wxa": s[4], "wxb": s[5]}
}

func storeOf(snapshots map[string]*collector.Snapshot) *collector.Store {
	store := &collector.Store{}
	for _, snapshot := range snapshots {
		store.Put(snapshot)
	}
	return store
}
