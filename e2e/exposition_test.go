package e2e

import (
	"bytes"
	"fmt"
	"html"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Every reader of gzip reads all apps: clients differ in what they do at the end of a
// part of the file.
func TestReadersOfGzip(t *testing.T) {
	exporter, appids := startFleet(t)
	plain := printed(t, "", "curl", "--silent", "--fail", exporter.url+"/metrics")
	want := seriesOfApps(plain)
	if len(want) < 1000*len(appids) {
		t.Fatalf("only %d series of %d apps", len(want), len(appids))
	}
	file := filepath.Join(t.TempDir(), "metrics.gz")
	printed(t, "", "curl", "--silent", "--fail", "--header", "Accept-Encoding: gzip", "--output", file, exporter.url+"/metrics")
	printed(t, "", "gzip", "--test", file)

	for reader, text := range map[string]string{
		"curl --compressed": printed(t, "", "curl", "--silent", "--fail", "--compressed", exporter.url+"/metrics"),
		"gzip":              printed(t, "", "gzip", "--decompress", "--stdout", file),
		"Python's zlib":     printed(t, inflate, "python3", "-", file),
		"Chromium":          html.UnescapeString(printed(t, "", "chromium", append(chromium(t), exporter.url+"/metrics")...)),
	} {
		if got := seriesOfApps(text); !slices.Equal(got, want) {
			t.Errorf("%s reads %d series of apps, want %d", reader, len(got), len(want))
		}
	}
}

// Prometheus reads all apps in one scrape, and each in a scrape of its own.
func TestPrometheusReadsAllApps(t *testing.T) {
	exporter, appids := startFleet(t)
	want := float64(len(seriesOfApps(exporter.metrics(t))))

	whole := startPrometheus(t, at(exporter))
	now := whole.when(t, `count(wxapp_users) > 0`, 1)
	if got := whole.number(t, `count({appid!=""})`, now); got != want {
		t.Errorf("in one scrape Prometheus got %v series of apps, want %v", got, want)
	}
	if got := whole.number(t, `count(wxapp_exporter_build_info)`, now); got != 1 {
		t.Errorf("Prometheus has %v series of wxapp_exporter_build_info", got)
	}

	targets := []string{"static_configs:"}
	for _, appid := range appids {
		targets = append(targets, fmt.Sprintf("  - {targets: [%q], labels: {__param_appid: %s, instance: %s}}",
			strings.TrimPrefix(exporter.url, "http://"), appid, appid))
	}
	apart := startPrometheus(t, targets...)
	now = apart.when(t, `count by (instance) (wxapp_users)`, len(appids))
	if got := apart.number(t, `count({appid!=""})`, now); got != want {
		t.Errorf("in scrapes of one app each Prometheus got %v series, want %v", got, want)
	}
	if got := apart.number(t, `sum(scrape_samples_scraped)`, now); got != want {
		t.Errorf("scrapes of one app each have %v series, %v of them of apps", got, want)
	}
}

// startFleet runs the exporter with several apps, and waits until it shows them all.
func startFleet(t *testing.T) (e *exporter, appids []string) {
	t.Helper()
	api := httptest.NewServer(&wechattest.Server{})
	t.Cleanup(api.Close)
	apps := "apps:\n"
	for i := range 12 {
		appid := fmt.Sprintf("wx%016x", 0xabcdef+i)
		appids = append(appids, appid)
		apps += fmt.Sprintf("  - {appid: %s, name: 小程序 %d, secret: %s}\n", appid, i, secret)
	}
	e = startExporter(t, "WXAPP_API_URL="+api.URL, "WXAPP_APPS_FILE="+write(t, "apps.yml", apps))
	program.Eventually(t, "the first poll of every app has ended", func() bool {
		return len(series(e.metrics(t), "wxapp_up")) == len(appids)
	})
	return e, appids
}

// seriesOfApps returns the sorted lines of the series of apps.
func seriesOfApps(exposition string) []string {
	var lines []string
	for line := range strings.Lines(exposition) {
		if strings.HasPrefix(line, "wxapp_") && strings.Contains(line, `appid="`) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	slices.Sort(lines)
	return lines
}

// inflate is a program in Python that reads a gzip file of one member.
const inflate = `
import sys, zlib
reader = zlib.decompressobj(wbits=31)
text = reader.decompress(open(sys.argv[1], "rb").read())
assert reader.eof and not reader.unused_data, "the file goes on after its first member"
sys.stdout.buffer.write(text)
`

// chromium returns the arguments with which Chromium prints a page.
func chromium(t *testing.T) []string {
	return []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir=" + t.TempDir(), "--dump-dom",
	}
}

// printed returns what a program prints, given some input.
func printed(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, &stderr)
	}
	return stdout.String()
}
