package backfill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/progress"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Usage says how to use the command backfill.
const Usage = `Asks WeChat for past days of the datasets visits, sources, retention and pages and keeps the answers
in the archive, the newest days first; export then brings them into Prometheus. How far back WeChat
answers is not documented. The user portrait is not among them: WeChat answers for two days of it.

It can run beside the exporter: at most one call a second, and for each app and statistic at most
a tenth of the daily quota that is left, or 100 calls if the quota cannot be read. Days that are in
the archive are skipped, so that a backfill that was stopped continues when it is run again.
Yesterday and the day before are left to the exporter.

Usage: wxapp_exporter backfill [arguments]

  --from DAY         the first day, such as 2026-01-01, in Shanghai. Default: as far back as WeChat
                     answers.
  --to DAY           the last day. Default: the third last.
  --app APPID        only this app. Can be repeated.
  --datasets LIST    only these datasets, such as visits,retention. Default: those of
                     WXAPP_DATASETS, or all if it names none of them.

A statistic of an app ends after 14 days in a row without numbers. With WXAPP_TOKEN_ENDPOINT=token
nothing is asked for, and the exit code is 1: each token of that API ends the token that others use.

The last lines say per app and statistic what was added and why it ended. The exit code is 0 if
nothing is left to ask for, and 1 if something is: something failed, the quota was used, or it was
stopped.
`

// Command asks WeChat for past days with the settings of the environment, and writes
// to stdout what became of them. The client of WeChat comes from newClient and the archive
// from newBucket. The error is arguments.ErrHelp if help is asked for.
func Command(
	ctx context.Context, args []string, stdout, stderr io.Writer,
	newClient func(config.Config) *http.Client, newBucket func(config.Archive) (archive.Bucket, error),
) error {
	parsed, err := ParseArguments(args)
	if err != nil {
		return err
	}
	settings, warnings, err := config.Read()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	line := progress.NewLine(stderr)
	for _, warning := range warnings {
		line.Warn(warning)
	}
	apps, err := parsed.apps(settings)
	if err != nil {
		return err
	}
	kept, err := archiveToFill(ctx, settings.Archive, newBucket)
	if err != nil {
		return err
	}
	today := wechat.DayOf(time.Now())
	courses := Job{
		Archive:  kept,
		Apps:     sources(settings, apps, newClient),
		Datasets: parsed.datasets(settings),
		From:     parsed.from(), To: parsed.to(today),
		Progress: func(p Progress) { line.Show(p.String()) }, Warn: line.Warn,
	}.Run(ctx)
	line.End()
	for _, c := range courses {
		if _, err := fmt.Fprintln(stdout, c); err != nil {
			return err
		}
	}
	return verdict(ctx, courses)
}

// verdict returns an error if something is left to ask for.
func verdict(ctx context.Context, courses []*Course) error {
	left := 0
	for _, c := range courses {
		if !c.Done() {
			left++
		}
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("backfill stopped; run it again to continue")
	case left > 0:
		return fmt.Errorf("backfill is not complete: %d of %d statistics ended early; run it again to continue", left, len(courses))
	}
	return nil
}

// archiveToFill returns the archive of the settings, ready to be written to.
func archiveToFill(ctx context.Context, settings config.Archive, newBucket func(config.Archive) (archive.Bucket, error)) (*archive.Guard, error) {
	if settings.None() {
		return nil, errors.New("WXAPP_ARCHIVE: is empty; set it to the folder of the archive")
	}
	bucket, err := newBucket(settings)
	if err != nil {
		return nil, err
	}
	kept := archive.NewGuard(archive.Archive{Bucket: bucket})
	if err := kept.Open(ctx, saveTimeout); err != nil {
		return nil, fmt.Errorf("%s: %w", settings.Setting, err)
	}
	return kept, nil
}

