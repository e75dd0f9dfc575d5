package main

import (
	"context"
	"io"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// serve runs the exporter with the settings of the environment.
func serve(ctx context.Context, stderr io.Writer) error {
	settings, warnings, err := config.Read()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	exporter.sources = newSources(settings, newHTTPClient(settings), exporter.metrics)
	return exporter.run(ctx)
}
