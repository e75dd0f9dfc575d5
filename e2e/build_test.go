package e2e

import (
	"os"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// Each binary is built once, and only for a test that needs it. The exporter is
// built with the race detector: a data race ends it with exit code 66.
var (
	buildExporter = program.Builder("wxapp_exporter", "..", ".", "-race")
	// buildStatic needs no file of the system, as in the image.
	buildStatic     = program.Builder("static", "..", ".", "-tags=netgo,osusergo")
	buildPrometheus = program.PrometheusBuilder("prometheus", ".")
	buildPromtool   = program.PrometheusBuilder("promtool", ".")
)
