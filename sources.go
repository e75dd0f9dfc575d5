package main

import (
	"net/http"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// newHTTPClient returns the HTTP client for calls to WeChat.
func newHTTPClient(c config.Config) *http.Client {
	return wechat.NewHTTPClient(c.RequestTimeout, version.ComponentUserAgent("wxapp_exporter"))
}

// newSource returns what makes sources of apps, each with a client of WeChat's API of its
// own.
func newSource(c config.Config, client *http.Client, metrics *collector.SelfMetrics) func(config.App) poller.Source {
	return func(app config.App) poller.Source {
		return poller.Source{
			App: collector.App{ID: app.ID, Name: app.Name},
			API: c.NewClient(app, client, metrics.Observe),
		}
	}
}
