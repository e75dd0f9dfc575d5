package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// binaries is the folder of what the tests build.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "wxapp_exporter-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	binaries = folder
	return m.Run()
}

// Each binary is built once, and only for a test that needs it. The exporter is
// built with the race detector: a data race ends it with exit code 66.
var (
	buildExporter = sync.OnceValues(func() (string, error) { return build("wxapp_exporter", "..", ".", "-race") })
	// buildStatic needs no file of the system, as in the image.
	buildStatic     = sync.OnceValues(func() (string, error) { return build("static", "..", ".", "-tags=netgo,osusergo") })
	buildPrometheus = sync.OnceValues(func() (string, error) { return buildTool("prometheus") })
	buildPromtool   = sync.OnceValues(func() (string, error) { return buildTool("promtool") })
)

// buildTool builds a program of Prometheus. Without the discovery of services in
// every cloud it compiles in minutes instead of half an hour; both programs get the
// same tags, so that they share what is compiled.
func buildTool(name string) (string, error) {
	return build(name, ".", "github.com/prometheus/prometheus/cmd/"+name, "-tags=netgo,remove_all_sd")
}

func build(name, module, pkg string, flags ...string) (string, error) {
	binary := filepath.Join(binaries, name)
	build := exec.CommandContext(context.Background(), "go", append(append([]string{"build", "-buildvcs=false", "-o", binary}, flags...), pkg)...)
	build.Dir = module
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", build, err, output)
	}
	return binary, nil
}

// built returns the path of a binary.
func built(t *testing.T, build func() (string, error)) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}
