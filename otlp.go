package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// newPusher returns what pushes the store and the live metrics, and adds its own metrics
// to the live ones. It returns nil when nothing is to be pushed.
func (e *exporter) newPusher(store *collector.Store, live *prometheus.Registry) (*otlp.Pusher, error) {
	config := e.config.OTLP
	if config == nil {
		return nil, nil
	}
	metrics := collector.NewOTLPMetrics()
	live.MustRegister(metrics)
	pusher, err := otlp.New(*config, store, live, metrics, e.log)
	if err != nil {
		return nil, err
	}
	e.log.Info("pushing to an OpenTelemetry receiver", "endpoint", config.Endpoint.Redacted(), "protocol", config.Protocol, "interval", config.Interval)
	return pusher, nil
}
