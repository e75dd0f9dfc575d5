package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Every column that a query brings has its place in the table, or is left out.
func testColumns(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			var known map[string]bool
			for _, tr := range p.Transformations {
				if tr.ID == "organize" {
					known = map[string]bool{}
					for _, key := range []string{"indexByName", "excludeByName"} {
						fields, _ := tr.Options[key].(map[string]any)
						for field := range fields {
							known[field] = true
						}
					}
				}
			}
			if p.Type == "table" && known == nil {
				t.Errorf("%s: %s: the columns have no order", d.File, p.Title)
			}
			if known == nil || p.Type == "geomap" {
				continue
			}
			for _, query := range p.Targets {
				value := "Value"
				if len(p.Targets) > 1 {
					value += " #" + query.RefID
				}
				fields := map[string]bool{value: true}
				if query.Range && query.Format == "time_series" {
					fields = map[string]bool{"Trend #" + query.RefID: true}
				} else {
					for _, sample := range db.ask(t, fill(query.Expr, singleJob, choice{"visit_uv", "30d"}), false, "").Value.(promql.Vector) {
						sample.Metric.Range(func(label labels.Label) { fields[label.Name] = true })
					}
				}
				for field := range fields {
					if !known[field] {
						t.Errorf("%s: %s: %s brings the column %q, which has no place", d.File, p.Title, query.RefID, field)
					}
				}
			}
		}
	}
}

// The app with a wrong secret is shown as failing, first, in red and with the reason, and its
// datasets as stale; the others are fine and green.
func testStates(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, o := range p.FieldConfig.Overrides {
				var texts []mapping
				if o.Matcher.Options != "State" || !o.property(t, "mappings", &texts) {
					continue
				}
				by, _ := p.Options["sortBy"].([]any)
				if first := by[0].(map[string]any); first["displayName"] != "State" || first["desc"] != true {
					t.Errorf("%s: %s: sorted by %v, want those that fail first", d.File, p.Title, first)
				}
				for _, sample := range db.ask(t, fill(p.Targets[1].Expr, singleJob, choice{"visit_uv", "1d"}), false, "").Value.(promql.Vector) {
					got := texts[0].Options[fmt.Sprint(sample.F)]
					want := struct{ Text, Color string }{"fresh", "green"}
					if sample.Metric.Get("appid") == brokenApp() {
						want = struct{ Text, Color string }{"FAILING", "red"}
						if sample.Metric.Get("dataset") != "" { // not asked since
							want = struct{ Text, Color string }{"STALE", "orange"}
						}
					}
					if got != want {
						t.Errorf("%s: %s: %s is shown as %v, want %v", d.File, p.Title, sample.Metric, got, want)
					}
				}
			}
		}
	}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			if p.Title != "What fails, and what to do" {
				continue
			}
			answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{}), false, "")
			if apps, books := appIDs(answer), labelValues(answer, "runbook"); !slices.Equal(apps, []string{brokenApp()}) || !slices.Equal(books, []string{"WxappCredentialsRefused"}) {
				t.Errorf("%v fail and have the runbooks %v", apps, books)
			}
		}
	}
}

// Publications and failures of the simulated days are marked.
func testAnnotations(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		if len(d.Annotations.List) != 3 {
			t.Errorf("%s: %d annotations, want publications, failures and releases", d.File, len(d.Annotations.List))
		}
		for _, annotation := range d.Annotations.List {
			if annotation.Expr == "" { // of Grafana's own
				continue
			}
			// Scrapes are three hours apart here, and a minute in life.
			expr := strings.ReplaceAll(fill(annotation.Expr, singleJob, choice{}), "[1h]", "[7h]")
			answer := db.ask(t, expr, true, "1h")
			if n := numbers(answer); n == 0 {
				t.Errorf("%s: %s marks nothing\n%s", d.File, annotation.Name, expr)
			}
		}
	}
}

// English boards show the genders, platforms and ages in English, and the English names of
// the provinces beside those that WeChat sends.
func testEnglish(t *testing.T, db *database) {
	for _, dimension := range []string{"Gender", "Platform", "Age"} {
		p := findInPortrait(t, dimension)
		var texts []mapping
		for _, o := range p.FieldConfig.Overrides {
			if o.Matcher.Options == dimension {
				o.property(t, "mappings", &texts)
			}
		}
		names := labelValues(db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false, ""), "name")
		for _, name := range names {
			if len(texts) == 0 || texts[0].Options[name].Text == "" || hasHan(texts[0].Options[name].Text) {
				t.Errorf("%s: %s is shown as it is", dimension, name)
			}
		}
		trend := findInPortrait(t, dimension+", share over time")
		for _, name := range names {
			shown := name
			for _, o := range trend.FieldConfig.Overrides {
				if o.Matcher.Options == name {
					o.property(t, "displayName", &shown)
				}
			}
			if strings.ContainsFunc(shown, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: the line of %s is called %s", trend.Title, name, shown)
			}
		}
	}
	p := findInPortrait(t, "Province")
	if !slices.Contains(visibleColumns(t, p), "English") {
		t.Errorf("the provinces have the columns %v", visibleColumns(t, p))
	}
	answer := db.ask(t, fill(p.Targets[4].Expr, singleJob, choice{"visit_uv", "30d"}), false, "")
	if got := labelValues(answer, "english"); !slices.Contains(got, "Guangdong") || len(got) != len(collector.Provinces()) {
		t.Errorf("%d provinces have English names: %v", len(got), got)
	}
}
