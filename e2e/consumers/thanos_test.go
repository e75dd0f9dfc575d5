package consumers

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// thanos builds Thanos in the folder of its module, because go install refuses a module that replaces
// others. Without the tag slicelabels it compiles, and panics when it answers.
func thanos() (string, error) {
	answer, err := exec.CommandContext(context.Background(), "go", "mod", "download", "-json",
		"github.com/thanos-io/thanos@v"+thanosVersion).Output()
	if err != nil {
		return "", fmt.Errorf("download Thanos: %w: %s", err, answer)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(answer, &module); err != nil {
		return "", err
	}
	return program.Builder("thanos", module.Dir, "./cmd/thanos", "-tags=slicelabels")()
}

func thanosWays() []way {
	const name = "Thanos " + thanosVersion
	return []way{
		{consumer: name, how: "`/sd`, sidecar", start: func(t *testing.T) (*exporter, string) {
			e, storage := startExporter(t), t.TempDir()
			prometheus := startPrometheus(t, storage, snippet(t, "# scrape-sidecar.yml", "wxapp-exporter:10120", e.address()))
			return e, startQuery(t, startThanos(t, command(t, document, "thanos sidecar",
				"/var/lib/prometheus", storage, "http://prometheus:9090", prometheus)...))
		}},
		{consumer: name, how: "`/sd`, then remote write to Receive", start: func(t *testing.T) (*exporter, string) {
			e := startExporter(t)
			receiver, store := startReceive(t)
			startPrometheus(t, t.TempDir(), snippet(t, "# scrape-receive.yml", "wxapp-exporter:10120", e.address(), "thanos-receive:19291", receiver))
			return e, store
		}},
		{consumer: name, how: "OTLP to Receive", start: func(t *testing.T) (*exporter, string) {
			receiver, store := startReceive(t)
			return startExporter(t, settings(t, "http://thanos-receive:19291/api/v1/otlp", "thanos-receive:19291", receiver)...), store
		}},
	}
}

// startReceive runs Thanos Receive, and returns its address for writers and that of a querier.
func startReceive(t *testing.T) (receiver, store string) {
	t.Helper()
	receiver = program.HoldPort(t)
	return receiver, startQuery(t, startThanos(t, append(command(t, document, "thanos receive", "/var/lib/thanos", t.TempDir()),
		"--remote-write.address="+receiver)...))
}

// upload uploads the blocks in a folder to a bucket, and returns the address of a querier of it.
func upload(t *testing.T, blocks string) string {
	t.Helper()
	bucket := write(t, "bucket.yml", snippet(t, "# bucket.yml", "/var/lib/thanos-bucket", t.TempDir()))
	arguments := command(t, "../../docs/history.md", "thanos tools bucket upload-blocks", "=blocks", "="+blocks, "=bucket.yml", "="+bucket)
	if err := program.Run(exec.CommandContext(t.Context(), program.Built(t, buildThanos), arguments...)); err != nil {
		t.Fatal(err)
	}
	return startQuery(t, startThanos(t, command(t, document, "thanos store", "/var/lib/thanos", t.TempDir(), "=bucket.yml", "="+bucket)...))
}

// startQuery runs a querier of one other part of Thanos, and returns its address with Prometheus' API.
func startQuery(t *testing.T, endpoint string) string {
	t.Helper()
	query := launchThanos(t, program.HoldPort(t), command(t, document, "thanos query", "thanos-sidecar:10901", endpoint)...)
	var address string
	program.Eventually(t, "Thanos Query listens", func() bool {
		if match := listensOn.FindStringSubmatch(query.Output.String()); match != nil {
			address = match[1]
		}
		return address != ""
	})
	return "http://" + address
}

var listensOn = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// startThanos runs a part of Thanos, and returns its address for a querier.
func startThanos(t *testing.T, arguments ...string) string {
	t.Helper()
	address := program.HoldPort(t)
	launchThanos(t, address, arguments...)
	return address
}

func launchThanos(t *testing.T, address string, arguments ...string) *program.Process {
	t.Helper()
	return program.Start(t, program.Built(t, buildThanos), nil, slices.Concat(arguments, []string{"--grpc-address=" + address, "--http-address=127.0.0.1:0"})...)
}
