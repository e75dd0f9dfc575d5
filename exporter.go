package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// stopTimeout bounds the time in which scrapes that are under way may end when the
// program stops.
const stopTimeout = 4 * time.Second

// exporter is the whole of the running program: it polls and it serves.
type exporter struct {
	config  config.Config
	sources []collector.Source
	archive collector.Archive
	metrics *collector.ProcessMetrics
	log     *slog.Logger
	// toolkitLog is without the lines in which the exporter toolkit says at every start
	// what log says already.
	toolkitLog *slog.Logger
	// listening is told the address when it is bound. May be nil.
	listening func(url string)
}

// newExporter returns an exporter without apps.
func newExporter(c config.Config, warnings []string, stderr io.Writer) *exporter {
	e := &exporter{
		config:     c,
		metrics:    collector.NewProcessMetrics(),
		log:        newLogger(stderr, c.LogFormat, c.LogLevel),
		toolkitLog: newLogger(stderr, c.LogFormat, max(c.LogLevel, slog.LevelWarn)),
	}
	for _, warning := range warnings {
		e.log.Warn("configuration warning", "warning", warning)
	}
	e.archive = e.openArchive()
	return e
}

// openArchive returns the archive of the configuration, or none. A folder that cannot
// be written may be mended while the exporter runs.
func (e *exporter) openArchive() collector.Archive {
	if e.config.Archive == "" {
		e.log.Warn("no archive: a restart loses the numbers, and WeChat keeps those of two days only",
			"remedy", "set WXAPP_ARCHIVE to a folder")
		return collector.NoArchive{}
	}
	folder := archive.Folder{Path: e.config.Archive}
	if err := folder.Check(); err != nil {
		e.metrics.ArchiveWritten(err)
		e.log.Warn("the archive cannot be written; numbers are shown, but a restart may lose them", "error", err,
			"remedy", "make the folder that WXAPP_ARCHIVE names writable, or set WXAPP_ARCHIVE to one that is")
	}
	return folder
}

// run polls and serves until the context ends.
func (e *exporter) run(ctx context.Context) error {
	store, live := &collector.Store{WithoutLocations: !e.config.LocationInfo}, e.liveMetrics()
	pusher, err := e.newPusher(store, live)
	if err != nil {
		return err
	}
	restored := make(chan struct{})
	handler, err := e.handler(store, live, restored)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", e.config.ListenAddress)
	if err != nil {
		return fmt.Errorf("WXAPP_LISTEN_ADDRESS: cannot listen on %s; free the port or choose another: %w", e.config.ListenAddress, err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
		ConnContext:       exposition.ConnContext,
	}
	e.log.Info("listening", "address", listener.Addr().String(), "apps", len(e.sources), "version", version.Version)
	if e.listening != nil {
		e.listening(e.url(listener.Addr()))
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts sync.WaitGroup
	parts.Go(func() { e.poller(store).Run(ctx, func() { close(restored) }) })
	if pusher != nil {
		parts.Go(func() { pusher.Run(ctx) })
	}
	served := make(chan error, 1)
	parts.Go(func() {
		served <- toolkit.Serve(listener, server, &toolkit.FlagConfig{WebConfigFile: &e.config.WebConfigFile}, e.toolkitLog)
		cancel()
	})

	<-ctx.Done()
	stopping, stopped := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer stopped()
	if err := server.Shutdown(stopping); err != nil {
		_ = server.Close()
	}
	parts.Wait()
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	e.log.Info("stopped")
	return nil
}

func (e *exporter) poller(store *collector.Store) *collector.Poller {
	return &collector.Poller{
		Sources: e.sources,
		Schedule: collector.Schedule{
			Ranges:       e.config.Ranges,
			PublishHour:  e.config.PublishHour,
			PollInterval: e.config.PollInterval,
		},
		Dimensions: e.config.Dimensions,
		Top:        e.config.Top,
		MaxAge:     e.config.MaxAge,
		Store:      store,
		Archive:    e.archive,
		Metrics:    e.metrics,
		Logger:     e.log,
	}
}

// liveMetrics returns the metrics of the whole program, which change all the time.
func (e *exporter) liveMetrics() *prometheus.Registry {
	live := prometheus.NewRegistry()
	live.MustRegister(
		e.metrics,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		versioncollector.NewCollector("wxapp_exporter"),
	)
	return live
}

// handler serves the store. Metrics wait until what is in the archive is restored:
// without the series of the apps, a scrape would make Prometheus take them for gone.
func (e *exporter) handler(store *collector.Store, live prometheus.Gatherer, restored <-chan struct{}) (http.Handler, error) {
	metrics, err := exposition.New(store, live, e.logOnce("metrics of the process are left out of scrapes"))
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
	site := &web.Site{
		Apps:          len(e.sources),
		Store:         store,
		TelemetryPath: e.config.TelemetryPath,
		Version:       version.Version,
	}
	site.Register(mux)
	return mux, nil
}

// logOnce returns a function that logs errors, but not the same one twice in a row:
// what fails in a scrape fails in the next one, too.
func (e *exporter) logOnce(message string) func(error) {
	var last atomic.Value
	return func(err error) {
		if last.Swap(err.Error()) != err.Error() {
			e.log.Error(message, "error", err)
		}
	}
}

// url returns the address at which a browser on this machine finds the exporter.
func (e *exporter) url(bound net.Addr) string {
	address := bound.(*net.TCPAddr)
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(address.Port)))
}
