package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
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
	return runDemo(ctx, stdout, stderr)
}

const pastOnly = "--past-only"

// runDemo runs the exporter against a simulated WeChat in this process: no account and
// no network are needed.
func runDemo(ctx context.Context, stdout, stderr io.Writer) error {
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
	simulated := demo.NewWeChat()
	exporter.apps = config.Reading{Apps: demo.Apps()}
	exporter.source = newSource(settings, &http.Client{Transport: simulated}, exporter.metrics)
	exporter.listening = func(url string) {
		_, _ = fmt.Fprintf(stdout, demoText, url+settings.TelemetryPath, url+"/")
	}
	ctx, cancel := context.WithCancel(ctx)
	wait := func() {}
	exporter.pastReady = make(chan struct{})
	exporter.started = func(store *collector.Store) {
		wait = demo.NewPast(exporter.archive, settings.Datasets, simulated, time.Now()).Follow(ctx, store, func(added int, err error) {
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
	added, err := demo.NewPast(exporter.archive, settings.Datasets, demo.NewWeChat(), time.Now()).Write(ctx)
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

// pastWritten logs that the demo's past is in the archive, or why not.
func (e *exporter) pastWritten(added int, err error) {
	switch {
	case err == nil:
		e.log.Info("the demo has a made-up past", "days", demo.PastDays, "answers_added", added)
	case !errors.Is(err, context.Canceled):
		e.log.Warn("the demo's past could not be made up", "error", err)
	}
}
