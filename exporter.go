package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/reload"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// exporter is the running program: it polls and serves.
type exporter struct {
	config  config.Config
	apps    config.Reading // at the start
	source  func(config.App) poller.Source
	archive poller.Archive
	metrics *collector.SelfMetrics
	log     *slog.Logger
	// toolkitLog drops info lines: log already has what the exporter toolkit logs at
	// every start.
	toolkitLog *slog.Logger
	// readApps reads the apps again for a reload, which hangups ask for as well. Nil: the
	// apps never change.
	readApps func() (config.Reading, error)
	hangups  <-chan os.Signal
	// listening is called with the first address once all are bound. May be nil.
	listening func(url string)
	// started is told the store before anything is put into it. May be nil.
	started   func(store *collector.Store)
	pastReady chan struct{} // closed when the archive holds its past; nil: it always does
}

// newExporter returns an exporter without apps.
func newExporter(ctx context.Context, c config.Config, warnings []string, stderr io.Writer) (*exporter, error) {
	e := &exporter{
		config:     c,
		apps:       config.Reading{Apps: c.Apps, Files: c.Files, Warnings: warnings},
		metrics:    collector.NewSelfMetrics(c.Datasets...),
		log:        newLogger(stderr, c.LogFormat, c.LogLevel),
		toolkitLog: newLogger(stderr, c.LogFormat, max(c.LogLevel, slog.LevelWarn)),
	}
	for _, warning := range warnings {
		e.log.Warn("configuration warning", "warning", warning)
	}
	var err error
	e.archive, err = e.openArchive(ctx)
	return e, err
}

// run polls and serves until the context ends.
func (e *exporter) run(ctx context.Context) error {
	store, self := &collector.Store{}, e.selfMetrics()
	pusher, err := e.newPusher(store, self)
	if err != nil {
		return err
	}
	restored := make(chan struct{})
	polling := e.poller(store)
	reloader := reload.New(reload.Options{
		Read: e.readApps, Source: e.source, Poller: polling, Metrics: e.metrics, Logger: e.log,
	}, e.apps)
	handler, err := e.handler(store, self, restored, polling, pusher, reloader)
	if err != nil {
		return err
	}
	listeners, err := web.Listen(ctx, "WXAPP_LISTEN_ADDRESS", e.config.ListenAddresses)
	if err != nil {
		return err
	}
	for _, listener := range listeners {
		e.log.Info("listening", "address", listener.Addr().String(), "apps", len(e.apps.Apps), "version", version.Version)
	}
	if e.listening != nil {
		e.listening(web.URL(listeners[0].Addr()))
	}
	server := &web.Server{
		Handler: handler, Limits: web.DefaultLimits(), ConnContext: exposition.ConnContext,
		ConfigFile: e.config.WebConfigFile, Log: e.log, ToolkitLog: e.toolkitLog,
	}
	if e.started != nil {
		e.started(store)
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts sync.WaitGroup
	polled := make(chan error, 1)
	parts.Go(func() { polled <- polling.Run(ctx, func() { close(restored) }) })
	if pusher != nil {
		parts.Go(func() { pusher.Run(ctx) })
	}
	if e.readApps != nil {
		parts.Go(func() { reloader.Run(ctx, e.hangups) })
	}
	err = server.Serve(ctx, listeners)
	cancel()
	parts.Wait()
	if err == nil {
		e.log.Info("stopped")
	}
	return errors.Join(err, <-polled)
}

func (e *exporter) poller(store *collector.Store) *poller.Poller {
	return poller.New(poller.Options{
		Schedule:  poller.Schedule{PublishHour: e.config.PublishHour, PollInterval: e.config.PollInterval},
		Datasets:  e.config.Datasets,
		Shows:     poller.Shows{Dimensions: e.config.Dimensions, Top: e.config.Top, MaxAge: e.config.MaxAge},
		PastReady: e.pastReady,
		Store:     store,
		Archive:   e.archive,
		Metrics:   e.metrics,
		Logger:    e.log,
	})
}

// selfMetrics returns the metrics of the exporter itself, which change all the time.
func (e *exporter) selfMetrics() *prometheus.Registry {
	self := prometheus.NewRegistry()
	self.MustRegister(
		e.metrics,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("wxapp_exporter"),
	)
	return self
}

// handler serves the store. Scrapes wait until the archive is restored: after a scrape
// without the series of the apps, Prometheus would treat them as gone.
func (e *exporter) handler(store *collector.Store, self prometheus.Gatherer, restored <-chan struct{}, polling *poller.Poller, pusher *otlp.Pusher, reloader *reload.Reloader) (http.Handler, error) {
	metrics, err := exposition.New(store, self, exposition.Options{
		WithoutLocations: !e.config.LocationInfo,
		OnError: func(err error) {
			e.log.Error("some metrics of the exporter itself are missing from scrapes", "error", err)
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+e.config.TelemetryPath, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-restored:
			metrics.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
	(&web.Site{
		Apps:          polling.Apps,
		Store:         store,
		TelemetryPath: e.config.TelemetryPath,
		Archive:       polling.ArchiveStatus,
		Push:          pusher.Status,
		Version:       version.Version,
	}).Register(mux)
	if e.readApps != nil {
		mux.Handle("POST /-/reload", reloader)
	}
	return mux, nil
}
