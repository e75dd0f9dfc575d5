package reload_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// appids returns n appids.
func appids(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("wx%016x", i)
	}
	return ids
}

// scrape returns the text of /metrics.
func scrape(handler http.Handler) []byte {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.Bytes()
}

// usersOf returns how many series of wxapp_users each app has.
func usersOf(text []byte) map[string]int {
	series := map[string]int{}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(`wxapp_users{appid="`)); ok {
			id, _, _ := bytes.Cut(rest, []byte(`"`))
			series[string(id)]++
		}
	}
	return series
}

// 100 apps come to 1,000, or to 100 unless TEST_SIZE is full, and go again: in each of 100
// scrapes around it, every series of those that stay is there.
func TestOthersStandScrapeByScrape(t *testing.T) {
	stay, come := 100, 100
	if os.Getenv("TEST_SIZE") == "full" {
		stay = 1000
	}
	all := appids(stay + come)
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(all[:stay]...))
	synctest.Test(t, func(t *testing.T) {
		s := startWith(t, func(s *setUp) {
			// Few series, because there are many apps.
			s.Options.Dimensions = []wechat.Dimension{wechat.Gender}
			s.Options.Datasets = []wechat.Dataset{pollertest.Portrait(wechat.Range1Day)}
			s.Server.Apps = map[string]wechattest.App{}
			for _, id := range all {
				s.Server.Apps[id] = wechattest.App{Users: 10}
			}
		})
		handler, err := exposition.New(s.Store, prometheus.NewRegistry(), exposition.Options{})
		if err != nil {
			t.Fatal(err)
		}
		before := usersOf(scrape(handler))
		if len(before) != stay {
			t.Fatalf("%d apps have users before", len(before))
		}
		s.Server.Latency = 50 * time.Millisecond
		seen := map[int]bool{} // how many apps were shown at once
		around := func(scrapes int, apps []string) {
			for i := range scrapes {
				if i == scrapes/10 {
					write(t, "apps.yaml", list(apps...))
					if status, body := s.post(); status != http.StatusOK {
						t.Fatalf("%d %s", status, body)
					}
				}
				now := usersOf(scrape(handler))
				for id, n := range before {
					if now[id] != n {
						t.Fatalf("scrape %d has %d series of %s, want %d", i, now[id], id, n)
					}
				}
				seen[len(now)] = true
				time.Sleep(100 * time.Millisecond)
			}
		}
		around(100, all)
		if !seen[stay] || !seen[stay+come] || len(seen) < 5 {
			t.Errorf("the apps did not come one by one: %v", seen)
		}
		clear(seen)
		around(10, all[:stay])
		if !seen[stay] || !seen[stay+come] {
			t.Errorf("the apps did not go: %v", seen)
		}
	})
}
