package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// Usage says how to use the command doctor.
const Usage = `Goes the way of a poll step by step and says what is broken and what to do: settings, DNS, TCP, TLS,
proxy, clock, token, IP allow-list, permission, each window, quota, archive and push. It can run
beside the exporter: it makes about as many calls as one poll, and never forces a new token. The
output shows no secret and only the ends of AppIDs, so that it can be pasted into an issue. It is in
Chinese if LC_ALL, LC_MESSAGES or LANG says so.

Usage: wxapp_exporter doctor [--app APPID] [--json]

  --app APPID   only this app. Without it, the first app is checked fully, and the others up to
                their token and one window.
  --json        write one JSON document instead of text.

The exit code is 0 if nothing failed, and 1 if the arguments are wrong. Otherwise it is that of the
first failed step: settings 10, dns 11, tcp 12, tls 13, proxy 14, clock 15, token 16, allow_list 17,
permission 18, window 19, quota 20, archive 21, push 22. See docs/doctor.md.
`

// ExitCode is the error of a diagnosis in which a step failed. The report has said what is
// wrong.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// Command examines the settings of the environment and writes the report to stdout. The
// language comes from getenv, the client of WeChat from newClient and the archive from
// newBucket. The error is an ExitCode if a step failed, and arguments.ErrHelp if help is
// asked for.
func Command(
	ctx context.Context, args []string, stdout io.Writer, getenv func(string) string,
	newClient func(config.Config) *http.Client, newBucket func(config.Archive) (archive.Bucket, error),
) error {
	parsed, err := ParseArguments(args)
	if err != nil {
		return err
	}
	found := config.Inspect()
	limited := found.Config
	limited.RequestTimeout = min(cmp.Or(max(0, limited.RequestTimeout), MaxRequest), MaxRequest)
	options := Options{Settings: found, App: parsed.App, HTTP: newClient(limited), Bucket: newBucket}
	if err := options.Check(); err != nil {
		return err
	}
	text := NewText(stdout, getenv)
	report := text.Step
	if parsed.JSON {
		report = func(Step) {}
	} else {
		text.Begin()
	}
	steps := Run(ctx, options, report)
	if ctx.Err() != nil {
		return errors.New("stopped")
	}
	verdict := Judge(steps)
	if parsed.JSON {
		err = WriteJSON(stdout, steps, text.Language)
	} else {
		err = text.Verdict(verdict)
	}
	if err == nil && verdict.ExitCode != 0 {
		err = ExitCode(verdict.ExitCode)
	}
	return err
}
