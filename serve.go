package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// serve runs the exporter with the settings of the environment. SIGHUP reloads the apps,
// and never ends the exporter, not even while it starts or stops.
func serve(ctx context.Context, stderr io.Writer) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	settings, warnings, err := config.Read()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	exporter.source = newSource(settings, newHTTPClient(settings), exporter.metrics)
	exporter.readApps, exporter.hangups = config.ReadApps, hangups
	return exporter.run(ctx)
}
