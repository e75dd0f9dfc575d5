// Command wxapp_exporter shows the users of WeChat Mini Programs to Prometheus.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/prometheus/common/version"
	"google.golang.org/grpc/encoding"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

func main() {
	encoding.RegisterCompressor(otlp.Compressor()) // the one state of the process: gRPC has no other way
	version.Version = cmp.Or(version.Version, moduleVersion())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if code, told := errors.AsType[doctor.ExitCode](err); told {
		os.Exit(int(code))
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "wxapp_exporter:", err)
		os.Exit(1)
	}
}

// moduleVersion returns the version that go install was given, for builds without one in
// their linker flags.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}
