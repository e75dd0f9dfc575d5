package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/backfill"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func backfillCommand() arguments.Command {
	return arguments.Command{
		Name:    "backfill",
		Summary: "fetch past days of the datasets from WeChat",
		About: `Fetches past days of the datasets from WeChat into the archive, the newest days first; export then
writes them for Prometheus. How far back WeChat has data is not documented. The user portrait is not
among them: WeChat serves only its last two days.

It can run beside the exporter: it makes at most one call a second, and for each app and statistic
at most a tenth of the remaining daily quota, or 100 calls if the quota cannot be read. Days in the
archive are skipped, so an interrupted backfill continues when it is run again. Yesterday and the
day before are left to the exporter.
`,
		Notes: `A statistic of an app ends after 14 days in a row without numbers. With WXAPP_TOKEN_ENDPOINT=token
backfill does not start, and the exit code is 1: requesting a token would invalidate the one in use.

The last lines show for each app and statistic what was added and why it ended. The exit code is 0
if everything has been fetched, and 1 if something is left because of a failure, the quota or an
interruption.
`,
		Define: func(set *arguments.Set) arguments.Action {
			parsed := backfill.Define(set)
			return func(ctx context.Context, stdout, stderr io.Writer) error {
				chosen, err := parsed()
				if err != nil {
					return err
				}
				return fill(ctx, chosen, stdout, stderr)
			}
		},
	}
}

// fill asks WeChat for past days.
func fill(ctx context.Context, chosen backfill.Arguments, stdout, stderr io.Writer) error {
	settings, warnings, err := config.Read()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	line := progress.NewLine(stderr)
	for _, warning := range warnings {
		line.Warn(warning)
	}
	line.Note(settings.ShardNote(chosen.Apps))
	sources, err := sourcesToAsk(settings, chosen.Apps)
	if err != nil {
		return err
	}
	kept, err := archiveToFill(ctx, settings.Archive, line.Warn)
	if err != nil {
		return err
	}
	courses := backfill.Job{
		Archive: kept, Apps: sources, Datasets: chosen.DatasetsOr(settings.Datasets), From: chosen.From, To: chosen.Last(wechat.DayOf(time.Now())),
		Progress: func(p backfill.Progress) { line.Show(p.String()) }, Warn: line.Warn,
	}.Run(ctx)
	line.End()
	return backfill.Report(ctx, stdout, courses)
}

// sourcesToAsk returns the apps of the settings, or the chosen ones. It is an error when
// asking for their tokens would end those that others use.
func sourcesToAsk(settings config.Config, chosen []string) ([]poller.Source, error) {
	if err := settings.CheckApps(chosen); err != nil {
		return nil, err
	}
	client := backfill.Pace(newHTTPClient(settings))
	var sources []poller.Source
	for _, app := range settings.Apps {
		if len(chosen) > 0 && !slices.Contains(chosen, app.ID) {
			continue
		}
		if app.Tokens.EndsOthers(settings.TokenEndpoint) {
			return nil, errors.New("WXAPP_TOKEN_ENDPOINT: requesting a token would invalidate the one in use; use stable_token, token_file or token_url")
		}
		sources = append(sources, newSource(settings, app, client, nil))
	}
	return sources, nil
}

// archiveToFill returns the archive of the settings, ready to be written to.
func archiveToFill(ctx context.Context, settings config.Archive, warn func(text string)) (*archive.Guard, error) {
	bucket, err := neededBucket(settings)
	if err != nil {
		return nil, err
	}
	kept := archive.NewGuard(archive.Archive{Bucket: bucket, Notices: archive.NewWarnings(warn)})
	if err := kept.Open(ctx, openTimeout); err != nil {
		return nil, brokenArchive(settings, err)
	}
	return kept, nil
}
