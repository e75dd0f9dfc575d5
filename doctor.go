package main

import (
	"cmp"
	"context"
	"io"
	"os"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func doctorCommand() arguments.Command {
	return arguments.Command{
		Name:    "doctor",
		Summary: "find out what is broken and what to do, step by step",
		About: `Checks every step of a poll, from settings to push, and tells you what is broken and how to fix it:
settings, DNS, TCP, TLS, proxy, clock, token, IP allow-list, permission, each window, quota, archive
and push. It can run beside the exporter: it makes about as many calls as one poll, and never forces
a new token. The output contains no secrets and only the first and last characters of AppIDs, so it
can be pasted into an issue. It is in Chinese if LC_ALL, LC_MESSAGES or LANG is zh.
`,
		Notes: `The exit code is 0 if no step failed, and 1 if the arguments are wrong. Otherwise it is that of the
first failed step: settings 10, dns 11, tcp 12, tls 13, proxy 14, clock 15, token 16, allow_list 17,
permission 18, window 19, quota 20, archive 21, push 22. See docs/doctor.md.
`,
		Define: func(set *arguments.Set) arguments.Action {
			app := set.Text("app", "APPID", "", "only this app. Without it, the first app is checked fully, and the others up to their token and one window.")
			asJSON := set.Switch("json", "write one JSON document instead of text.")
			return func(ctx context.Context, stdout, _ io.Writer) error {
				if err := set.Err(); err != nil {
					return err
				}
				return examine(ctx, stdout, *app, *asJSON)
			}
		},
	}
}

// examine finds out what is broken.
func examine(ctx context.Context, stdout io.Writer, appid string, asJSON bool) error {
	found := config.Inspect()
	limited := found.Config
	limited.RequestTimeout = min(cmp.Or(max(0, limited.RequestTimeout), doctor.MaxRequest), doctor.MaxRequest)
	options := doctor.Options{Settings: found, App: appid, HTTP: newHTTPClient(limited), Clients: map[string]*wechat.Client{}}
	for _, app := range found.Config.Apps {
		options.Clients[app.ID] = newClient(found.Config, app, options.HTTP, nil)
	}
	if !found.WrongArchive && !found.Config.Archive.None() {
		options.Bucket, options.BucketErr = newBucket(found.Config.Archive)
	}
	return doctor.Examine(ctx, options, doctor.NewText(stdout, locale(), os.Getenv("NO_COLOR") == ""), asJSON)
}

// locale returns the locale of messages.
func locale() string { return cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")) }
