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
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/export"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
)

func exportCommand() arguments.Command {
	return arguments.Command{
		Name:    "export",
		Summary: "write the archive as OpenMetrics with timestamps",
		About: `Writes the archive of WXAPP_ARCHIVE or WXAPP_ARCHIVE_CONFIG_FILE as OpenMetrics with timestamps: the
numbers that /metrics has shown, for promtool tsdb create-blocks-from openmetrics and other
importers. It needs no account. The current values of WXAPP_DATASETS, WXAPP_RANGES,
WXAPP_DIMENSIONS, WXAPP_TOP and WXAPP_MAX_AGE apply.
`,
		Notes: `Damaged answers are skipped with a warning. The exit code is 0 if everything else was written,
otherwise 1.
`,
		Define: func(set *arguments.Set) arguments.Action {
			parsed := export.Define(set)
			return func(ctx context.Context, stdout, stderr io.Writer) error {
				chosen, err := parsed()
				if err != nil {
					return err
				}
				return exportArchive(ctx, chosen, stdout, stderr)
			}
		},
	}
}

// exportArchive writes the archive as OpenMetrics.
func exportArchive(ctx context.Context, chosen export.Arguments, stdout, stderr io.Writer) error {
	settings, warnings, err := config.ReadExport()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	line := progress.NewLine(stderr)
	for _, warning := range warnings {
		line.Warn(warning)
	}
	kept, err := archiveToRead(ctx, settings.Archive, line.Warn)
	if err != nil {
		return err
	}
	line.Note(settings.ShardNote(chosen.Apps))
	names := demo.Names()
	for _, app := range settings.Apps {
		names[app.ID] = app.Name
	}
	apps, traces, err := export.Apps(ctx, kept, settings.Shard, names, chosen.Apps)
	switch {
	case errors.Is(err, export.ErrUnknownApp):
		return fmt.Errorf("--app: %w", err)
	case err != nil:
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	if err := settings.CheckShard(chosen.Apps); err != nil {
		return err
	}
	exported, err := export.New(ctx, export.Options{
		Archive: kept, Apps: apps, Shard: settings.Shard, Traces: traces,
		Datasets: settings.Datasets, Dimensions: settings.Dimensions, Top: settings.Top, MaxAge: settings.MaxAge,
		Locations: settings.LocationInfo,
		Labels:    chosen.Labels, Every: chosen.Every, Now: time.Now(),
		Damaged: export.DamagedOnce(line.Warn),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	if exported.Bounds().From.IsZero() {
		return fmt.Errorf("%s: nothing to export: the archive has no answers%s", settings.Archive.Setting, settings.OfShard())
	}
	return chosen.Write(ctx, exported, stdout, line)
}

// archiveToRead returns the archive of the settings. Nothing is written to it.
func archiveToRead(ctx context.Context, settings config.Archive, warn func(text string)) (archive.Archive, error) {
	bucket, err := neededBucket(settings)
	if err != nil {
		return archive.Archive{}, err
	}
	if folder, ok := bucket.(archive.Folder); ok {
		if missing, _ := folder.Makeable(); missing { // whether or not it could be made
			return archive.Archive{}, fmt.Errorf("%s: the folder %s does not exist; set it to the folder in which the exporter keeps the answers", settings.Setting, settings.Folder)
		}
	}
	kept := archive.Archive{Bucket: bucket, Notices: archive.NewWarnings(warn)}
	switch err := kept.Check(ctx); {
	case errors.Is(err, archive.ErrVersion):
		return kept, fmt.Errorf("%s: %w; export it with that version", settings.Setting, err)
	case err != nil:
		return kept, brokenArchive(settings, err)
	}
	return kept, nil
}
