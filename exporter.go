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

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// stopTimeout is how long running scrapes may take to end when the program stops.
const stopTimeout = 4 * time.Second

// exporter is the running program: it polls and serves.
type exporter struct {
	config  config.Config
	sources []poller.Source
	archive poller.Archive
	metrics *collector.SelfMetrics
	log     *slog.Logger
	// toolkitLog drops info lines: log already has what the exporter toolkit logs at
	// every start.
	toolkitLog *slog.Logger
	// listening is called with the address once it is bound. May be nil.
	listening func(url string)
	// started is told the store before anything is put into it. May be nil.
	started   func(store *collector.Store)
	pastReady chan struct{} // closed when the archive holds its past; nil: it always does
}

// newExporter returns an exporter without apps.
func newExporter(ctx context.Context, c config.Config, warnings []string, stderr io.Writer) (*exporter, error) {
	e := &exporter{
		config:     c,
		metrics:    collector.NewSelfMetrics(),
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
	handler, err := e.handler(store, self, restored, polling, pusher)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", e.config.ListenAddress)
	if err != nil {
		return fmt.Errorf("WXAPP_LISTEN_ADDRESS: cannot listen on %s; free the port or choose another: %w", e.config.ListenAddress, err)
	}
	server := web.NewServer(handler, web.DefaultLimits(), slog.NewLogLogger(e.log.Handler(), slog.LevelDebug))
	server.ConnContext = exposition.ConnContext
	e.log.Info("listening", "address", listener.Addr().String(), "apps", len(e.sources), "version", version.Version)
	if e.listening != nil {
		e.listening(e.url(listener.Addr()))
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
		return errors.Join(fmt.Errorf("serve: %w", err), <-polled)
	}
	e.log.Info("stopped")
	return <-polled
}

func (e *exporter) poller(store *collector.Store) *poller.Poller {
	p := poller.New(poller.Options{
		Schedule: poller.Schedule{
			Ranges:       e.config.Ranges,
			PublishHour:  e.config.PublishHour,
			PollInterval: e.config.PollInterval,
		},
		Dimensions: e.config.Dimensions,
		Top:        e.config.Top,
		PastReady:  e.pastReady,
		MaxAge:     e.config.MaxAge,
		Store:      store,
		Archive:    e.archive,
		Metrics:    e.metrics,
		Logger:     e.log,
	})
	for _, source := range e.sources {
		p.Add(source)
	}
	return p
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
func (e *exporter) handler(store *collector.Store, self prometheus.Gatherer, restored <-chan struct{}, polling *poller.Poller, pusher *otlp.Pusher) (http.Handler, error) {
	metrics, err := exposition.New(store, self, exposition.Options{
		WithoutLocations: !e.config.LocationInfo,
		OnError:          e.logOnce("some metrics of the exporter itself are missing from scrapes"),
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
	return mux, nil
}

// logOnce returns a function that logs errors, but not the same error twice in a row:
// what fails in one scrape usually fails in the next one, too.
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