// sources returns the apps with a client of WeChat's API each. All of them together begin
// one request a second.
func sources(c config.Config, apps []config.App, newClient func(config.Config) *http.Client) []poller.Source {
	c.RequestTimeout += apart // a request waits for its turn
	client := newClient(c)
	client.Transport = &pace{RoundTripper: cmp.Or[http.RoundTripper](client.Transport, http.DefaultTransport), apart: apart}
	var all []poller.Source
	for _, app := range apps {
		all = append(all, poller.Source{
			App: collector.App{ID: app.ID, Name: app.Name},
			API: c.NewClient(app, client, nil),
		})
	}
	return all
}

// Arguments are the arguments of the command backfill.
type Arguments struct {
	From, To wechat.Day // zero: as far as WeChat answers
	Apps     []string   // empty: all
	Datasets []wechat.Dataset
}

// ParseArguments parses the arguments of the command backfill. The error has a line
// for each mistake, and none shows a value. It is arguments.ErrHelp when help is asked for.
func ParseArguments(args []string) (Arguments, error) {
	set := arguments.New("backfill")
	from, to, datasets := set.Text("from", ""), set.Text("to", ""), set.Text("datasets", "")
	apps := set.List("app")
	if err := set.Parse(args); err != nil {
		return Arguments{}, err
	}
	parsed := Arguments{
		From: set.Day("from", *from), To: set.Day("to", *to),
		Apps:     set.AppIDs("app", *apps),
		Datasets: parseDatasets(set, *datasets),
	}
	if !parsed.From.IsZero() && !parsed.To.IsZero() && parsed.To.Begin().Before(parsed.From.Begin()) {
		set.Errorf("--to: is before --from")
	}
	return parsed, set.Err()
}

func parseDatasets(set *arguments.Set, text string) []wechat.Dataset {
	if text == "" {
		return nil
	}
	var names []string
	for _, dataset := range wechat.Datasets() {
		names = append(names, dataset.Name)
	}
	chosen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == wechat.EndpointUserPortrait:
			set.Errorf("--datasets: WeChat answers for two days of user_portrait only; use %s", strings.Join(names, ", "))
		case name != "all" && !slices.Contains(names, name):
			set.Errorf("--datasets: has an unknown name; use %s, or all", strings.Join(names, ", "))
		}
		chosen[name] = true
	}
	return slices.DeleteFunc(wechat.Datasets(), func(d wechat.Dataset) bool { return !chosen[d.Name] && !chosen["all"] })
}

// launch is the day on which Mini Programs began: there are no numbers of earlier days.
const launch = "20170109"

func (a Arguments) from() wechat.Day {
	first, _ := wechat.ParseDay(launch)
	return cmp.Or(a.From, first)
}

func (a Arguments) to(today wechat.Day) wechat.Day {
	if last := today.Add(-1); a.To.IsZero() || a.To.Begin().After(last.Begin()) {
		return last
	}
	return a.To
}

func (a Arguments) datasets(c config.Config) []wechat.Dataset {
	switch {
	case len(a.Datasets) > 0:
		return a.Datasets
	case len(c.Datasets) > 0:
		return c.Datasets
	}
	return wechat.Datasets()
}

// apps returns the apps of the settings that are chosen. It is an error when asking for
// their tokens would end those that others use.
func (a Arguments) apps(c config.Config) ([]config.App, error) {
	for _, id := range a.Apps {
		if !slices.ContainsFunc(c.Apps, func(app config.App) bool { return app.ID == id }) {
			return nil, fmt.Errorf("--app: there is no such app in the settings, which have %d", len(c.Apps))
		}
	}
	var apps []config.App
	for _, app := range c.Apps {
		if len(a.Apps) > 0 && !slices.Contains(a.Apps, app.ID) {
			continue
		}
		if c.TokenEndpoint == config.PlainToken && (app.Secret != "" || app.SecretFile != "") {
			return nil, errors.New("WXAPP_TOKEN_ENDPOINT: with the value token, each token that is asked for ends the one that others use, the exporter among them, so backfill does not start; use stable_token, or let the app have a token_file or token_url")
		}
		apps = append(apps, app)
	}
	return apps, nil
}
