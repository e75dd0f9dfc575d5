package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// serve runs the exporter with the settings of the environment.
func serve(ctx context.Context, stderr io.Writer) error {
	settings, warnings, err := config.Read()
	if err != nil {
		return configurationError(err, warnings)
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr)
	if err != nil {
		return err
	}
	exporter.sources = newSources(settings, exporter.metrics)
	return exporter.run(ctx)
}

// configurationError returns an error with one line for each mistake in the settings. It
// lists the warnings too, because they may explain a mistake: an unknown WXAPP_SECRT is
// why WXAPP_SECRET is missing.
func configurationError(err error, warnings []string) error {
	const indent = "\n  "
	text := "invalid configuration:" + indent + strings.ReplaceAll(err.Error(), "\n", indent)
	if len(warnings) > 0 {
		text += "\nwarnings:" + indent + strings.Join(warnings, indent)
	}
	return errors.New(text)
}
