package consumers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// pastDays is how many days of the demo's past are imported.
const pastDays = 3

// Every sample of an export is in the store after the import, and no other.
func TestPast(t *testing.T) {
	files := export(t, pastDays)
	want := exported(t, files)
	stores := importInto(t, files)
	for name, store := range map[string]string{
		"Prometheus " + prometheusVersion:           stores.prometheus,
		"VictoriaMetrics " + victoriaMetricsVersion: stores.victoriaMetrics,
		"Thanos " + thanosVersion:                   stores.thanos,
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]map[int64]float64
			program.Eventually(t, "all series of the past", func() bool {
				got = past(t, store)
				return len(got) >= len(want)
			})
			if len(want) < 5000 || len(got) != len(want) {
				t.Errorf("%d series, want %d", len(got), len(want))
			}
			wrong := 0
			for series, points := range want {
				if !maps.EqualFunc(got[series], points, same) {
					if wrong++; wrong < 5 {
						t.Errorf("%s: %v, want %v", series, got[series], points)
					}
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d series differ", wrong, len(want))
			}
		})
	}
}

// export writes the last days of the demo's past, as docs/history.md says, and returns the files.
func export(t *testing.T, days int) []string {
	t.Helper()
	archive, folder := filepath.Join(t.TempDir(), "archive"), t.TempDir()
	environment := []string{"WXAPP_ARCHIVE=" + archive, "WXAPP_DATASETS=all"}
	from := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, -days).Format(time.DateOnly)
	for _, arguments := range [][]string{
		{"demo", "--past-only"},
		{"export", "--output", folder, "--every=24h", "--slice=6h", "--from=" + from, "--label=job=wxapp", "--label=instance=exporter:10120"},
	} {
		if code := program.Start(t, program.Built(t, buildExporter), environment, arguments...).Wait(t); code != 0 {
			t.Fatalf("%s ends with %d", arguments[0], code)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.om"))
	if err != nil || len(files) < days {
		t.Fatalf("%d slices, %v", len(files), err)
	}
	return files
}

// exported returns the samples of some files: by series and milliseconds.
func exported(t *testing.T, files []string) map[string]map[int64]float64 {
	t.Helper()
	all := map[string]map[int64]float64{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			end := strings.LastIndex(line, "} ") + 1
			fields := strings.Fields(line[end:])
			value, errOfValue := strconv.ParseFloat(fields[0], 64)
			at, errOfTime := strconv.ParseFloat(fields[1], 64)
			if errOfValue != nil || errOfTime != nil {
				t.Fatal(line)
			}
			sample := served(t, line[:end]+" "+fields[0]+"\n")[0]
			add(all, sample.Labels, int64(math.Round(at*1000)), value)
		}
	}
	return all
}

// past returns the samples of a store in the same way.
func past(t *testing.T, store string) map[string]map[int64]float64 {
	t.Helper()
	query := url.Values{"query": {fmt.Sprintf(`{__name__=~"wxapp_.+"}[%dd]`, pastDays+2)}}
	status, body := program.Get(t, store+"/api/v1/query?"+query.Encode())
	if status == http.StatusServiceUnavailable {
		return nil
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[int64]float64{}
	for _, series := range answer.Data.Result {
		for _, point := range series.Values {
			value, err := strconv.ParseFloat(fmt.Sprint(point[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			add(all, series.Metric, int64(math.Round(point[0].(float64)*1000)), value)
		}
	}
	return all
}

func add(all map[string]map[int64]float64, labels map[string]string, at int64, value float64) {
	var series []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		series = append(series, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	key := strings.Join(series, ",")
	if all[key] == nil {
		all[key] = map[int64]float64{}
	}
	all[key][at] = value
}

// stores are the addresses of three stores that have imported the same.
type stores struct{ prometheus, victoriaMetrics, thanos string }

// importInto starts the stores and imports files into each, as docs/history.md says.
func importInto(t *testing.T, files []string) stores {
	t.Helper()
	blocks := blocksOf(t, files)
	thanos := upload(t, blocks) // before Prometheus has them, which merges blocks
	return stores{startPrometheus(t, blocks, nothing, "--storage.tsdb.retention.time=10y"), importByHTTP(t, files), thanos}
}

func importByHTTP(t *testing.T, files []string) string {
	t.Helper()
	store := startVictoriaMetrics(t, nothing)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := program.Ask(t, http.MethodPost, store+"/api/v1/import/prometheus", string(content)); status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", file, status, body)
		}
	}
	return store
}

// blocksOf returns a folder with the blocks that promtool makes of some files.
func blocksOf(t *testing.T, files []string) string {
	t.Helper()
	storage := t.TempDir()
	for _, file := range files {
		if err := program.Run(exec.CommandContext(t.Context(), program.Built(t, buildPromtool), "tsdb", "create-blocks-from", "--quiet", "openmetrics", file, storage)); err != nil {
			t.Fatal(err)
		}
	}
	return storage
}
