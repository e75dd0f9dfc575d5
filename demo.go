package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/history"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// demoCommand runs the demo, or makes its past only.
func demoCommand(ctx context.Context, arguments []string, stdout, stderr io.Writer) error {
	for i, argument := range arguments {
		if i > 0 || argument != pastOnly {
			return unknownArgument(argument)
		}
	}
	if len(arguments) > 0 {
		return makePast(ctx, stderr)
	}
	return demo(ctx, stdout, stderr)
}

const pastOnly = "--past-only"

// demo runs the exporter against a simulated WeChat in this process: no account and
// no network are needed.
func demo(ctx context.Context, stdout, stderr io.Writer) error {
	settings, warnings, err := config.ReadDemo()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	if settings.Archive.None() {
		folder, err := os.MkdirTemp("", "wxapp-demo-")
		if err != nil {
			return fmt.Errorf("make a folder for the demo's archive: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		settings.Archive.Folder = folder
	}

	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	simulated := newSimulatedWeChat()
	exporter.apps = config.Reading{Apps: demoApps()}
	exporter.source = newSource(settings, &http.Client{Transport: simulated}, exporter.metrics)
	exporter.listening = func(url string) {
		_, _ = fmt.Fprintf(stdout, demoText, url+settings.TelemetryPath, url+"/")
	}
	ctx, cancel := context.WithCancel(ctx)
	wait := func() {}
	exporter.pastReady = make(chan struct{})
	exporter.started = func(store *collector.Store) {
		wait = demoPast(exporter, simulated).Follow(ctx, store, func(added int, err error) {
			exporter.pastWritten(added, err)
			close(exporter.pastReady)
		})
	}
	defer func() { wait() }() // the folder must not go before
	defer cancel()
	return exporter.run(ctx)
}

// makePast writes the demo's past into the archive of the settings and ends.
func makePast(ctx context.Context, stderr io.Writer) error {
	settings, warnings, err := config.ReadDemo()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	if settings.Archive.None() {
		return errors.New("demo " + pastOnly + " needs an archive; set WXAPP_ARCHIVE to a folder for the demo")
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	added, err := demoPast(exporter, newSimulatedWeChat()).Write(ctx)
	if err != nil {
		return err
	}
	exporter.pastWritten(added, nil)
	return nil
}

const demoText = `Demo: three made-up Mini Programs on a simulated WeChat.

  Metrics  %s
  Page     %s

Stop with Ctrl-C.
`

// newSimulatedWeChat returns a WeChat with made-up apps of several sizes.
func newSimulatedWeChat() *wechattest.Server {
	return &wechattest.Server{Apps: map[string]wechattest.App{
		"wxdemo0000000000c1": {Secret: "demo", Users: 40_000},
		"wxdemo0000000000c2": {Secret: "demo", Users: 6_000},
		"wxdemo0000000000c3": {Secret: "demo", Users: 400},
	}}
}

// demoApps returns the made-up apps.
func demoApps() []config.App {
	var apps []config.App
	for id, name := range demoNames() {
		apps = append(apps, config.App{ID: id, Name: name, Secret: "demo"})
	}
	return apps
}

// pastDays is how many made-up days the demo's archive begins with.
const pastDays = 60

// demoPast returns the made-up days before now.
func demoPast(e *exporter, simulated *wechattest.Server) history.Past {
	return history.Past{
		Archive:  e.archive,
		Apps:     slices.Sorted(maps.Keys(demoNames())),
		Days:     pastDays,
		Datasets: e.config.Datasets,
		Now:      time.Now(),
		Portrait: func(appid string, w wechat.Window, at time.Time) []byte {
			return simulated.PortraitAt(appid, w.End.Begin(), int(w.Range), at)
		},
		Report: func(endpoint, appid string, day wechat.Day, at time.Time) []byte {
			return simulated.ReportAt(endpoint, appid, day.Begin(), at)
		},
	}
}

// pastWritten logs that the demo's past is in the archive, or why not.
func (e *exporter) pastWritten(added int, err error) {
	switch {
	case err == nil:
		e.log.Info("the demo has a made-up past", "days", pastDays, "answers_added", added)
	case !errors.Is(err, context.Canceled):
		e.log.Warn("the demo's past could not be made up", "error", err)
	}
}

// demoNames returns the names of the made-up apps.
func demoNames() map[string]string {
	return map[string]string{
		"wxdemo0000000000c1": "鲜果到家",
		"wxdemo0000000000c2": "城市骑行",
		"wxdemo0000000000c3": "社区图书馆",
	}
}
