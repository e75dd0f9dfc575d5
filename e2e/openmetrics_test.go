package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// readOpenMetrics is a program in Python that reads the files of its arguments with the parser of
// those who wrote OpenMetrics down, and prints how many samples each has. It raises an error about
// whatever the format does not allow. The parser of Debian 12 compares the nanoseconds of two times
// whose seconds differ, and would find that time runs backwards.
const readOpenMetrics = `
import sys
from prometheus_client.openmetrics.parser import text_fd_to_metric_families
from prometheus_client.samples import Timestamp
Timestamp.__gt__ = lambda a, b: (a.sec, a.nsec) > (b.sec, b.nsec)
for file in sys.argv[1:]:
    with open(file, encoding="utf-8", newline="\n") as text:
        print(sum(len(family.samples) for family in text_fd_to_metric_families(text)))
`

// The reference parser reads all that is served as OpenMetrics, and what export writes.
func TestReferenceParser(t *testing.T) {
	archive, folder := filepath.Join(t.TempDir(), "archive"), t.TempDir()
	// With a past every family is there at any hour: some are new only when yesterday is published.
	if code := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_ARCHIVE=" + archive}, "demo", "--past-only").Wait(t); code != 0 {
		t.Fatalf("demo --past-only ends with %d", code)
	}
	demo := &exporter{Process: program.Start(t, program.Built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_ARCHIVE=" + archive, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1",
	}, "demo")}
	demo.url = "http://" + demo.Address(t)
	demo.metricsWith(t, `^wxapp_ad_income_yuan{`) // of the last dataset

	var files []string
	for name, query := range map[string]string{
		"all": "", "one": "?appid=wxdemo0000000000c1", "several": "?appid=wxdemo0000000000c2&appid=wxdemo0000000000c3", "self": "?appid=.",
	} {
		files = append(files, writeInto(t, folder, name, openMetrics(t, demo.url+"/metrics"+query)))
	}
	demo.Stop(t)
	if code := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_ARCHIVE=" + archive}, "export", "--output", folder, "--every=24h",
		"--from", time.Now().In(shanghai).AddDate(0, 0, -1).Format(time.DateOnly)).Wait(t); code != 0 {
		t.Fatalf("export ends with %d", code)
	}
	exported, err := filepath.Glob(filepath.Join(folder, "*.om"))
	if err != nil || len(exported) == 0 {
		t.Fatalf("export wrote %d files, %v", len(exported), err)
	}
	files = append(files, exported...)

	// Debian's package belongs to this Python, not to another one that stands before it in PATH.
	read := strings.Fields(printed(t, readOpenMetrics, "/usr/bin/python3", append([]string{"-"}, files...)...))
	if len(read) != len(files) {
		t.Fatalf("%d files were read, want %d", len(read), len(files))
	}
	for i, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		samples := 0
		for line := range strings.Lines(string(content)) {
			if !strings.HasPrefix(line, "#") {
				samples++
			}
		}
		if samples == 0 || read[i] != strconv.Itoa(samples) {
			t.Errorf("%s: %s samples were read of %d", filepath.Base(file), read[i], samples)
		}
	}
}

// openMetrics returns what an address answers to a client that takes OpenMetrics only.
func openMetrics(t *testing.T, url string) string {
	t.Helper()
	status, header, content := program.AskWith(t, http.MethodGet, url, "", http.Header{"Accept": {"application/openmetrics-text;version=1.0.0"}})
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "application/openmetrics-text") {
		t.Fatalf("%s: %d, %v", url, status, header)
	}
	return content
}
