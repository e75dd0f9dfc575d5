// Package program builds real programs, and runs and asks them, for tests.
package program

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Folder is where the tests build programs, by their names.
var Folder string

// Main runs the tests of a package that builds programs, and returns the exit code.
func Main(m *testing.M) int {
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
	Folder = folder
	return m.Run()
}

// Builder returns a function that builds a package of the module in a folder under a name, once,
// and returns the path of the binary.
func Builder(name, module, pkg string, flags ...string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		binary := filepath.Join(Folder, name)
		build := exec.CommandContext(context.Background(), "go", append(append([]string{"build", "-buildvcs=false", "-o", binary}, flags...), pkg)...) //nolint:gosec // tests choose what they build
		build.Dir = module
		return binary, Run(build)
	})
}

// Installer returns a function that builds a published package, of the form PATH@VERSION, once, and
// returns the path of the binary.
func Installer(pkg string, flags ...string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		install := exec.CommandContext(context.Background(), "go", append(append([]string{"install"}, flags...), pkg)...) //nolint:gosec // tests choose what they build
		install.Env = append(os.Environ(), "GOBIN="+Folder)
		name, _, _ := strings.Cut(path.Base(pkg), "@")
		return filepath.Join(Folder, name), Run(install)
	})
}

// Run runs a command to its end. An error tells what it printed.
func Run(command *exec.Cmd) error {
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return nil
}

// PrometheusBuilder returns a Builder of a program of Prometheus, in the version of the module in a
// folder. Without the discovery of services in every cloud it compiles in minutes instead of half an
// hour; all programs get the same tags, so that they share what is compiled.
func PrometheusBuilder(name, module string) func() (string, error) {
	return Builder(name, module, "github.com/prometheus/prometheus/cmd/"+name, "-tags=netgo,remove_all_sd")
}

// Built returns the path of a binary.
func Built(t *testing.T, build func() (string, error)) string {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}
