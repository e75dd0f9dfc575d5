package collector

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// docs/metrics.md has every metric. UPDATE_GOLDEN=1 writes it.
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
		t.Errorf("%s is not what the metrics say; run make generate", file)
	}
}

func metricsDocument() string {
	var b strings.Builder
	b.WriteString(`# Metrics

<!-- Generated from the metrics in collector/ by make generate. -->

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
			t.Errorf("there are two %s", m.Name)
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

// A family is emitted in one way. The figures of an answer begin with the appid and have at
// most two more labels.
func TestFamiliesAreWellFormed(t *testing.T) {
	most := len(figure{}.labels)
	for i, family := range Families() {
		if (family.emit == nil) == (family.figures == nil) {
			t.Errorf("%s is emitted in no way or in two", family.Name)
		}
		if family.figures != nil && (family.Labels[0] != "appid" || len(family.Labels)-1 > most || family.Origin != FromAnswer) {
			t.Errorf("%s: labels %q, origin %d", family.Name, family.Labels, family.Origin)
		}
		if AppMetrics()[i] != &family.Metric || Metrics()[i] != &family.Metric || MetricNamed(family.Name) != &family.Metric {
			t.Errorf("%s is not the same everywhere", family.Name)
		}
	}
	if n := len(Families()); len(AppMetrics()) != n || MetricNamed("wxapp") != nil {
		t.Errorf("%d families have %d metrics", n, len(AppMetrics()))
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
