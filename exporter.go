package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/reload"
	"github.com/wxapp-exporter/wxapp_exporter/stop"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// exporter is the running program: it polls and serves.
type exporter struct {
	wiring
	config  config.Config
	apps    config.Reading // at the start
	store   *collector.Store
	archive poller.Archive
	bucket  archive.Bucket // that it is kept in, or nil
	spool   poller.Spool   // or nil
	metrics *collector.SelfMetrics
	log     *slog.Logger
}

// wiring is what an exporter needs beside its settings.
type wiring struct {
	client *http.Client // for calls to WeChat
	// readApps reads the apps again for a reload, which hangups ask for as well. Nil: the
	// apps never change.
	readApps func() (config.Reading, error)
	hangups  <-chan os.Signal
	// listening is called with the first address once all are bound. May be nil.
	listening func(url string)
	pastReady chan struct{} // closed when the archive holds its past; nil: it always does
}

// newExporter returns an exporter with the apps of the settings.
func newExporter(ctx context.Context, c config.Config, warnings []string, stderr io.Writer, w wiring) (*exporter, error) {
	e := &exporter{
		wiring:  w,
		config:  c,
		apps:    config.Reading{Apps: c.Apps, OtherApps: c.OtherApps, Files: c.Files, Warnings: warnings},
		store:   &collector.Store{},
		metrics: collector.NewSelfMetrics(c.Datasets...),
		log:     config.NewLogger(stderr, c.LogFormat, c.LogLevel),
	}
	for _, warning := range warnings {
		e.log.Warn("configuration warning", "warning", warning)
	}
	var err error
	if e.archive, err = e.openArchive(ctx); err == nil {
		e.spool, err = e.openSpool()
	}
	return e, err
}

