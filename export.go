package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
)

// exportCommand writes the archive as OpenMetrics.
func exportCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	parsed, err := export.ParseArguments(args)
	if err != nil {
		return err
	}
	settings, warnings, err := config.ReadExport()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	line := progress.NewLine(stderr)
	for _, warning := range warnings {
		line.Warn(warning)
	}
	kept, err := archiveToRead(ctx, settings)
	if err != nil {
		return err
	}
	names := demo.Names()
	for _, app := range settings.Apps {
		names[app.ID] = app.Name
	}
	apps, err := export.Apps(ctx, kept, names, parsed.Apps)
	switch {
	case errors.Is(err, export.ErrUnknownApp):
		return fmt.Errorf("--app: %w", err)
	case err != nil:
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	exported, err := export.New(ctx, export.Options{
		Archive: kept, Apps: apps,
		Datasets: settings.Datasets, Ranges: settings.Ranges, Dimensions: settings.Dimensions, Top: settings.Top, MaxAge: settings.MaxAge,
		Locations: settings.LocationInfo,
		Labels:    parsed.Labels, Every: parsed.Every, Now: time.Now(),
		Damaged: export.DamagedOnce(line.Warn),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	if exported.Bounds().From.IsZero() {
		return fmt.Errorf("%s: the archive has no answers to export", settings.Archive.Setting)
	}
	return parsed.Write(ctx, exported, stdout, line)
}

// archiveToRead returns the archive of the configuration. Nothing is written to it.
func archiveToRead(ctx context.Context, c config.Config) (archive.Archive, error) {
	if c.Archive.None() {
		return archive.Archive{}, errors.New("WXAPP_ARCHIVE: is empty; set it to the folder of the archive")
	}
	bucket, err := newBucket(c.Archive)
	if err != nil {
		return archive.Archive{}, err
	}
	kept := archive.Archive{Bucket: bucket}
	switch err := kept.Check(ctx); {
	case errors.Is(err, archive.ErrVersion):
		return kept, fmt.Errorf("%s: %w; export it with that version", c.Archive.Setting, err)
	case err != nil:
		return kept, fmt.Errorf("%s: %w", c.Archive.Setting, err)
	}
	return kept, nil
}
