// Command wxapp_exporter shows the users of WeChat Mini Programs to Prometheus.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/prometheus/common/version"
)

func main() {
	version.Version = cmp.Or(version.Version, moduleVersion())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "wxapp_exporter:", err)
		os.Exit(1)
	}
}

// moduleVersion is the version that go install was given, for builds that were told
// none.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// run carries out the command that the arguments name until it is done or the
// context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	command := "serve"
	if len(args) > 0 {
		command = args[0]
	}
	if len(args) > 1 {
		return fmt.Errorf("too many arguments after %s; settings are environment variables, see wxapp_exporter --help", command)
	}
	switch command {
	case "serve":
		return serve(ctx, stderr)
	case "demo":
		return demo(ctx, stdout, stderr)
	case "healthcheck":
		return healthcheckCommand(ctx)
	case "version", "--version":
		_, err := fmt.Fprintln(stdout, version.Print("wxapp_exporter"))
		return err
	case "help", "--help", "-help", "-h":
		return writeHelp(stdout)
	default:
		return fmt.Errorf("%q is no command; commands are serve, demo, healthcheck, version and help, see wxapp_exporter --help", command)
	}
}
