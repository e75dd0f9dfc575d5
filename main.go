// Command wxapp_exporter shows the users of WeChat Mini Programs to Prometheus.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/common/version"
	"google.golang.org/grpc/encoding"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/stop"
)

func main() {
	encoding.RegisterCompressor(otlp.Compressor()) // the one state of the process: gRPC has no other way
	version.Version = cmp.Or(version.Version, moduleVersion())
	ctx := stop.Asked(context.Background(), time.Second, os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
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
