package collector

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// docs/metrics.md has every metric of the table. UPDATE_GOLDEN=1 writes it.
func TestMetricsDocument(t *testing.T) {
	const file = "../docs/metrics.md"
	want := metricsDocument()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table of metrics says; run make generate", file)
	}
}

func metricsDocument() string {
	var b strings.Builder
	b.WriteString(`# Metrics

<!-- Generated from collector/metrics.go and collector/label.go by make generate. -->

Labels are listed in alphabetical order. A series with the label appid changes only when a poll of
that app ends. Units use the notation of OpenTelemetry.

| Metric | Type | Unit | Labels | Stability | Meaning |
|---|---|---|---|---|---|
`)
	for _, m := range Metrics() {
		labels := make([]string, len(m.Labels))
		for i, label := range m.Labels {
			labels[i] = "`" + label + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s | %s |\n", m.Name, m.Type, m.Unit, strings.Join(labels, " "), m.Stability, m.Help)
	}
	b.WriteString(`
The exporter also has ` + "`wxapp_exporter_build_info`" + ` with the version of the program, and the usual ` + "`go_*`" + ` and
` + "`process_*`" + ` metrics of Go programs.

## Labels

| Label | Values |
|---|---|
`)
	for _, l := range Labels() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", l.Name, l.Markdown())
	}
	return b.String()
}

func TestMetricsAreWellFormed(t *testing.T) {
	names := map[string]bool{}
	for _, m := range Metrics() {
		if names[m.Name] {
			t.Errorf("%s stands twice in the table", m.Name)
		}
		names[m.Name] = true
		if !slices.IsSorted(m.Labels) {
			t.Errorf("%s: labels %v are not in alphabetical order", m.Name, m.Labels)
		}
		if total := strings.HasSuffix(m.Name, "_total"); total != (m.Type == Counter) {
			t.Errorf("%s: only counters end in _total", m.Name)
		}
		if seconds := strings.HasSuffix(m.Name, "_seconds"); seconds != (m.Unit == "s") {
			t.Errorf("%s: metrics in seconds, and no others, end in _seconds", m.Name)
		}
		if strings.ContainsAny(m.Help, "\"\\\n|") || !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: help %q is not plain sentences", m.Name, m.Help)
		}
	}
}

// Every label of the metrics is described once, and no other.
func TestLabelsAreDescribed(t *testing.T) {
	described := map[string]int{}
	for _, label := range Labels() {
		described[label.Name]++
	}
	used := map[string]bool{}
	for _, metric := range Metrics() {
		for _, label := range metric.Labels {
			used[label] = true
			if described[label] != 1 {
				t.Errorf("%s: the label %s is described %d times", metric.Name, label, described[label])
			}
		}
	}
	for label := range described {
		if !used[label] {
			t.Errorf("no metric has the label %s", label)
		}
	}
}
