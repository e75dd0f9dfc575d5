package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// demo runs the exporter against a simulated WeChat in this process: no account and
// no network are needed.
func demo(ctx context.Context, stdout, stderr io.Writer) error {
	settings, warnings, err := config.ReadDemo()
	if err != nil {
		return configurationError(err, warnings)
	}
	if settings.Archive == "" {
		folder, err := os.MkdirTemp("", "wxapp-demo-")
		if err != nil {
			return fmt.Errorf("make a folder for the demo's archive: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		settings.Archive = folder
	}

	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	exporter.sources = demoSources(exporter.metrics)
	exporter.listening = func(url string) {
		_, _ = fmt.Fprintf(stdout, demoText, url+settings.TelemetryPath, url+"/")
	}
	return exporter.run(ctx)
}

const demoText = `Demo: three made-up Mini Programs on a simulated WeChat.

  Metrics  %s
  Page     %s

Stop with Ctrl-C.
`

// demoSources returns made-up apps of several sizes.
func demoSources(metrics *collector.SelfMetrics) []poller.Source {
	simulated := &wechattest.Server{Apps: map[string]wechattest.App{
		"wxdemo0000000000c1": {Secret: "demo", Users: 40_000},
		"wxdemo0000000000c2": {Secret: "demo", Users: 6_000},
		"wxdemo0000000000c3": {Secret: "demo", Users: 400},
	}}
	names := map[string]string{
		"wxdemo0000000000c1": "鲜果到家",
		"wxdemo0000000000c2": "城市骑行",
		"wxdemo0000000000c3": "社区图书馆",
	}
	client := &http.Client{Transport: simulated}
	var sources []poller.Source
	for id, name := range names {
		sources = append(sources, poller.Source{
			App: collector.App{ID: id, Name: name},
			API: &wechat.Client{
				HTTP:    client,
				Observe: metrics.Observe,
				Tokens: &wechat.SecretTokens{
					AppID:   id,
					Secret:  func() (wechat.Secret, error) { return "demo", nil },
					HTTP:    client,
					Observe: metrics.Observe,
				},
			},
		})
	}
	return sources
}
