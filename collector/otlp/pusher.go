// Package otlp pushes what /metrics shows to an OpenTelemetry receiver: every series,
// under the same name and with the same labels.
//
// Receivers refuse messages over 4 MiB, so a push is cut into batches. They also refuse
// old points, so points are stamped with the time at which their batch is made.
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

// Pusher pushes the snapshots of a Store and the metrics of the exporter itself.
type Pusher struct {
	config   Config
	exporter exporter
	series   *series
	outcomes *outcomes
}

// Status returns how the last push ended; before the first one it has only the endpoint.
// That of a nil Pusher, which pushes nothing, is empty. It may be called from any goroutine.
func (p *Pusher) Status() collector.PushStatus {
	var status collector.PushStatus
	if p == nil {
		return status
	}
	if last := p.outcomes.status.Load(); last != nil {
		status = *last
	}
	status.Endpoint = p.config.Endpoint.Redacted()
	return status
}

// New returns a Pusher of the snapshots in store and of the metrics of the exporter
// itself, which self gathers. Pushes and failures are counted in metrics. They are logged
// when they begin to fail and when they succeed again. New does not connect yet.
func New(config Config, store *collector.Store, self prometheus.Gatherer, metrics *Metrics, logger *slog.Logger) (*Pusher, error) {
	outcomes := newOutcomes(config, metrics, logger)
	exporter, err := newExporter(config, outcomes.attempt)
	if err != nil {
		return nil, fmt.Errorf("make a client for the OpenTelemetry receiver: %w", err)
	}
	return &Pusher{
		config:   config,
		exporter: exporter,
		series:   newSeries(store, newSelfMetrics(self, outcomes.gathered), !config.WithoutLocations),
		outcomes: outcomes,
	}, nil
}

// Run pushes once per interval until the context ends, and then once more. That last
// push takes at most StopTimeout. Nothing is pushed before restored is closed: it would be a
// part of the apps only.
func (p *Pusher) Run(ctx context.Context, restored <-chan struct{}) {
	ended, cancel := context.WithCancel(context.WithoutCancel(ctx))
	cancel()
	defer func() { _ = p.exporter.Shutdown(ended) }() // closes the connection, and waits for nothing
	ticker := time.NewTicker(p.config.Interval)
	defer ticker.Stop()
	select {
	case <-restored:
	case <-ctx.Done():
		select {
		case <-restored: // both: there is something to push
		default:
			return
		}
	}
	for ctx.Err() == nil {
		select {
		case <-ticker.C:
			p.push(ctx)
		case <-ctx.Done():
		}
	}
	timeout := p.config.StopTimeout
	flush, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), timeout, fmt.Errorf("no success within the %s that the program waits before it stops", timeout))
	defer cancel()
	p.push(flush)
}

// push sends all points as they are now. If the receiver does not answer about a batch in
// time, the remaining ones are not sent: each would wait as long, and the next push has
// newer points. A batch that is refused does not affect the others.
func (p *Pusher) push(ctx context.Context) {
	down := false
	for batch := range p.series.batches(ctx) {
		err := errNotSent
		if !down {
			err, down = p.send(ctx, batch)
		}
		if errors.Is(ctx.Err(), context.Canceled) {
			p.outcomes.discard()
			return // the program stops, and Run pushes once more
		}
		p.outcomes.batch(err)
	}
	p.outcomes.end()
}

// send sends one batch. It reports whether the time ran out before the receiver accepted
// or refused it.
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
