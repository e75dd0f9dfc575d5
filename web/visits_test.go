package web_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// inOrder reports what of some words does not follow the one before it.
func inOrder(t *testing.T, body string, words ...string) {
	t.Helper()
	at := 0
	for _, word := range words {
		i := strings.Index(body[at:], word)
		if i < 0 {
			t.Errorf("%s is missing, or not after the words before it", word)
			return
		}
		at += i
	}
}

// Where the datasets are on, the page shows visits, sources, retention and pages before the
// portrait.
func TestVisitsOnAppPage(t *testing.T) {
	snapshot := everything(t)
	_, body := get(t, siteOf(snapshot), "/app/wx1?lang=en")
	inOrder(t, body, `class="judgment"`, "<h2>Visits on ", "<dt>Sessions</dt>", "<dt>Page views</dt>", "<dt>Time per session</dt>", "<dt>Shares</dt>", "<h3>Sources</h3>", "QR code, scanned",
		"<h3>Came back", "after 1 day", "after 30 days", "<h3>Pages</h3>", "<bdi>pages/<wbr>index/<wbr>index.html</bdi>", "<h2>User portrait</h2>", "<h2>Polls</h2>")
	if strings.Contains(body, "扫一扫二维码") {
		t.Error("a source has no English name")
	}
	_, body = get(t, siteOf(snapshot), "/app/wx1?lang=zh")
	inOrder(t, body, "的访问</h2>", "打开次数", "<h3>来源</h3>", "扫一扫二维码", "<h3>留存", "1 天后", "<h3>页面</h3>", "<h2>用户画像</h2>")

	snapshot.Datasets = snapshot.Datasets[:1]
	_, body = get(t, siteOf(snapshot), "/app/wx1")
	for _, word := range []string{"<h2>Visits", "Sources", "Came back", "<h3>Pages"} {
		if strings.Contains(body, word) {
			t.Errorf("without the dataset the page shows %s", word)
		}
	}
}

// The numbers on the page are those of the metrics.
func TestVisitsAreTheMetrics(t *testing.T) {
	snapshot := everything(t)
	_, body := get(t, siteOf(snapshot), "/app/wx1")
	cells := func(name string) []string {
		_, rest, found := strings.Cut(body, "<bdi>"+name+"</bdi></th>")
		row, _, _ := strings.Cut(rest, "</tr>")
		if !found {
			t.Fatalf("no row %s", name)
		}
		row = strings.NewReplacer("<td>", "", "</td>", " ", ",", "").Replace(row)
		return strings.Fields(row)
	}
	count := func(metric string, labels ...string) (value float64) {
		for _, dataset := range snapshot.Datasets[:5] {
			for _, held := range dataset.Held {
				for _, figure := range held.Numbers.Figures(metric) {
					if strings.Join(figure.Labels, " ") == strings.Join(labels, " ") {
						value = figure.Value
					}
				}
			}
		}
		return value
	}
	equal := func(shown string, want float64) {
		t.Helper()
		if shown != strconv.Itoa(int(want)) {
			t.Errorf("the page shows %s, the metric is %v", shown, want)
		}
	}
	source, page := cells("QR code, scanned"), cells("pages/<wbr>index/<wbr>index.html")
	equal(source[0], count("wxapp_source_sessions", "day", "扫一扫二维码"))
	equal(source[2], count("wxapp_source_users", "day", "扫一扫二维码"))
	equal(page[0], count("wxapp_page_visits", "pages/index/index.html", "day"))
	equal(page[1], count("wxapp_page_visitors", "pages/index/index.html", "day"))
	again, size := count("wxapp_retained_users", "new", "1"), count("wxapp_retention_cohort_users", "new", "1")
	if share := cells("after 1 day")[0]; size == 0 || share != fmt.Sprintf("%.1f%%", again/size*100) {
		t.Errorf("the page shows that %s came back, the metrics are %v of %v", share, again, size)
	}
}

// While an app fails, its other datasets wait for it, and say so once.
func TestDatasetsWaitForAFailingApp(t *testing.T) {
	app := failing("wx1", &wechat.Error{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164"})
	app.Datasets = append(app.Datasets, collector.Dataset{Name: "visits"}, collector.Dataset{Name: "retention"})
	_, body := get(t, siteOf(app), "/app/wx1?lang=en")
	expect(t, body, "<strong>visits, retention</strong>: waits while the app fails: IP address not allowed")
	_, body = get(t, siteOf(app), "/app/wx1?lang=zh")
	expect(t, body, "<strong>访问、留存</strong>：该小程序失败，等待其恢复：IP 不在白名单")
}

// A dataset without numbers says why.
func TestWhyADatasetIsMissing(t *testing.T) {
	today := wechat.DayOf(time.Now())
	refused := &wechat.Error{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointDailyRetention, Code: "48001"}
	asked := func(outcome collector.Outcome, failure *wechat.Error) []collector.Question {
		return []collector.Question{{Series: wechat.EndpointDailyRetention, Window: wechat.Window{End: today.Add(-2), Range: 1}, At: today.Begin(), Outcome: outcome, Failure: failure}}
	}
	for _, test := range []struct {
		dataset          collector.Dataset
		hour             time.Duration
		english, chinese string
	}{
		{collector.Dataset{}, 8, "comes after 10:00, when WeChat has published yesterday", "10:00 后，待微信发布昨天的数据即可获取"},
		{collector.Dataset{Asked: asked(collector.OutcomeNotReady, nil)}, 8, "comes after 10:00, when WeChat has published yesterday", "10:00 后"},
		{collector.Dataset{}, 11, "comes as soon as WeChat has published yesterday", "待微信发布昨天的数据即可获取"},
		{collector.Dataset{Asked: asked(collector.OutcomeFailed, refused)}, 8, "no permission", "没有接口权限"},
		{collector.Dataset{Asked: asked(collector.OutcomeEmpty, nil)}, 8, "WeChat reports none for " + today.Add(-2).DateOnly(), "微信没有 " + today.Add(-2).DateOnly() + " 的数据"},
		{collector.Dataset{Asked: asked(collector.OutcomeUnavailable, nil)}, 8, "WeChat has none for", "微信不提供"},
		{collector.Dataset{End: today.Add(-20), Held: []collector.Held{{Withdrawn: true}}}, 8, "too old to be shown", "过旧，不再展示"},
	} {
		snapshot := everything(t)
		snapshot.Datasets = snapshot.Datasets[:5]
		test.dataset.Name = "retention"
		snapshot.Datasets[3] = test.dataset
		site := siteOf(snapshot)
		site.Now = func() time.Time { return today.At(test.hour * time.Hour) }
		_, body := get(t, site, "/app/wx1?lang=en")
		expect(t, body, "<strong>retention</strong>: ", test.english)
		_, body = get(t, site, "/app/wx1?lang=zh")
		expect(t, body, "<strong>留存</strong>：", test.chinese)
	}
}
