package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
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

// portraits returns the datasets of an app that has the user portrait of some windows.
func portraits(held ...collector.Held) []collector.Dataset {
	return []collector.Dataset{{Name: wechat.UserPortrait, Held: held}}
}

var (
	newApp  = &collector.Snapshot{App: collector.App{ID: "wx1", Name: "wx1"}}
	goodApp = &collector.Snapshot{
		App: collector.App{ID: "wx2", Name: "<b>书 & 店"}, Status: collector.StatusUp,
		LastPoll: time.Date(2026, 11, 24, 2, 16, 0, 0, time.UTC),
		Datasets: portraits(collector.Held{Series: "7d", Window: wechat.Window{
			End: wechat.DayOf(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)), Range: wechat.Range7Days,
		}}),
	}
	badApp = failing("wx3",
		&wechat.Error{Reason: wechat.ReasonAllowlist, Endpoint: wechat.EndpointToken, Code: "40164", Message: "invalid ip 203.0.113.30"},
		&wechat.Error{Reason: wechat.ReasonPermission, Endpoint: wechat.EndpointUserPortrait, Code: "48001", Message: "api <unauthorized>"},
	)
)

// failing returns an app of which the user portrait fails.
func failing(id string, failures ...*wechat.Error) *collector.Snapshot {
	return &collector.Snapshot{
		App: collector.App{ID: id, Name: id}, Status: collector.StatusDown, Failures: failures,
		Datasets: []collector.Dataset{{Name: wechat.UserPortrait, Status: collector.StatusDown, Failures: failures}},
	}
}

// A page shows the beginning of a long name.
func TestLongNamesAreCut(t *testing.T) {
	site := siteOf(simulated(t, "wx1", strings.Repeat("小", 5000)))
	for _, path := range []string{"/", "/app/wx1"} {
		_, body := get(t, site, path)
		if want := strings.Repeat("小", 79) + "…"; !strings.Contains(body, want) || strings.Contains(body, strings.Repeat("小", 80)) {
			t.Errorf("%s does not show 79 characters of the name", path)
		}
	}
}
