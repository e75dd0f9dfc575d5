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

// newSources returns the apps of the configuration, each with a client of WeChat's API.
func newSources(c config.Config, client *http.Client, metrics *collector.SelfMetrics) []poller.Source {
	var sources []poller.Source
	for _, app := range c.Apps {
		sources = append(sources, poller.Source{
			App: collector.App{ID: app.ID, Name: app.Name},
			API: &wechat.Client{
				BaseURL: c.APIURL,
				HTTP:    client,
				Observe: metrics.Observe,
				Tokens: newTokens(app, &wechat.SecretTokens{
					AppID:    app.ID,
					Secret:   func() (wechat.Secret, error) { return app.Secret, nil },
					Endpoint: tokenEndpoint(c.TokenEndpoint),
					BaseURL:  c.APIURL,
					HTTP:     client,
					Observe:  metrics.Observe,
				}),
			},
		})
	}
	return sources
}

// newTokens returns where the tokens of an app come from: bySecret, unless the app has
// another source.
func newTokens(app config.App, bySecret *wechat.SecretTokens) wechat.TokenSource {
	switch {
	case app.TokenFile != "":
		return &wechat.FileTokens{Path: app.TokenFile}
	case app.TokenURL != "":
		return &wechat.URLTokens{URL: app.TokenURL, HTTP: bySecret.HTTP, Observe: bySecret.Observe}
	case app.SecretFile != "":
		bySecret.Secret = func() (wechat.Secret, error) { return config.ReadSecretFile(app.SecretFile) }
		return bySecret
	case app.Secret != "":
		return bySecret
	default: // config.NoToken
		return nil
	}
}

func tokenEndpoint(endpoint config.TokenEndpoint) wechat.TokenEndpoint {
	if endpoint == config.PlainToken {
		return wechat.PlainToken
	}
	return wechat.StableToken
}
