package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Each dataset has a row, and its failures stand beside those of the app.
func TestDatasetsInOverview(t *testing.T) {
	yesterday := wechat.DayOf(time.Now()).Add(-1)
	refused := &wechat.Error{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointVisitPage, Code: "48001", Message: "api unauthorized"}
	snapshot := simulated(t, "wx1", "one")
	snapshot.Datasets = []collector.Dataset{
		{Name: "visits", Status: collector.StatusUp, End: yesterday, Statistics: []collector.Statistic{
			{Endpoint: wechat.EndpointDailyVisitTrend, Asked: &collector.Question{Window: wechat.Window{End: yesterday, Range: 1}, At: time.Now(), Outcome: collector.OutcomeData}},
		}},
		{Name: "pages", Status: collector.StatusDown, Failures: []*wechat.Error{refused}, Statistics: []collector.Statistic{
			{Endpoint: wechat.EndpointVisitPage, Asked: &collector.Question{Window: wechat.Window{End: yesterday, Range: 1}, At: time.Now(), Outcome: collector.OutcomeFailed, Failure: refused}},
		}},
	}
	_, body := get(t, siteOf(snapshot), "/")
	day := yesterday.Begin().Format("01-02")
	expect(t, body, "Healthy", "visits", "numbers of "+day, "pages", "no permission", "visit_page: errcode 48001: api unauthorized")

	// Without the portrait, the verdict is about the datasets.
	snapshot.NoPortrait, snapshot.Held, snapshot.Asked = true, nil, nil
	snapshot.Datasets = snapshot.Datasets[:1]
	_, body = get(t, siteOf(snapshot), "/?lang=zh")
	expect(t, body, "访问", day+" 有数据", "已有昨天的数据")
	if strings.Contains(body, "尚未读取额度") {
		t.Error("the quota of the portrait is missed")
	}
}
