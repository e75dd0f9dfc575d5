package doctor_test

import (
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/doctor"
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
		{"well", true, nil, "permission=ok window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=ok window_retention=ok window_pages=ok quota=ok"},
		{"without the portrait", false, nil, "permission=ok window_visits=ok window_sources=ok window_retention=ok window_pages=ok quota=ok"},
		{
			"one is refused", true, new(wechattest.Errcode(48001).On("visit_distribution")),
			"permission=ok window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=failure window_retention=ok window_pages=ok quota=ok",
		},
		{
			"the second half is empty", true, new(wechattest.Empty().On("visit_page")),
			"permission=ok window_30d=ok window_7d=ok window_1d=ok window_visits=ok window_sources=ok window_retention=ok window_pages=warning quota=ok",
		},
		{
			"the app is refused", false, new(wechattest.Errcode(40164).On("token")),
			"permission=skipped window_visits=skipped window_sources=skipped window_retention=skipped window_pages=skipped quota=skipped",
		},
	} {
		p := healthy(t)
		p.settings().Datasets = wechat.Datasets()
		if !test.portrait {
			p.settings().Ranges = nil
		}
		if test.fault != nil {
			p.server.Fail(*test.fault)
		}
		steps := p.examine(t)
		if got := outcomes(steps); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s\nwant %s", test.name, got, test.want)
		}
		if test.name == "one is refused" && doctor.Judge(steps).ExitCode != 19 {
			t.Errorf("exit code %d", doctor.Judge(steps).ExitCode)
		}
	}
}