// run polls and serves until the context ends.
func (e *exporter) run(ctx context.Context) error {
	if spool, ok := e.spool.(io.Closer); ok {
		defer func() { _ = spool.Close() }()
	}
	self := e.metrics.Registry()
	pusher, err := e.newPusher(self)
	if err != nil {
		return err
	}
	restored := make(chan struct{})
	polling := e.poller()
	reloader := reload.New(reload.Options{
		ExternalURL: e.config.ExternalURL, Read: e.readAgain, Source: e.source, Shard: e.config.Shard, Poller: polling, Metrics: e.metrics, Logger: e.log,
	}, e.apps)
	handler, err := e.handler(self, polling, pusher, reloader, restored)
	if err != nil {
		return err
	}
	listeners, err := web.Listen(ctx, "WXAPP_LISTEN_ADDRESS", e.config.ListenAddresses)
	if err != nil {
		return err
	}
	for _, listener := range listeners {
		e.log.With("address", listener.Addr().String(), "version", version.Version).Info("listening",
			e.config.Shard.Attributes(len(e.apps.Apps), len(e.apps.OtherApps))...)
	}
	if e.listening != nil {
		e.listening(web.URL(listeners[0].Addr()))
	}
	server := &web.Server{
		// After a scrape without the series of the apps, Prometheus would treat them as gone.
		Handler: handler, Await: web.AwaitOn(e.config.TelemetryPath, exposition.Await(polling.AwaitRestored)),
		Limits: web.DefaultLimits(), ExternalPath: e.config.ExternalPath(), ConnContext: exposition.ConnContext,
		ConfigFile: e.config.WebConfigFile, Log: e.log, StopTimeout: e.partTimeout(),
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts stop.Parts
	ended := make(chan error, 2)
	parts.Go("the polls", func() { ended <- polling.Run(ctx, func() { close(restored) }) })
	if pusher != nil {
		parts.Go("the push", func() { pusher.Run(ctx, restored) })
	}
	if e.readApps != nil {
		parts.Go("the reload", func() { reloader.Run(ctx, e.hangups) })
	}
	if e.config.WebConfigFile != "" {
		parts.Go("the web configuration", func() { e.webConfig().Run(ctx) })
	}
	if kept, ok := e.archive.(*archive.Guard); ok {
		parts.Go("the heartbeat", func() { e.heartbeat(kept, polling).Run(ctx) })
	}
	parts.Go("the requests", func() {
		defer cancel() // a listener may have failed
		ended <- server.Serve(ctx, listeners)
	})
	if err = parts.Wait(ctx, e.config.StopTimeout); err != nil {
		err = fmt.Errorf("WXAPP_STOP_TIMEOUT: %w", err)
	}
	for range len(ended) {
		err = errors.Join(err, <-ended)
	}
	if err == nil {
		e.log.Info("stopped")
	}
	return err
}

// partTimeout is how long each part may take to stop: all do so side by side, and what they have
// left goes last.
func (e *exporter) partTimeout() time.Duration { return e.config.StopTimeout * 3 / 4 }

// readAgain reads the apps, and the keys of the object storage.
func (e *exporter) readAgain() (config.Reading, error) {
	reading, err := e.readApps()
	if storage, ok := e.bucket.(*archive.ObjectStorage); ok {
		if err := storage.Renew(); err != nil {
			reading.Warnings = append(reading.Warnings, fmt.Sprintf("the keys of the object storage stay as they are: %v", err))
		}
	}
	return reading, err
}

// source returns an app with a client of WeChat's API of its own.
func (e *exporter) source(app config.App) poller.Source {
	return newSource(e.config, app, e.client, e.metrics.Observe)
}

// webConfig returns what watches the web configuration.
func (e *exporter) webConfig() reload.WebConfig {
	check := func() (bool, error) { return config.CheckWebConfig(e.config.WebConfigFile) }
	return reload.WebConfig{Check: check, Metrics: e.metrics, Logger: e.log}
}

func (e *exporter) poller() *poller.Poller {
	return poller.New(poller.Options{
		Schedule:    poller.Schedule{PublishHour: e.config.PublishHour, PollInterval: e.config.PollInterval},
		Datasets:    e.config.Datasets,
		Shows:       poller.Shows{Dimensions: e.config.Dimensions, Top: e.config.Top, MaxAge: e.config.MaxAge},
		PastReady:   e.pastReady,
		Store:       e.store,
		Archive:     e.archive,
		Spool:       e.spool,
		StopTimeout: e.partTimeout(),
		Metrics:     e.metrics,
		Logger:      e.log,
	})
}

// heartbeat returns what finds other exporters that poll the same apps into the archive.
func (e *exporter) heartbeat(kept *archive.Guard, polling *poller.Poller) *archive.Heartbeat {
	host, _ := os.Hostname()
	return &archive.Heartbeat{
		Archive: kept, Host: host, Apps: polling.Apps, Replicas: e.config.Replicas, Rivals: e.metrics.ArchiveRivals, Log: e.log,
		Remedy: e.config.RemedyOfRivals(), StopTimeout: min(2*time.Second, e.partTimeout()),
	}
}

// handler serves the store.
func (e *exporter) handler(self prometheus.Gatherer, polling *poller.Poller, pusher *otlp.Pusher, reloader *reload.Reloader, restored <-chan struct{}) (http.Handler, error) {
	metrics, err := exposition.New(e.store, self, exposition.Options{
		WithoutLocations: !e.config.LocationInfo, Started: restored, Log: e.log,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+e.config.TelemetryPath, metrics)
	(&web.Site{
		Apps:          polling.Apps,
		Shard:         e.config.Shard,
		OtherApps:     reloader.OtherApps,
		Store:         e.store,
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

// newPusher returns the pusher of the store and of the exporter's own metrics, and adds
// the metrics of the push to the latter. It returns nil if nothing is to be pushed.
func (e *exporter) newPusher(self *prometheus.Registry) (*otlp.Pusher, error) {
	settings := e.config.OTLP
	if settings == nil {
		return nil, nil
	}
	metrics := otlp.NewMetrics()
	self.MustRegister(metrics)
	push := *settings
	push.WithoutLocations, push.StopTimeout = !e.config.LocationInfo, e.config.StopTimeout/2 // a receiver may be slow
	pusher, err := otlp.New(push, e.store, self, metrics, e.log)
	if err != nil {
		return nil, err
	}
	e.log.Info("pushing to an OpenTelemetry receiver", "endpoint", settings.Endpoint.Redacted(), "protocol", settings.Protocol, "interval", settings.Interval)
	return pusher, nil
}

// openTimeout is how long opening the archive may delay the start.
const openTimeout = 10 * time.Second

// openArchive returns the archive that the configuration names, or one that keeps
// nothing. An archive that does not work now may work later, so it is only a warning. One
// that must not be used is an error: a later version has written it, or made-up and real
// numbers would meet in it.
func (e *exporter) openArchive(ctx context.Context) (poller.Archive, error) {
	settings := e.config.Archive
	if settings.None() {
		e.log.Warn("no archive: a restart loses the numbers, and WeChat serves only the last two days", "remedy", "set WXAPP_ARCHIVE to a folder")
		return poller.NoArchive{}, nil
	}
	bucket, err := newBucket(settings)
	if err != nil {
		return nil, err
	}
	e.bucket = bucket
	opened := archive.NewGuard(archive.Archive{Bucket: bucket, Demo: e.config.Demo, Notices: archive.NewNotices(e.archiveDamaged)})
	err = opened.Open(ctx, openTimeout)
	folder, isFolder := bucket.(archive.Folder)
	meanwhile := "kept in memory and a crash would lose them"
	if settings.Spool != "" {
		meanwhile = "kept in the spool"
	}
	works := "make the folder of WXAPP_ARCHIVE writable, or set WXAPP_ARCHIVE to a writable one"
	if !isFolder {
		works = "check the bucket, its keys and the network; new keys in the file of WXAPP_ARCHIVE_CONFIG_FILE are used within ten seconds, other changes of it after a restart"
	}
	switch {
	case archive.IsRefused(err):
		return nil, brokenArchive(settings, err)
	case err != nil:
		e.metrics.ArchiveWritten(err)
		e.log.Warn("the archive does not work; numbers are exposed, but answers are "+meanwhile, "error", err, "remedy", works)
	case isFolder:
		go folder.SweepAndTell(ctx, e.log)
	}
	return opened, nil
}

// openSpool returns the spool that the settings name, or nil.
func (e *exporter) openSpool() (poller.Spool, error) {
	if e.config.Archive.Spool == "" {
		return nil, nil
	}
	spool, err := archive.OpenSpool(e.config.Archive.Spool, func(text string) { e.log.Warn("the spool of the archive", "warning", text) })
	if err != nil {
		return nil, fmt.Errorf("WXAPP_ARCHIVE_SPOOL: %w", err)
	}
	return spool, nil
}

// archiveDamaged logs what is damaged in the archive and does not stop it.
func (e *exporter) archiveDamaged(appid string, err error) {
	e.log.Warn("a part of the archive is damaged; the rest of it is used", "appid", appid, "error", err)
}
