// Package web serves what people and orchestrators ask the exporter for beside the
// metrics: whether it is alive, whether it is ready, and a page that says where to
// look.
package web

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Site serves the pages.
type Site struct {
	// Apps is the number of apps that the Store will hold.
	Apps int
	// Store holds what is shown.
	Store *collector.Store
	// TelemetryPath is where the metrics are, to be linked to.
	TelemetryPath string
	// Version is shown at the foot of the page.
	Version string
}

//go:embed index.html
var indexHTML string

// Register adds the pages to mux: /, /-/healthy, /-/ready and the gazetteer of China's
// provinces for maps in Grafana, /gazetteer/china-provinces.json.
func (s *Site) Register(mux *http.ServeMux) {
	page := template.Must(template.New("index").Funcs(template.FuncMap{"minute": minute, "outcome": outcome}).Parse(indexHTML))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_ = page.Execute(w, map[string]any{"Site": s, "Snapshots": s.Store.Snapshots()})
	})
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "The exporter is healthy.")
	})
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.HandleFunc("GET "+gazetteerPath, gazetteer)
}

// ready answers 503 until every app has data or a known reason for having none.
func (s *Site) ready(w http.ResponseWriter, _ *http.Request) {
	known := 0
	for _, snapshot := range s.Store.Snapshots() {
		if snapshot.HasData() || snapshot.Status != collector.StatusUnknown {
			known++
		}
	}
	if known < s.Apps {
		answer(w, http.StatusServiceUnavailable,
			fmt.Sprintf("The exporter is not ready: the first poll of %d of %d apps has not ended.", s.Apps-known, s.Apps))
		return
	}
	answer(w, http.StatusOK, "The exporter is ready.")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}

// minute shows a time to people, in Asia/Shanghai as the days of the data are.
func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return wechat.InShanghai(t).Format("2006-01-02 15:04")
}

// outcome says how the last poll of an app ended.
func outcome(s *collector.Snapshot) string {
	switch s.Status {
	case collector.StatusUp:
		return "all is well"
	case collector.StatusDown:
		return s.Failure.Error() + " – " + s.Failure.Remedy()
	default:
		return "the first poll has not ended yet"
	}
}
