package e2e

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// What a scrape showed, Prometheus tells of that time after an import of the archive: the
// same series with the same values.
func TestExportIsWhatWasScraped(t *testing.T) {
	archive, out, storage := filepath.Join(t.TempDir(), "archive"), t.TempDir(), t.TempDir()
	demo := &exporter{Process: program.Start(t, program.Built(t, buildExporter), []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_ARCHIVE=" + archive,
	}, "demo")}
	demo.url = "http://" + demo.Address(t)
	demo.Tells(t, "made-up past")
	scraped := demo.metrics(t)
	at := time.Now()

	if code := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_ARCHIVE=" + archive}, "export", "--output", out,
		"--from", at.In(shanghai).AddDate(0, 0, -2).Format(time.DateOnly)).Wait(t); code != 0 {
		t.Fatalf("export ends with %d", code)
	}
	files, err := filepath.Glob(filepath.Join(out, "*.om"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		checkOpenMetrics(t, file)
		create := exec.CommandContext(t.Context(), program.Built(t, buildPromtool), "tsdb", "create-blocks-from", "openmetrics", file, storage)
		if output, err := create.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", create, err, output)
		}
	}

	prometheus := startPrometheusOn(t, storage, "static_configs: []")
	for _, family := range []string{
		"wxapp_users", "wxapp_data_begin_timestamp_seconds", "wxapp_data_end_timestamp_seconds", "wxapp_names_dropped",
		"wxapp_app_info", "wxapp_last_success_timestamp_seconds", "wxapp_location_info",
	} {
		var stored map[string]float64
		program.Eventually(t, family+" in Prometheus", func() bool {
			stored = byLabels(prometheus.query(t, family, at))
			return len(stored) > 0
		})
		shown := byLabels(parsed(t, scraped, family))
		if len(shown) == 0 || !maps.Equal(stored, shown) {
			t.Errorf("%s: %d series were scraped and %d are stored; the first that differ: %s",
				family, len(shown), len(stored), strings.Join(differences(shown, stored), "\n"))
		}
	}
	// Yesterday's samples are an hour apart.
	before := at.Add(-24 * time.Hour)
	if n := prometheus.number(t, `count(last_over_time(wxapp_users[2h]))`, before); n < 5000 {
		t.Errorf("a day before, there were %v series", n)
	}
}

// byLabels returns values by the labels of their series.
func byLabels(samples []program.Sample) map[string]float64 {
	values := map[string]float64{}
	for _, sample := range samples {
		delete(sample.Labels, "__name__")
		values[labels.FromMap(sample.Labels).String()] = sample.Value
	}
	return values
}

// differences returns the first series that are not the same in both.
func differences(a, b map[string]float64) []string {
	var found []string
	for _, values := range []map[string]float64{a, b} {
		for _, series := range slices.Sorted(maps.Keys(values)) {
			first, inFirst := a[series]
			second, inSecond := b[series]
			if (first != second || inFirst != inSecond) && len(found) < 5 {
				found = append(found, fmt.Sprintf("%s: %v and %v", series, first, second))
			}
		}
	}
	return found
}

// parsed returns the samples of one family of an exposition.
func parsed(t *testing.T, exposition, family string) []program.Sample {
	t.Helper()
	parser := textparse.NewPromParser([]byte(exposition), labels.NewSymbolTable(), false)
	var samples []program.Sample
	each(t, parser, func(l labels.Labels, _ *int64, value float64) {
		if l.Get("__name__") == family {
			samples = append(samples, program.Sample{Labels: l.Map(), Value: value})
		}
	})
	return samples
}

// checkOpenMetrics holds that Prometheus reads a file, and that each of its series has
// samples in the order of time, in one piece.
func checkOpenMetrics(t *testing.T, file string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parser := textparse.NewOpenMetricsParser(content, labels.NewSymbolTable())
	seen := map[uint64]bool{}
	var current, samples uint64
	var last int64
	each(t, parser, func(l labels.Labels, at *int64, _ float64) {
		samples++
		hash := l.Hash()
		switch {
		case at == nil:
			t.Fatalf("%s: %s has no time", file, l)
		case hash == current && *at <= last:
			t.Fatalf("%s: %s has a sample at %d after the one at %d", file, l, *at, last)
		case hash != current && seen[hash]:
			t.Fatalf("%s: %s is in two pieces", file, l)
		}
		seen[hash] = true
		current, last = hash, *at
	})
	if samples == 0 {
		t.Errorf("%s has no samples", file)
	}
}

// each calls do for every sample.
func each(t *testing.T, parser textparse.Parser, do func(l labels.Labels, at *int64, value float64)) {
	t.Helper()
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if entry == textparse.EntrySeries {
			var l labels.Labels
			_, at, value := parser.Series()
			parser.Labels(&l)
			do(l, at, value)
		}
	}
}

// The steps of deploy/compose bring the demo's past into a Prometheus, once.
func TestPastInCompose(t *testing.T) {
	archive, out, storage := filepath.Join(t.TempDir(), "archive"), t.TempDir(), t.TempDir()
	now := time.Now()
	for _, args := range [][]string{
		{"demo", "--past-only"},
		{
			"export", "--output", out, "--every=24h", "--slice=6h", "--label=job=wxapp", "--label=instance=exporter:10120",
			"--from", now.In(shanghai).AddDate(0, 0, -4).Format(time.DateOnly),
		},
	} {
		if code := program.Start(t, program.Built(t, buildExporter), []string{"WXAPP_ARCHIVE=" + archive}, args...).Wait(t); code != 0 {
			t.Fatalf("%s ends with %d", args[0], code)
		}
	}
	program.Built(t, buildPromtool)
	importPast := func() []string {
		script := exec.CommandContext(t.Context(), "/bin/sh", "../deploy/compose/import-past.sh", out, storage)
		script.Env = []string{"PATH=" + program.Folder}
		if output, err := script.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		entries, err := filepath.Glob(filepath.Join(storage, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return entries
	}
	first := importPast()
	if again := importPast(); len(first) < 2 || !slices.Equal(first, again) {
		t.Errorf("the storage has %d entries, and %d after a second import", len(first), len(again))
	}

	prometheus := startPrometheusOn(t, storage, "static_configs: []")
	const past = `count by (appid) (last_over_time(wxapp_users{job="wxapp",instance="exporter:10120"}[26h]))`
	for back := range 3 {
		program.Eventually(t, fmt.Sprintf("all apps %d days ago", back), func() bool {
			return len(prometheus.query(t, past, now.AddDate(0, 0, -back))) == 3
		})
	}
}
