// Package otlp pushes what /metrics shows to an OpenTelemetry receiver: every series,
// under the same name and with the same labels.
//
// Receivers refuse messages over 4 MiB, so a push is cut into batches. Points are
// stamped with the time at which their batch is made, since receivers refuse others.
package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// flushTimeout bounds the last push, which is made when the program stops.
const flushTimeout = 2 * time.Second

var errFlushTimeout = fmt.Errorf("the program stops and waits no longer than %s", flushTimeout)

// Pusher pushes the snapshots of a Store and the process-wide metrics.
type Pusher struct {
	config   Config
	exporter exporter
	series   *series
	report   *report
}

// New returns a Pusher of the snapshots in store and of the metrics that process
// gathers. What it sends, and what fails, is counted in metrics and, when it begins to
// fail and when it succeeds again, logged. It does not connect yet.
func New(config Config, store *collector.Store, process prometheus.Gatherer, metrics *collector.OTLPMetrics, logger *slog.Logger) (*Pusher, error) {
	exporter, err := newExporter(config)
	if err != nil {
		return nil, fmt.Errorf("make a client for the OpenTelemetry receiver: %w", err)
	}
	report := newReport(config, metrics, logger)
	return &Pusher{
		config:   config,
		exporter: exporter,
		series:   newSeries(store, newProcessMetrics(process, report.gathered)),
		report:   report,
	}, nil
}

// Run pushes once per interval until the context ends, and then once more. That last
// push takes at most 2 s.
func (p *Pusher) Run(ctx context.Context) {
	ticker := time.NewTicker(p.config.Interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ticker.C:
			p.push(ctx)
		case <-ctx.Done():
		}
	}
	flush, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), flushTimeout, errFlushTimeout)
	defer cancel()
	p.push(flush)
	_ = p.exporter.Shutdown(flush) // closes the connection: nobody is left to tell
}

// push sends all points as they are now. When one batch has waited for the receiver in
// vain, the others are not sent: each would wait as long, and the next push brings
// newer points. A batch that is refused leaves the others alone.
func (p *Pusher) push(ctx context.Context) {
	down := false
	for batch := range p.series.batches(ctx) {
		err := errNotSent
		if !down {
			err, down = p.send(ctx, batch)
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			p.report.abandon()
			return // the program stops: Run pushes once more
		}
		p.report.batch(err)
	}
	p.report.end()
}

// send sends one batch. It reports whether the receiver was waited for in vain.
func (p *Pusher) send(ctx context.Context, batch []metricdata.Metrics) (err error, down bool) {
	timeout := p.config.Timeout
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no success within %s", timeout))
	defer cancel()
	err = p.exporter.Export(ctx, &metricdata.ResourceMetrics{
		Resource: p.config.Resource,
		ScopeMetrics: []metricdata.ScopeMetrics{{
			Scope:   instrumentation.Scope{Name: scopeName, Version: p.config.Version},
			Metrics: batch,
		}},
	})
	return err, err != nil && ctx.Err() != nil
}
