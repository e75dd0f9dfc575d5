package systemtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// appFaults are the faults of docs/reliability.md that TestThousandApps holds: each hits
// some apps.
func appFaults() map[string]wechattest.Fault {
	return map[string]wechattest.Fault{
		"system busy":              wechattest.Errcode(-1),
		"HTTP 502":                 wechattest.HTTPStatus(http.StatusBadGateway),
		"HTTP 302":                 wechattest.HTTPStatus(http.StatusFound),
		"half an answer":           wechattest.CutBody(),
		"no answer":                wechattest.Hang(),
		"answer after 20 s":        wechattest.Delay(20 * time.Second),
		"connection cut":           wechattest.HangUp(),
		"page in place of JSON":    wechattest.HTML(),
		"garbage":                  wechattest.Garbage(),
		"answer of another API":    wechattest.Retention(),
		"token refused":            wechattest.Errcode(40001).On("user_portrait"),
		"quota of the day used up": wechattest.Errcode(45009),
		"quota of the minute":      wechattest.Errcode(45011),
		"wrong secret":             wechattest.Errcode(40125).On("token"),
		"address not allowed":      wechattest.Errcode(40164).On("token"),
		"no permission":            wechattest.Errcode(48001).On("user_portrait"),
		"account frozen":           wechattest.Errcode(50007).On("token"),
		"confirmation pending":     wechattest.Errcode(89507).On("token"),
		"dates refused":            wechattest.Errcode(61501).On("user_portrait"),
		"nearly JSON":              wechattest.NearlyJSON(),
		"unusable rows":            wechattest.UnusableRows(),
		"the same name twice":      wechattest.DuplicateRows(),
		"misspelled keys":          wechattest.Misspelled(),
		"empty answers":            wechattest.Empty(),
	}
}

// Of 1,000 apps, or 30 unless TEST_SIZE is full, three in ten are broken in mixed ways for
// two days. Every scrape has the others
// whole. Afterwards the broken ones recover without a restart, and every answer of WeChat is
// in the archive.
func TestThousandApps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		apps, broken := fleet(), fleet()*3/10
		ids := make([]string, apps)
		for i := range ids {
			ids[i] = fmt.Sprintf("wx%016x", i)
		}
		s := pollertest.New(t, ids...)
		s.Options.Dimensions = []wechat.Dimension{wechat.Gender} // few series: there are many apps
		s.Server.Latency = 50 * time.Millisecond
		s.Server.Apps = map[string]wechattest.App{}
		for _, id := range ids {
			s.Server.Apps[id] = wechattest.App{Users: 500}
		}
		faults := appFaults()
		names := slices.Sorted(maps.Keys(faults))
		for i, id := range ids[:broken] {
			s.Server.Fail(faults[names[i%len(names)]].For(id))
		}
		pollertest.SleepUntil(t, "2000-01-10 16:00")
		s.Start()
		time.Sleep(2 * time.Minute) // 700 good ones, eight at a time
		synctest.Wait()

		handler, err := exposition.New(s.Store, prometheus.NewRegistry(), exposition.Options{WithoutLocations: true})
		if err != nil {
			t.Fatal(err)
		}
		scrape := func() map[string]int { // the lists of each app that have rows
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if recorder.Code != http.StatusOK {
				t.Fatalf("a scrape answers %d", recorder.Code)
			}
			lists := map[string]int{}
			for line := range strings.Lines(recorder.Body.String()) {
				if rest, ok := strings.CutPrefix(line, `wxapp_users{appid="`); ok && strings.Contains(line, `name="女"`) {
					id, _, _ := strings.Cut(rest, `"`)
					lists[id]++
				}
			}
			return lists
		}
		whole := len(wechat.PortraitRanges()) * len(wechat.Metrics())
		expect := func(apps []string) {
			t.Helper()
			lists := scrape()
			for _, id := range apps {
				if lists[id] != whole {
					t.Fatalf("%s: a scrape has %d lists of %s, want %d", time.Now(), lists[id], id, whole)
				}
			}
		}
		for range 22 { // to the noon of the next day
			expect(ids[broken:])
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		s.Server.ClearFaults()
		pollertest.SleepUntil(t, "2000-01-12 12:00")
		expect(ids)
		for _, id := range ids {
			for _, held := range s.Snapshot(id).Portrait().Held {
				if held.End != wechat.DayOf(time.Now()).Add(-1) {
					t.Errorf("%s: the newest window of %s ends on %s", id, held.Range, held.End)
				}
			}
		}
		for _, call := range s.Server.Calls() {
			if call.Endpoint != wechat.EndpointUserPortrait || call.Code != "0" || call.Empty {
				continue
			}
			begin, err1 := wechat.ParseDay(call.Begin)
			end, err2 := wechat.ParseDay(call.End)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			w := wechat.Window{End: end, Range: wechat.Range(end.Sub(begin) + 1)}
			if s.Archive.Count(call.AppID, w) == 0 {
				t.Errorf("%s: the answer for %s is not in the archive", call.AppID, w)
			}
		}
	})
}
