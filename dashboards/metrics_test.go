package dashboards

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// ofOthers are the metrics that are not in docs/metrics.md by name.
var ofOthers = regexp.MustCompile(`^(up|go_.+|process_.+|wxapp_exporter_build_info)$`)

var documented = regexp.MustCompile("(?m)^\\| `(wxapp_[a-z0-9_]+)`")

// Every metric of docs/metrics.md is used, and what is used is in docs/metrics.md.
func TestMetricsAreUsed(t *testing.T) {
	document, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string]bool{}
	for _, match := range documented.FindAllStringSubmatch(string(document), -1) {
		metrics[match[1]] = true
	}
	if len(metrics) < 20 {
		t.Fatalf("docs/metrics.md has %d metrics only", len(metrics))
	}
	used := usedMetrics(t)
	for metric := range metrics {
		if !used[metric] {
			t.Errorf("no panel and no rule uses %s", metric)
		}
	}
	for _, metric := range slices.Sorted(maps.Keys(used)) {
		if strings.Contains(metric, ":") { // recorded
			continue
		}
		if !metrics[metric] && !ofOthers.MatchString(metric) {
			t.Errorf("%s is used, but not in docs/metrics.md", metric)
		}
	}
}

// usedMetrics returns the metrics that panels, variables, annotations and rules read.
func usedMetrics(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	read := func(expr string) {
		parsed, err := parseExpr(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			return
		}
		parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
			if selector, ok := node.(*parser.VectorSelector); ok {
				for _, matcher := range selector.LabelMatchers {
					if matcher.Name == model.MetricNameLabel {
						for _, name := range matcher.SetMatches() {
							used[name] = true
						}
					}
				}
				name := selector.Name
				for _, suffix := range []string{"_bucket", "_sum", "_count"} {
					name = strings.TrimSuffix(name, suffix)
				}
				if name != "" {
					used[name] = true
				}
			}
			return nil
		})
	}
	for _, e := range expressions(t) {
		read(e.text)
	}
	return used
}
