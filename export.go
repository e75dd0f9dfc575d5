package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/history"
)

const exportUsage = `Writes the archive of WXAPP_ARCHIVE or WXAPP_ARCHIVE_CONFIG_FILE as OpenMetrics with
timestamps: the numbers that /metrics has shown, for promtool tsdb create-blocks-from openmetrics
and other importers. No account is needed. WXAPP_DATASETS, WXAPP_RANGES,
WXAPP_DIMENSIONS, WXAPP_TOP and WXAPP_MAX_AGE count as they are set now.

Usage: wxapp_exporter export [--output DIR] [--from DAY] [--to DAY] [arguments]

  --output DIR        write a file per slice into this folder. One that is there is skipped, so
                      that a stopped export continues. Without it, one slice at most is written
                      to standard output.
  --from DAY          begin with this day in Shanghai, such as 2026-11-24, or at a time such as
                      2026-11-24T10:00:00+08:00. Default: the first answer.
  --to DAY            end with this day, or at a time. Default: now. With --output, whole slices
                      are written.
  --slice DURATION    length of a slice, 1h to 744h. Default: 24h, a day in Shanghai.
  --every DURATION    how often a sample is repeated until the next answer, 1m to 24h. Default: 1h.
  --label NAME=VALUE  put a label on every series, such as job=wxapp. Can be repeated.
  --app APPID         only this app. Can be repeated.

Damaged answers are skipped with a warning. The exit code is 0 when all of the rest was written,
and 1 when not.
`

// exportCommand writes the archive as OpenMetrics.
func exportCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	parsed, err := history.ParseExportArguments(args)
	if errors.Is(err, arguments.ErrHelp) {
		_, err := io.WriteString(stdout, exportUsage)
		return err
	}
	if err != nil {
		return err
	}
	settings, warnings, err := config.ReadExport()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	line := history.NewProgressLine(stderr)
	for _, warning := range warnings {
		line.Warn(warning)
	}
	kept, err := archiveToRead(ctx, settings)
	if err != nil {
		return err
	}
	names := demoNames()
	for _, app := range settings.Apps {
		names[app.ID] = app.Name
	}
	apps, err := history.Apps(ctx, kept, names, parsed.Apps)
	switch {
	case errors.Is(err, history.ErrUnknownApp):
		return fmt.Errorf("--app: %w", err)
	case err != nil:
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	export, err := history.New(ctx, history.Options{
		Archive: kept, Apps: apps,
		Datasets: settings.Datasets, Ranges: settings.Ranges, Dimensions: settings.Dimensions, Top: settings.Top, MaxAge: settings.MaxAge,
		Locations: settings.LocationInfo,
		Labels:    parsed.Labels, Every: parsed.Every, Now: time.Now(),
		Damaged: history.DamagedOnce(line.Warn),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	if export.Bounds().From.IsZero() {
		return fmt.Errorf("%s: the archive has no answers to export", settings.Archive.Setting)
	}
	return parsed.Write(ctx, export, stdout, line)
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
