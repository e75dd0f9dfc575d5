package web_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// discoveryOf asks for the targets by a Host header.
func discoveryOf(site *web.Site, host string, secure bool) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/sd", nil)
	request.Host = host
	if secure {
		request.TLS = &tls.ConnectionState{}
	}
	recorder := httptest.NewRecorder()
	served(site).ServeHTTP(recorder, request)
	return recorder
}

// Every configured app is a target, whether or not anything is known of it, and so is the
// exporter itself.
func TestDiscovery(t *testing.T) {
	site := siteOf(goodApp)
	site.Apps = configured(newApp.App, goodApp.App)
	const want = `[` +
		`{"targets":["exporter:10120"],"labels":{"__meta_wxapp_app":"wx1","__metrics_path__":"/numbers","__param_appid":"wx1","instance":"wx1"}},` +
		`{"targets":["exporter:10120"],"labels":{"__meta_wxapp_app":"\u003cb\u003e书 \u0026 店","__metrics_path__":"/numbers","__param_appid":"wx2","instance":"wx2"}},` +
		`{"targets":["exporter:10120"],"labels":{"__metrics_path__":"/numbers","__param_appid":"."}}` +
		`]`
	response := discoveryOf(site, "exporter:10120", false)
	if got := response.Body.String(); response.Code != http.StatusOK || got != want {
		t.Errorf("status %d, got\n%s\nwant\n%s", response.Code, got, want)
	}
	// Prometheus refuses every other one.
	if got := response.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	if secured := discoveryOf(site, "exporter:10120", true).Body.String(); strings.Count(secured, `"__scheme__":"https"`) != 3 {
		t.Errorf("with TLS: %s", secured)
	}
	if none := discoveryOf(siteOf(), "exporter", false).Body.String(); strings.Count(none, "targets") != 1 {
		t.Errorf("without apps: %s", none)
	}
}

// What is no address of a host is not handed on.
func TestDiscoveryHost(t *testing.T) {
	for host, want := range map[string]int{
		"exporter":                      http.StatusOK,
		"wxapp_exporter-0.wxapp.svc:80": http.StatusOK,
		"192.0.2.1:10120":               http.StatusOK,
		"[2001:db8::1]:10120":           http.StatusOK,
		"[::ffff:192.0.2.1]":            http.StatusOK,
		"":                              http.StatusBadRequest,
		"2001:db8::1":                   http.StatusBadRequest,
		"exporter:port":                 http.StatusBadRequest,
		"exporter:123456":               http.StatusBadRequest,
		"exporter/metrics?appid=wx":     http.StatusBadRequest,
		"user@exporter":                 http.StatusBadRequest,
		"<script>":                      http.StatusBadRequest,
		"exporter\n":                    http.StatusBadRequest,
		"主机":                            http.StatusBadRequest,
		strings.Repeat("a", 254):        http.StatusBadRequest,
	} {
		response := discoveryOf(siteOf(goodApp), host, false)
		if response.Code != want {
			t.Errorf("%q: status %d, want %d", host, response.Code, want)
		}
		if body := response.Body.String(); want != http.StatusOK && (host != "" && strings.Contains(body, host) || !strings.Contains(body, "Host header")) {
			t.Errorf("%q: %s", host, body)
		}
	}
	// A header that only a proxy should set is not believed.
	response := ask(siteOf(goodApp), http.MethodGet, "/sd", http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}})
	if body := response.Body.String(); strings.Contains(body, "evil") || strings.Contains(body, "https") {
		t.Error(body)
	}
}

func BenchmarkDiscovery(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		b.Run(fmt.Sprint(n, " apps"), func(b *testing.B) {
			var apps []collector.App
			for i := range n {
				apps = append(apps, collector.App{ID: fmt.Sprintf("wx%016x", i), Name: "社区图书馆"})
			}
			mux := served(&web.Site{Apps: configured(apps...), Store: &collector.Store{}, TelemetryPath: "/metrics"})
			request := httptest.NewRequest(http.MethodGet, "/sd", nil)
			size := 0
			b.ReportAllocs()
			for b.Loop() {
				recorder := httptest.NewRecorder()
				mux.ServeHTTP(recorder, request)
				size = recorder.Body.Len()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
