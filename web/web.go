// Package web serves what people and orchestrators ask the exporter for beside the
// metrics: whether it is alive, whether it is ready, and a status page.
package web

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Site serves the pages.
type Site struct {
	// Apps is the number of apps that the exporter starts with. It is ready when it knows
	// something about all of them, and stays ready then.
	Apps int
	// Store holds what is shown.
	Store *collector.Store
	// TelemetryPath is the path of the metrics. The status page links to it.
	TelemetryPath string
	// Version is shown at the end of the status page.
	Version string

	wasReady atomic.Bool
}

//go:embed index.html
var indexHTML string

// Register adds the pages to mux: the status page /, /-/healthy, /-/ready and
// /gazetteer/china-provinces.json, the gazetteer of China's provinces for maps in Grafana.
func (s *Site) Register(mux *http.ServeMux) {
	page := template.Must(template.New("index").Funcs(template.FuncMap{"minute": minute, "outcomes": outcomes}).Parse(indexHTML))
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

// ready answers 503 until every app has data or a known reason for having none. Apps that
// are added or removed later do not change the answer.
func (s *Site) ready(w http.ResponseWriter, _ *http.Request) {
	known := 0
	for _, snapshot := range s.Store.Snapshots() {
		if snapshot.HasData() || snapshot.Status != collector.StatusUnknown {
			known++
		}
	}
	if known >= s.Apps {
		s.wasReady.Store(true)
	}
	if !s.wasReady.Load() {
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

// minute returns a time to the minute, in Asia/Shanghai like the days of the data.
func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return wechat.InShanghai(t).Format("2006-01-02 15:04")
}

// outcomes says in one or more lines how the last poll of an app ended.
func outcomes(s *collector.Snapshot) []string {
	switch s.Status {
	case collector.StatusUp:
		return []string{"ok"}
	case collector.StatusDown:
		var lines []string
		for _, failure := range s.Failures {
			lines = append(lines, failure.Error()+" – "+failure.Remedy())
		}
		return lines
	default:
		return []string{"the first poll has not ended yet"}
	}
}
