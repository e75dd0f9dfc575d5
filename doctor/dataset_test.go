package doctor_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Each dataset that is on has a step after the windows. What WeChat refuses of one is no
// failure of the others, and what it refuses of the app is that of its own step.
func TestDatasets(t *testing.T) {
	for _, test := range []struct {
		name     string
		portrait bool
		fault    *wechattest.Fault
		want     string
	}{
		{"well", true, nil, "permission=ok window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=ok window_retention=ok window_pages=ok window_weekly=ok window_monthly=ok window_ads=ok quota=ok"},
		{"without the portrait", false, nil, "permission=ok window_visits=ok window_sources=ok window_retention=ok window_pages=ok window_weekly=ok window_monthly=ok window_ads=ok quota=ok"},
		{
			"one is refused", true, new(wechattest.Errcode(48001).On("visit_distribution")),
			"allow_list=ok permission=failure window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=skipped window_retention=ok window_pages=ok window_weekly=ok window_monthly=ok window_ads=ok quota=ok",
		},
		{
			"the portrait is refused", true, new(wechattest.Errcode(48001).On("user_portrait")),
			"allow_list=ok permission=failure window_30d=skipped window_7d=skipped window_1d=skipped window_visits=ok window_sources=ok window_retention=ok window_pages=ok window_weekly=ok window_monthly=ok window_ads=ok quota=ok",
		},
		{
			"the second half is empty", true, new(wechattest.Empty().On("visit_page")),
			"permission=ok window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=ok window_retention=ok window_pages=warning window_weekly=ok window_monthly=ok window_ads=ok quota=ok",
		},
		{
			"the app is refused", false, new(wechattest.Errcode(40164).On("token")),
			"permission=skipped window_visits=skipped window_sources=skipped window_retention=skipped window_pages=skipped window_weekly=skipped window_monthly=skipped window_ads=skipped quota=skipped",
		},
	} {
		p := healthy(t)
		p.settings().Datasets = wechat.Datasets()
		if !test.portrait {
			p.settings().Datasets = wechat.Datasets()[1:]
		}
		if test.fault != nil {
			p.server.Fail(*test.fault)
		}
		steps := p.examine(t)
		if got := outcomes(steps); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s\nwant %s", test.name, got, test.want)
		}
		if test.name == "one is refused" && doctor.Judge(steps).ExitCode != 18 {
			t.Errorf("exit code %d", doctor.Judge(steps).ExitCode)
		}
	}
}

// The permission is that of each dataset that was asked for, and of no other.
func TestPermissionNamesTheDataset(t *testing.T) {
	p := healthy(t)
	p.settings().Datasets = pollertest.Datasets("retention")
	steps := p.examine(t)
	step := found(t, steps, "permission")
	want := text.Both{English: "the app may use retention", Chinese: "该小程序有权使用 retention"}
	if step.Status != doctor.OK || step.Cause != want {
		t.Errorf("%+v", step)
	}
	all := healthy(t)
	all.settings().Datasets = pollertest.Datasets("user_portrait", "visits", "pages")
	all.server.Fail(wechattest.Errcode(48001).On("visit_page"))
	step = found(t, all.examine(t), "permission")
	if step.Status != doctor.Failure || !strings.HasPrefix(step.Cause.English, "pages: errcode 48001") || !strings.Contains(step.Remedy.English, "certified") {
		t.Errorf("%+v", step)
	}
	all.server.ClearFaults()
	step = found(t, all.examine(t), "permission")
	if want := "the app may use user_portrait, visits, pages"; step.Status != doctor.OK || step.Cause.English != want {
		t.Errorf("%+v", step)
	}
	if cause := found(t, steps, "quota").Cause.English; strings.Contains(cause, "user_portrait") {
		t.Errorf("the quota of what is off: %s", cause)
	}
	for _, call := range p.server.Calls() {
		if call.Endpoint == wechat.EndpointUserPortrait && call.Code != "43002" {
			t.Errorf("the user portrait was asked for: %+v", call)
		}
	}
}

// The quota is that of every endpoint that is on, and all calls of a day add up.
func TestQuotaOfEveryEndpoint(t *testing.T) {
	p := healthy(t)
	p.settings().Datasets = pollertest.Datasets("user_portrait", "visits", "sources", "retention", "pages")
	p.server.DailyLimit = 2000
	step := found(t, p.examine(t), "quota")
	const uses = `^these settings use 23 calls a day, and up to 32 more while waiting for publication; left today: `
	const left = `user_portrait 1,\d{3} / 2,000, daily_visit_trend 1,\d{3} / 2,000, daily_summary 1,\d{3} / 2,000, ` +
		`visit_distribution 1,\d{3} / 2,000, daily_retention 1,\d{3} / 2,000, visit_page 1,\d{3} / 2,000$`
	if step.Status != doctor.OK || !regexp.MustCompile(uses+left).MatchString(step.Cause.English) {
		t.Errorf("%+v", step)
	}
	if !strings.HasPrefix(step.Cause.Chinese, "按当前设置每天使用 23 次，等待发布期间最多再用 32 次；今天剩余：user_portrait 1,") {
		t.Errorf("%+v", step)
	}

	// One endpoint whose quota does not last is enough for a warning.
	p.server.DailyLimit = 8
	if step := found(t, p.examine(t), "quota"); step.Status != doctor.Warning || !strings.Contains(step.Remedy.English, "poll interval") {
		t.Errorf("with few calls left: %+v", step)
	}
}

// What is unusual in an answer is told, as the exporter tells it.
func TestOddAnswers(t *testing.T) {
	p := healthy(t)
	p.settings().Datasets = pollertest.Datasets("visits", "pages")
	p.server.Fail(wechattest.Body(`{"ref_date":"20170313","list":[{"page_path":"a","page_visit_pv":1}]}`).On("visit_page"))
	p.server.Fail(wechattest.Body(`{"list":[{"ref_date":"20170313","visit_total":1},{"ref_date":"20170313","visit_total":2}]}`).On("daily_summary"))
	steps := p.examine(t)
	if step := found(t, steps, "window_pages"); step.Status != doctor.Warning || !strings.Contains(step.Cause.English, "; WeChat's answer names another day: 20170313") {
		t.Errorf("%+v", step)
	}
	if step := found(t, steps, "window_visits"); step.Status != doctor.Warning || !strings.Contains(step.Cause.English, "or contradict others: 1") {
		t.Errorf("%+v", step)
	}
}
