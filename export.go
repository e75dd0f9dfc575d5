package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/history"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const exportUsage = `Writes the archive of WXAPP_ARCHIVE or WXAPP_ARCHIVE_CONFIG_FILE as OpenMetrics with
timestamps: the numbers that /metrics has shown, for promtool tsdb create-blocks-from openmetrics
and other importers. No account is needed. WXAPP_RANGES, WXAPP_DIMENSIONS, WXAPP_TOP and
WXAPP_MAX_AGE count as they are set now.

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
func exportCommand(ctx context.Context, arguments []string, stdout, stderr io.Writer) error {
	parsed, err := parseExportArguments(arguments)
	if errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, exportUsage)
		return err
	}
	if err != nil {
		return err
	}
	settings, warnings, err := config.ReadExport()
	if err != nil {
		return configurationError(err, warnings)
	}
	line := newProgressLine(stderr)
	for _, warning := range warnings {
		line.warn(warning)
	}
	kept, err := archiveToRead(ctx, settings)
	if err != nil {
		return err
	}
	apps, err := exportedApps(ctx, kept, settings, parsed.apps)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	export, err := history.New(ctx, history.Options{
		Archive: kept, Apps: apps,
		Ranges: settings.Ranges, Dimensions: settings.Dimensions, Top: settings.Top, MaxAge: settings.MaxAge,
		Locations: settings.LocationInfo,
		Labels:    parsed.labels, Every: parsed.every, Now: time.Now(),
		Damaged: func(appid string, key poller.AnswerKey, err error) {
			text := fmt.Sprintf("skipped an answer that cannot be used: %s, %s to %s, answered %s: %v", appid,
				key.Window.FirstDay(), key.Window.End, key.Answered.UTC().Format(time.RFC3339Nano), err)
			if !told[text] {
				line.warn(text)
			}
			told[text] = true
		},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", settings.Archive.Setting, err)
	}
	return parsed.write(ctx, export, settings.Archive.Setting, stdout, line)
}

// write writes the slices that the arguments ask for. The setting is the one that names the
// archive.
func (a exportArguments) write(ctx context.Context, export *history.Export, setting string, stdout io.Writer, line *progressLine) error {
	bounds := export.Bounds()
	if bounds.From.IsZero() {
		return errors.New(setting + ": the archive has no answers to export")
	}
	span := bounds.Within(history.Span{From: a.from, To: a.to})
	if a.output != "" {
		slices := history.Slices(span, a.slice)
		_, err := export.WriteFiles(ctx, a.output, slices, line.show)
		line.end()
		switch {
		case ctx.Err() != nil:
			return errors.New("export stopped; run it again to continue")
		case err != nil:
			return fmt.Errorf("--output: %w", err)
		}
		return nil
	}
	if span.Duration() > a.slice {
		return fmt.Errorf("standard output takes one slice of %s, and this would be the time from %s to %s; name a folder by --output, or a shorter time by --from and --to",
			history.Hours(a.slice), shanghai(span.From), shanghai(span.To))
	}
	_, err := export.Write(ctx, stdout, span)
	return err
}

func shanghai(at time.Time) string {
	return wechat.InShanghai(at).Format("2006-01-02 15:04")
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

// exportedApps returns the apps of the archive, or the chosen ones of them, with the names
// that the settings give them now, else with those that the archive knows.
func exportedApps(ctx context.Context, kept archive.Archive, c config.Config, chosen []string) ([]collector.App, error) {
	ids, err := kept.Apps(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Archive.Setting, err)
	}
	names := demoNames()
	for _, app := range c.Apps {
		names[app.ID] = app.Name
	}
	for _, id := range chosen {
		if !slices.Contains(ids, id) {
			return nil, fmt.Errorf("--app: there is no such app in the archive; %s", listed(ids))
		}
	}
	var apps []collector.App
	for _, id := range ids {
		if len(chosen) > 0 && !slices.Contains(chosen, id) {
			continue
		}
		apps = append(apps, collector.App{ID: id, Name: cmp.Or(names[id], archivedName(ctx, kept, id), id)})
	}
	return apps, nil
}

// archivedName returns the name that an app had when its state was archived, if that can be
// read.
func archivedName(ctx context.Context, kept archive.Archive, appid string) string {
	state, err := kept.State(ctx, appid)
	if err != nil {
		return ""
	}
	return state.Name
}

// listed says which apps an archive has, in a few words.
func listed(ids []string) string {
	const most = 10
	switch {
	case len(ids) == 0:
		return "it has none"
	case len(ids) > most:
		return fmt.Sprintf("it has %d, among them %s", len(ids), strings.Join(ids[:most], ", "))
	}
	return "it has " + strings.Join(ids, ", ")
}
