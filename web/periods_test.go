package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Where they are on, the page shows the last week, the last month and the ads after the visits of
// the newest day, with the numbers of the metrics.
func TestWeeksMonthsAndAdsOnAppPage(t *testing.T) {
	server := &wechattest.Server{Apps: map[string]wechattest.App{"wx1": {Users: 20_000, AdSlots: []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_NEW"}}}}
	snapshot := collectortest.Everything(t, server, collector.App{ID: "wx1", Name: "wx1"})
	total := func(dataset, metric string) (sum float64) {
		for _, held := range snapshot.Dataset(dataset).Held {
			for _, figure := range held.Numbers.Figures(metric) {
				sum += figure.Value
			}
		}
		return sum
	}
	whole := func(f float64) string { return "<dd>" + text.Grouped(int64(f)) + "</dd>" }
	_, body := get(t, siteOf(snapshot), "/app/wx1?lang=en")
	inOrder(t, body, "<h2>Visits on ", "<h2>The week 20", "<dt>Users</dt>"+whole(total("weekly", "wxapp_active_users")),
		"<dt>Sessions</dt>"+whole(total("weekly", "wxapp_sessions")), "<dt>Came back a week later</dt>", "% <span class=\"window\">of all users</span>",
		"<dt>Came back a month later</dt>", "<h2>Ads on ", "<dt>Income</dt><dd>¥", "<dt>Exposures</dt>"+whole(total("ads", "wxapp_ad_exposures")),
		"<h3>Ad slots</h3>", "<bdi>Banner</bdi>", "<h2>User portrait</h2>")
	if !strings.Contains(body, "<bdi>SLOT_ID_WEAPP_NEW</bdi>") {
		t.Error("a slot that is not documented is missing")
	}
	_, body = get(t, siteOf(snapshot), "/app/wx1?lang=zh")
	inOrder(t, body, "<h2>最近一周：20", "<dt>次周留存</dt>", " 月</h2>", "的广告</h2>", "<dt>收入</dt>", "<bdi>Banner 广告</bdi>", "<h2>用户画像</h2>")

	snapshot.Datasets = snapshot.Datasets[:1]
	if _, body = get(t, siteOf(snapshot), "/app/wx1"); strings.Contains(body, "The week") || strings.Contains(body, "Ads on") {
		t.Error("the page shows what is off")
	}
}

// What WeChat does not tell of ads is a dash or left out, and no 0.
func TestAdsWithoutNumbers(t *testing.T) {
	server := &wechattest.Server{Apps: map[string]wechattest.App{"wx1": {AdSlots: []string{"SLOT_ID_WEAPP_BANNER"}}}}
	snapshot := collectortest.Everything(t, server, collector.App{ID: "wx1", Name: "wx1"})
	ads := snapshot.Dataset("ads")
	statistic := wechat.Datasets()[slices.IndexFunc(wechat.Datasets(), func(d wechat.Dataset) bool { return d.Name == "ads" })].Statistics[0]
	section := func(rows string) string {
		answer, err := statistic.Decode([]byte(strings.ReplaceAll(rows, "DAY", ads.Held[0].End.DateOnly())), ads.Held[0].Window)
		if err != nil {
			t.Fatal(err)
		}
		ads.Held[0].Numbers = collector.NewNumbers(statistic, answer, nil, nil)
		_, body := get(t, siteOf(snapshot), "/app/wx1?lang=en")
		_, after, _ := strings.Cut(body, "<h2>Ads on ")
		section, _, _ := strings.Cut(after, "</section>\n<section>")
		return section
	}
	some := section(`{"list":[
		{"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"DAY","req_succ_count":3,"exposure_count":2},
		{"ad_slot":"SLOT_ID_WEAPP_BOX","date":"DAY","req_succ_count":9,"income":1234}],"total_num":2}`)
	inOrder(t, some, "<dt>Income</dt><dd>¥12.34", "<dt>Exposures</dt><dd>2</dd>", "<bdi>Grid</bdi>", "<td>¥12.34</td><td>–</td><td>–</td>",
		"<bdi>Banner</bdi>", "<td>–</td><td>–</td><td>2</td>")
	if strings.Contains(some, "Clicks") || strings.Contains(some, "¥0.00") {
		t.Errorf("what WeChat does not tell is shown:\n%s", some)
	}
	none := section(`{"list":[],"total_num":0}`)
	if !strings.Contains(none, "<strong>ads</strong>: WeChat reports none") || strings.Contains(none, "¥") || strings.Contains(none, "Ad slots") {
		t.Errorf("the page shows of no ads\n%s", none)
	}
}

// What is on without numbers says why, also where nothing else is on.
func TestWhyAWeekIsMissing(t *testing.T) {
	snapshot := everything(t)
	snapshot.Datasets = append(snapshot.Datasets[:1:1], collector.Dataset{Name: "weekly"}, collector.Dataset{Name: "monthly"})
	_, body := get(t, siteOf(snapshot), "/app/wx1?lang=en")
	expect(t, body, "<h2>Further datasets</h2>", "<strong>weeks, months</strong>: comes ")
	_, body = get(t, siteOf(snapshot), "/app/wx1?lang=zh")
	expect(t, body, "<h2>其他数据集</h2>", "待微信发布昨天的数据即可获取")
}
