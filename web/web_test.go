package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/web"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func get(t *testing.T, site *web.Site, path string) (status int, body string) {
	t.Helper()
	mux := http.NewServeMux()
	site.Register(mux)
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder.Code, recorder.Body.String()
}

// configured returns what a Site calls for the configured apps.
func configured(apps ...collector.App) func() []collector.App {
	return func() []collector.App { return apps }
}

var (
	newApp  = &collector.Snapshot{App: collector.App{ID: "wx1", Name: "wx1"}}
	goodApp = &collector.Snapshot{
		App: collector.App{ID: "wx2", Name: "<b>书 & 店"}, Status: collector.StatusUp,
		LastPoll: time.Date(2026, 11, 24, 2, 16, 0, 0, time.UTC),
		Held:     []collector.HeldWindow{{Window: wechat.Window{End: wechat.DayOf(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)), Range: wechat.Range7Days}}},
	}
	badApp = &collector.Snapshot{
		App: collector.App{ID: "wx3", Name: "wx3"}, Status: collector.StatusDown,
		Failures: []*wechat.Error{
			{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164", Message: "invalid ip 203.0.113.30"},
			{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointUserPortrait, Code: "48001", Message: "api <unauthorized>"},
		},
	}
)
