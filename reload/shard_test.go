package reload_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/reload"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
)

// The first and the second app are of shard 1 of 2, the third of shard 0. Here is shard 1: the
// third comes, changes and goes without a change, but a mistake in its row is one here, too.
func TestAppsOfOtherShards(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("WXAPP_SHARD", "1")
	t.Setenv("WXAPP_TOTAL_SHARDS", "2")
	write(t, "apps.yaml", list(first, second))
	synctest.Test(t, func(t *testing.T) {
		s := startWith(t, func(*setUp) {}, func(o *reload.Options) { o.Shard = shards.Shard{Index: 1, Total: 2} })
		s.expectShown("12")
		before := s.Store.Snapshots()
		for all, apps := range map[int]string{
			3: list(first, second, third),
			2: list(second, first),
		} {
			write(t, "apps.yaml", apps)
			want := fmt.Sprintf("Reloaded the apps of shard 1 of 2, which has 2 of %d: 0 added, 0 changed, 0 removed.\n", all)
			if status, body := s.post(); status != 200 || body != want {
				t.Errorf("%d %s, want %s", status, body, want)
			}
			s.expectLogged(reloaded + fmt.Sprintf(`trigger="POST /-/reload" added=0 changed=0 removed=0 apps=2 shard="1 of 2" all_apps=%d`, all))
			if others := s.reloader.OtherApps(); others != all-2 {
				t.Errorf("others have %d apps", others)
			}
			time.Sleep(time.Second)
		}
		for i, snapshot := range s.Store.Snapshots() {
			if snapshot != before[i] || len(s.sources) > 0 {
				t.Errorf("%s was disturbed", snapshot.App.ID)
			}
		}
		write(t, "apps.yaml", list(first, second)+"- {appid: "+third+"}\n")
		if status, body := s.post(); status != 500 || !strings.Contains(body, "apps.yaml:4: the app has no source of tokens") {
			t.Errorf("%d %s", status, body)
		}
		s.expectShown("12")
		s.log.take()
		time.Sleep(time.Second)
		write(t, "apps.yaml", list(third))
		s.post()
		s.expectShown("")
		s.expectLogged(reloaded + `trigger="POST /-/reload" added=0 changed=0 removed=2 apps=0 shard="1 of 2" all_apps=1`)
	})
}
