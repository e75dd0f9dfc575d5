package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/config"
)

func serveCommand() arguments.Command {
	return arguments.Command{
		Name:    "serve",
		Summary: "run the exporter; the default if no command is given",
		About: `Fetches the user statistics from WeChat, and serves the numbers on /metrics and the status page on /
until SIGINT or SIGTERM. SIGHUP reloads the apps. Settings are environment variables, which
wxapp_exporter --help lists.
`,
		Define: func(*arguments.Set) arguments.Action {
			return func(ctx context.Context, _, stderr io.Writer) error { return serve(ctx, stderr) }
		},
	}
}

// serve runs the exporter with the settings of the environment. SIGHUP reloads the apps,
// and never ends the exporter, not even while it starts or stops.
func serve(ctx context.Context, stderr io.Writer) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	settings, warnings, err := config.Read()
	if err != nil {
		return config.Invalid(err, warnings)
	}
	exporter, err := newExporter(ctx, settings, warnings, stderr, wiring{
		client: newHTTPClient(settings), readApps: config.ReadApps, hangups: hangups,
	})
	if err != nil {
		return err
	}
	return exporter.run(ctx)
}
