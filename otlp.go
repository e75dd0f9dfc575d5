package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// newPusher returns the pusher of the store and of the exporter's own metrics, and adds
// the metrics of the push to the latter. It returns nil if nothing is to be pushed.
func (e *exporter) newPusher(store *collector.Store, self *prometheus.Registry) (*otlp.Pusher, error) {
	config := e.config.OTLP
	if config == nil {
		return nil, nil
	}
	metrics := otlp.NewMetrics()
	self.MustRegister(metrics)
	push := *config
	push.WithoutLocations = !e.config.LocationInfo
	pusher, err := otlp.New(push, store, self, metrics, e.log)
	if err != nil {
		return nil, err
	}
	e.log.Info("pushing to an OpenTelemetry receiver", "endpoint", config.Endpoint.Redacted(), "protocol", config.Protocol, "interval", config.Interval)
	return pusher, nil
}
