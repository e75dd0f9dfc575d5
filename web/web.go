// Package web serves what people and orchestrators ask the exporter for beside the
// metrics: whether it is alive, whether it is ready, which targets it has for Prometheus,
// and pages that show how the polls fare and who the users are.
package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// Site serves the pages.
type Site struct {
	// Apps returns the configured apps in a stable order, whether or not anything is known
	// of them. They may change while the exporter runs.
	Apps func() []collector.App
	// Shard is the part of the apps that Apps returns, and OtherApps how many apps other shards
	// have. Nothing is read of OtherApps unless the apps are divided.
	Shard     shards.Shard
	OtherApps func() int
	// Store holds what is shown.
	Store *collector.Store
	// TelemetryPath is the path of the metrics. The pages link to it, and the targets of the
	// service discovery have it.
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

	pages     *pages
	readiness readiness
}

// Register adds the pages to mux: the status page /, /app/APPID with the pictures of an
// app, /-/healthy, /-/ready, /sd for Prometheus' HTTP service discovery, and
// /gazetteer/china-provinces.json, the gazetteer of China's provinces for maps in Grafana. All other
// paths are a page that says that there is nothing.
// The time in which the exporter has to become ready begins here.
func (s *Site) Register(mux *http.ServeMux) {
	s.pages = newPages()
	s.pages.register(mux)
	mux.HandleFunc("GET /{$}", s.overview)
	mux.HandleFunc("GET /app/{appid}", s.app)
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "The exporter is healthy.")
	})
	s.startReadiness()
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.HandleFunc("GET "+discoveryPath, s.discover)
	mux.HandleFunc("GET "+gazetteerPath, gazetteer)
	mux.HandleFunc("/", s.unknown(mux))
}

func (s *Site) pushStatus() collector.PushStatus {
	if s.Push == nil {
		return collector.PushStatus{}
	}
	return s.Push()
}

// shardText says which part of the apps this is. It is empty if the apps are not divided.
func (s *Site) shardText() text.Both {
	if !s.Shard.Divided() {
		return text.Both{}
	}
	return s.Shard.Text(len(s.Apps()), s.OtherApps())
}

func (s *Site) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}
