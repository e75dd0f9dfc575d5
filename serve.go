package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// serve runs the exporter with the settings of the environment.
func serve(ctx context.Context, stderr io.Writer) error {
	config, warnings, err := readConfig()
	if err != nil {
		return settingsError(err)
	}
	exporter := newExporter(config, warnings, stderr)
	exporter.sources = newSources(config, exporter.metrics)
	return exporter.run(ctx)
}

// settingsError puts each mistake on a line of its own.
func settingsError(mistakes error) error {
	return fmt.Errorf("the settings are wrong:\n  %s", strings.ReplaceAll(mistakes.Error(), "\n", "\n  "))
}

// newSources returns the apps of the configuration with a client of WeChat each.
func newSources(c config, metrics *collector.ProcessMetrics) []collector.Source {
	client := wechat.NewHTTPClient(c.requestTimeout, version.ComponentUserAgent("wxapp_exporter"))
	var sources []collector.Source
	for _, app := range c.apps {
		sources = append(sources, collector.Source{
			App: collector.App{ID: app.id, Name: app.name},
			API: &wechat.Client{
				BaseURL: c.apiURL,
				HTTP:    client,
				Observe: metrics.Observe,
				Tokens: newTokens(app, &wechat.SecretTokens{
					AppID:    app.id,
					Secret:   func() (wechat.Secret, error) { return app.secret, nil },
					Endpoint: tokenEndpoint(c.tokenEndpoint),
					BaseURL:  c.apiURL,
					HTTP:     client,
					Observe:  metrics.Observe,
				}),
			},
		})
	}
	return sources
}

// newTokens returns where an app's tokens come from: bySecret, unless the app has
// another source.
func newTokens(app appConfig, bySecret *wechat.SecretTokens) wechat.TokenSource {
	switch {
	case app.tokenFile != "":
		return &wechat.FileTokens{Path: app.tokenFile}
	case app.tokenURL != "":
		return &wechat.URLTokens{URL: app.tokenURL, HTTP: bySecret.HTTP, Observe: bySecret.Observe}
	case app.secretFile != "":
		bySecret.Secret = func() (wechat.Secret, error) { return readSecretFile(app.secretFile) }
		return bySecret
	case app.secret != "":
		return bySecret
	default: // WXAPP_TOKEN_ENDPOINT=none
		return nil
	}
}

func tokenEndpoint(name string) wechat.TokenEndpoint {
	if name == "token" {
		return wechat.PlainToken
	}
	return wechat.StableToken
}
