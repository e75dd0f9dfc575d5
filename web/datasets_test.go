package web_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Each dataset has a row, and its failures stand beside those of the app.
func TestDatasetsInOverview(t *testing.T) {
	yesterday := wechat.DayOf(time.Now()).Add(-1)
	window := wechat.Window{End: yesterday, Range: wechat.Range1Day}
	refused := &wechat.Error{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointVisitPage, Code: "48001", Message: "api unauthorized"}
	snapshot := simulated(t, "wx1", "one")
	visits := collector.Dataset{
		Name: "visits", Status: collector.StatusUp, End: yesterday,
		Held:      []collector.Held{{Series: wechat.EndpointDailyVisitTrend, Window: window}},
		Asked:     []collector.Question{{Series: wechat.EndpointDailyVisitTrend, Window: window, At: time.Now(), Outcome: collector.OutcomeData}},
		Endpoints: []collector.Endpoint{{Name: wechat.EndpointDailyVisitTrend, Quota: &wechat.Quota{Limit: 1000}}},
	}
	snapshot.Datasets = append(snapshot.Datasets, visits, collector.Dataset{
		Name: "pages", Status: collector.StatusDown, Failures: []*wechat.Error{refused},
		Asked: []collector.Question{{Series: wechat.EndpointVisitPage, Window: window, At: time.Now(), Outcome: collector.OutcomeFailed, Failure: refused}},
	})
	_, body := get(t, siteOf(snapshot), "/")
	day := yesterday.Begin().Format("01-02")
	expect(t, body, "Healthy", "visits", "numbers of "+day, "pages", "no permission", "visit_page: errcode 48001: api unauthorized")

	// Without the portrait, the verdict is about the datasets.
	snapshot.Datasets = []collector.Dataset{visits}
	_, body = get(t, siteOf(snapshot), "/?lang=zh")
	expect(t, body, "访问", day+" 有数据", "已有昨天的数据")
	if strings.Contains(body, "尚未读取配额") {
		t.Error("the quota of the portrait is missed")
	}
}

// The calls of today are those of all endpoints, beside what WeChat allows of each.
func TestCallsToday(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which no day ends
		snapshot := collectortest.Everything(t, &wechattest.Server{}, collector.App{ID: "wx1", Name: "one"})
		today := wechat.DayOf(snapshot.LastPoll)
		var endpoints []*collector.Endpoint
		for _, dataset := range snapshot.Datasets {
			for i := range dataset.Endpoints {
				dataset.Endpoints[i].Calls = collector.Calls{Day: today, Count: 3}
				endpoints = append(endpoints, &dataset.Endpoints[i])
			}
		}
		n := len(endpoints)
		expectCalls := func(calls int, english, chinese string) {
			t.Helper()
			for language, want := range map[string]string{"en": "Calls today</dt><dd>%d%s</dd>", "zh": "今日调用</dt><dd>%d%s</dd>"} {
				rest := map[string]string{"en": english, "zh": chinese}[language]
				for _, path := range []string{"/", "/app/wx1"} {
					_, body := get(t, siteOf(snapshot), path+"?lang="+language)
					if want := fmt.Sprintf(want, calls, rest); !strings.Contains(html.UnescapeString(body), want) {
						t.Errorf("%s in %s lacks %q", path, language, want)
					}
				}
			}
		}
		all := fmt.Sprintf("%d × 1,000", n)
		expectCalls(3*n, " of "+all, " / "+all)
		endpoints[n-1].Calls.Day = today.Add(-1)
		expectCalls(3*n-3, " of "+all, " / "+all)
		endpoints[1].Quota = &wechat.Quota{Limit: 500}
		each := "1,000 + 500" + strings.Repeat(" + 1,000", n-2)
		expectCalls(3*n-3, " of "+each, " / "+each)
		for _, endpoint := range endpoints[1:] {
			endpoint.Quota = nil
		}
		expectCalls(3*n-3, " of 1,000", " / 1,000")
		endpoints[0].Quota = nil
		expectCalls(3*n-3, " (quota not read yet)", "（尚未读取配额）")
	})
}
