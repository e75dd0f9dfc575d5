package otlp

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// pushing is a Pusher and all that it reads and writes.
type pushing struct {
	*Pusher
	store *collector.Store
	self  *prometheus.Registry
	log   *bytes.Buffer // lines of the level INFO and above
	// attemptFailed is called when an attempt to send a batch has failed.
	attemptFailed func()
}

// newPushing returns a Pusher. Fields of the configuration that are not set are filled in.
func newPushing(t *testing.T, store *collector.Store, endpoint string, config Config) *pushing {
	t.Helper()
	var err error
	if config.Endpoint, err = url.Parse(endpoint); err != nil {
		t.Fatal(err)
	}
	if config.Protocol == "" {
		config.Protocol = GRPC
	}
	if config.Timeout == 0 {
		config.Timeout = time.Minute
	}
	if config.Interval == 0 {
		config.Interval = time.Minute
	}
	if config.StopTimeout == 0 {
		config.StopTimeout = 2 * time.Second
	}
	config.Version = "1.2.3"
	config.Resource = resource.NewSchemaless(attribute.String("service.name", "wxapp_exporter"))

	metrics, api := NewMetrics(), collector.NewSelfMetrics()
	api.Observe(wechat.Exchange{Endpoint: wechat.EndpointToken, Code: "0", Duration: 70 * time.Millisecond})
	self := prometheus.NewRegistry()
	self.MustRegister(metrics, api, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	p := &pushing{store: store, self: self, log: &bytes.Buffer{}, attemptFailed: func() {}}
	lines := slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelInfo})
	logger := slog.New(&attemptWatcher{lines, func() { p.attemptFailed() }})
	if p.Pusher, err = New(config, store, self, metrics, logger); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.exporter.Shutdown(context.Background()) })
	return p
}

// attemptWatcher is a handler of log lines that looks out for failed attempts to send.
type attemptWatcher struct {
	slog.Handler
	failed func()
}

func (w *attemptWatcher) Enabled(context.Context, slog.Level) bool { return true }

func (w *attemptWatcher) Handle(ctx context.Context, line slog.Record) error {
	if line.Message == "OTLP export attempt failed" {
		w.failed()
	}
	if !w.Handler.Enabled(ctx, line.Level) {
		return nil
	}
	return w.Handler.Handle(ctx, line)
}

func (w *attemptWatcher) WithAttrs(attributes []slog.Attr) slog.Handler {
	return &attemptWatcher{w.Handler.WithAttrs(attributes), w.failed}
}

// pushUntilFailed pushes. When the first attempt has failed, the time for the push is over.
func (p *pushing) pushUntilFailed(t *testing.T) {
	t.Helper()
	ctx := newManualDeadline(t.Context())
	p.attemptFailed = ctx.pass
	defer func() { p.attemptFailed = func() {} }()
	p.push(ctx)
}

// manualDeadline is a context whose deadline passes when a test says so, and not after a
// time in which a busy machine may or may not get anywhere.
type manualDeadline struct {
	context.Context
	passed chan struct{}
	pass   func()
}

func newManualDeadline(parent context.Context) *manualDeadline {
	passed := make(chan struct{})
	return &manualDeadline{parent, passed, sync.OnceFunc(func() { close(passed) })}
}

func (d *manualDeadline) Done() <-chan struct{} { return d.passed }

func (d *manualDeadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// smallBatch is a limit with which the points of one app fill many batches.
const smallBatch = 500

// inSmallBatches makes the batches small and returns how many a push has.
func (p *pushing) inSmallBatches(t *testing.T) (batches int) {
	t.Helper()
	p.series.batch.limit = smallBatch
	for range p.series.batches(t.Context()) {
		batches++
	}
	return batches
}

// counted returns the values of the metrics of the push.
func (p *pushing) counted(t *testing.T) map[string]float64 {
	t.Helper()
	values := gathered(t, p.self)
	maps.DeleteFunc(values, func(name string, _ float64) bool { return !strings.HasPrefix(name, "wxapp_otlp_") })
	return values
}

// check compares the metrics of the push. A last success of -1 stands for any time.
func (p *pushing) check(t *testing.T, want map[string]float64) {
	t.Helper()
	got := p.counted(t)
	const success = "wxapp_otlp_last_success_timestamp_seconds{}"
	if _, ok := got[success]; ok {
		got[success] = -1
	}
	if !maps.Equal(got, want) {
		t.Errorf("the metrics are %v, want %v\n%s", got, want, p.log)
	}
}

func counts(exports, failures, rejected float64) map[string]float64 {
	return map[string]float64{
		"wxapp_otlp_exports_total{}":         exports,
		"wxapp_otlp_export_failures_total{}": failures,
		"wxapp_otlp_rejected_points_total{}": rejected,
	}
}

func succeeded(counts map[string]float64) map[string]float64 {
	counts["wxapp_otlp_last_success_timestamp_seconds{}"] = -1
	return counts
}

const (
	failed    = `level=WARN msg="OTLP export failed"`
	recovered = `level=INFO msg="OTLP export succeeds again"`
)

// checkLog compares the log lines, in their order, with words that each has to contain.
func (p *pushing) checkLog(t *testing.T, want ...string) {
	t.Helper()
	lines := strings.SplitAfter(p.log.String(), "\n")
	lines = lines[:len(lines)-1]
	if len(lines) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(lines), len(want), p.log)
	}
	for i, line := range lines {
		if !strings.Contains(line, want[i]) {
			t.Errorf("got the line %s, want %q in it", line, want[i])
		}
	}
}

// storeOf returns a Store of some apps, all with the numbers of the same one.
func storeOf(t testing.TB, apps int) *collector.Store {
	t.Helper()
	app := collector.App{ID: "wx0123456789abcdef", Name: "茶馆"}
	return collectortest.Store(collectortest.Everything(t, &wechattest.Server{}, app), apps)
}
