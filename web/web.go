// Package web serves what people and orchestrators ask the exporter for beside the
// metrics: whether it is alive, whether it is ready, and pages that show how the polls
// fare and who the users are.
package web

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Site serves the pages.
type Site struct {
	// Apps returns the configured apps in a stable order, whether or not anything is known
	// of them. They may change while the exporter runs.
	Apps func() []collector.App
	// Store holds what is shown.
	Store *collector.Store
	// TelemetryPath is the path of the metrics. The status page links to it.
	TelemetryPath string
	// Version is shown at the end of the status page.
	Version string

	// Archive returns the state of the archive. Nil: there is none.
	Archive func() collector.ArchiveStatus
	// Push returns the state of the push. Nil, or without an endpoint:
	// nothing is pushed.
	Push func() collector.PushStatus
	// Now returns the time. Nil: time.Now.
	Now func() time.Time

	pages    *pages
	wasReady atomic.Bool
}

// Register adds the pages to mux: the status page /, /app/APPID with the pictures of an
// app, /-/healthy, /-/ready and /gazetteer/china-provinces.json, the gazetteer of China's
// provinces for maps in Grafana.
func (s *Site) Register(mux *http.ServeMux) {
	s.pages = newPages()
	s.pages.register(mux)
	mux.HandleFunc("GET /{$}", s.overview)
	mux.HandleFunc("GET /app/{appid}", s.app)
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "The exporter is healthy.")
	})
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.HandleFunc("GET "+gazetteerPath, gazetteer)
}

func (s *Site) pushStatus() collector.PushStatus {
	if s.Push == nil {
		return collector.PushStatus{}
	}
	return s.Push()
}

func (s *Site) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
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
	apps := len(s.Apps())
	if known >= apps {
		s.wasReady.Store(true)
	}
	if !s.wasReady.Load() {
		answer(w, http.StatusServiceUnavailable,
			fmt.Sprintf("The exporter is not ready: the first poll of %d of %d apps has not ended.", apps-known, apps))
		return
	}
	answer(w, http.StatusOK, "The exporter is ready.")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}
