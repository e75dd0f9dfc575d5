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

func TestReady(t *testing.T) {
	tests := []struct {
		name      string
		snapshots []*collector.Snapshot
		status    int
	}{
		{"before anything is known", nil, http.StatusServiceUnavailable},
		{"one app of two", []*collector.Snapshot{goodApp}, http.StatusServiceUnavailable},
		{"one app not polled yet", []*collector.Snapshot{goodApp, newApp}, http.StatusServiceUnavailable},
		{"data and a known reason", []*collector.Snapshot{goodApp, badApp}, http.StatusOK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := &web.Site{Apps: configured(goodApp.App, badApp.App), Store: &collector.Store{}}
			for _, snapshot := range test.snapshots {
				site.Store.Put(snapshot)
			}
			if status, body := get(t, site, "/-/ready"); status != test.status {
				t.Errorf("status %d, want %d: %s", status, test.status, body)
			}
			if status, _ := get(t, site, "/-/healthy"); status != http.StatusOK {
				t.Errorf("not healthy: status %d", status)
			}
		})
	}
}

// Once the exporter is ready, apps that are added or removed do not change that.
func TestStaysReady(t *testing.T) {
	site := &web.Site{Apps: configured(goodApp.App, badApp.App), Store: &collector.Store{}}
	site.Store.Put(goodApp)
	site.Store.Put(badApp)
	if status, body := get(t, site, "/-/ready"); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	site.Store.Remove(badApp.App.ID)
	if status, body := get(t, site, "/-/ready"); status != http.StatusOK {
		t.Errorf("status %d after an app was removed: %s", status, body)
	}
	site.Store.Put(newApp)
	if status, body := get(t, site, "/-/ready"); status != http.StatusOK {
		t.Errorf("status %d after an app was added: %s", status, body)
	}
	if _, body := get(t, site, "/"); strings.Contains(body, badApp.App.ID) {
		t.Error("the page shows the removed app")
	}
}
