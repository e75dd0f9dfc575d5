package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/stop"
)

func demoCommand() arguments.Command {
	return arguments.Command{
		Name:    "demo",
		Summary: "run the exporter against a simulated WeChat, without an account",
		About: `Runs the exporter with three made-up Mini Programs on a simulated WeChat, with a past of 60 days. It
needs no account and no network. Settings of accounts are ignored, and the answers are kept in a
temporary folder unless WXAPP_ARCHIVE is set.
`,
		Define: func(set *arguments.Set) arguments.Action {
			pastOnly := set.Switch("past-only", "write the made-up past into the folder of WXAPP_ARCHIVE, and end.")
			return func(ctx context.Context, stdout, stderr io.Writer) error {
				if *pastOnly {
					return makePast(ctx, stderr)
				}
				return runDemo(ctx, stdout, stderr)
			}
		},
	}
}

// runDemo runs the exporter against a simulated WeChat in this process.
func runDemo(ctx context.Context, stdout, stderr io.Writer) error {
	settings, warnings, err := config.ReadDemo()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	ctx = stop.AtHangup(ctx) // or the folder stays
	if settings.Archive.None() {
		folder, err := os.MkdirTemp("", "wxapp-demo-")
		if err != nil {
			return fmt.Errorf("create a folder for the demo's archive: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		settings.Archive.Folder = folder
	}
	settings.Apps = demo.Apps()
	simulated, pastReady := demo.NewWeChat(), make(chan struct{})
	exporter, err := newExporter(ctx, settings, warnings, stderr, wiring{
		client: &http.Client{Transport: simulated},
		listening: func(url string) {
			_, _ = fmt.Fprintf(stdout, demoText, url+settings.TelemetryPath, url+"/")
		},
		pastReady: pastReady,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	past := demo.NewPast(exporter.archive, settings.Datasets, simulated, time.Now())
	wait := past.Follow(ctx, exporter.store, func(added int, err error) {
		exporter.pastWritten(added, err)
		close(pastReady)
	})
	defer wait() // the folder must not go before
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
		return errors.New("demo --past-only needs an archive; set WXAPP_ARCHIVE to a folder for the demo")
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr, wiring{})
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
		e.log.Info("wrote the demo's made-up past", "days", demo.PastDays, "answers_added", added)
	case !errors.Is(err, context.Canceled):
		e.log.Warn("the demo's made-up past could not be written", "error", err)
	}
}
