package dashboards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// silent lists the queries that answer nothing in the simulation, and why.
var silent = map[string]string{}

// perProcess lists the panels that count processes or what each of them does, so that
// they see every replica.
var perProcess = map[string]string{
	"Exporters":                 "counts processes",
	"Calls per day by endpoint": "replicas call WeChat each for themselves, and all calls count against the quota",
	"Outcome of calls per day":  "as above",
	"Latency over time":         "shows the calls of all replicas together, which are more",
	"Latency since the start":   "as above",
	"Archive failures, 24 h":    "every replica has an archive of its own",
	"Writes to the archive":     "as above",
	"Pushes by OTLP":            "every replica pushes",
	"Since the last push":       "shows each process",
	"Versions":                  "shows each process",
	"Memory":                    "shows each process",
	"CPU":                       "shows each process",
	"Goroutines":                "shows each process",
}

// Every query of every panel answers something, for every choice of the variables,
// and answers the same when the exporter runs twice.
func TestQueries(t *testing.T) {
	scrapes := simulate(t)
	db := openDatabase(t, scrapes)
	t.Run("panels", func(t *testing.T) { testPanels(t, db) })
	t.Run("variables", func(t *testing.T) { testVariables(t, db) })
	t.Run("rules", func(t *testing.T) { testRules(t, db) })
	t.Run("map", func(t *testing.T) { testMap(t, db) })
	t.Run("ages", func(t *testing.T) { testAges(t, db) })
	t.Run("day", func(t *testing.T) { testDay(t, db) })
	t.Run("history", func(t *testing.T) { testHistory(t, openDatabase(t, daily(scrapes))) })
}

func testPanels(t *testing.T, db *database) {
	used := map[string]bool{}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				place := fmt.Sprintf("%s: %s: %s", d.File, p.Title, query.RefID)
				for _, choice := range choices(query.Expr) {
					single := db.ask(t, fill(query.Expr, singleJob, choice), query.Range)
					n := numbers(single)
					if reason, ok := silent[place]; ok {
						used[place] = true
						if n > 0 {
							t.Errorf("%s %v: answers %d series, but is listed as silent: %s", place, choice, n, reason)
						}
						continue
					}
					if n == 0 {
						t.Errorf("%s %v: no answer\n%s", place, choice, fill(query.Expr, singleJob, choice))
					}
					if perProcess[p.Title] != "" {
						continue
					}
					double := db.ask(t, fill(query.Expr, replicatedJob, choice), query.Range)
					if got, want := double.String(), single.String(); !sameLines(got, want) {
						t.Errorf("%s %v: two replicas change the answer\n%.2000s\nwant\n%.2000s", place, choice, got, want)
					}
				}
			}
		}
	}
	for place := range silent {
		if !used[place] {
			t.Errorf("%s is listed as silent, but is no query", place)
		}
	}
}

func sameLines(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.Lines(a+"\n")), slices.Sorted(strings.Lines(b+"\n")))
}

// choice is what is chosen on a dashboard.
type choice struct{ metric, length string }

// choices returns all that can be chosen for a query.
func choices(expr string) []choice {
	metrics, lengths := []string{"visit_uv"}, []string{"1d"}
	if strings.Contains(expr, "$metric") {
		metrics = []string{"visit_uv", "visit_uv_new"}
	}
	if strings.Contains(expr, `"$range"`) {
		lengths = []string{"1d", "7d", "30d"}
	}
	var all []choice
	for _, metric := range metrics {
		for _, length := range lengths {
			all = append(all, choice{metric, length})
		}
	}
	return all
}

// fill puts what is chosen into a query, as Grafana does.
func fill(expr, job string, c choice) string {
	var ids []string
	for _, simulated := range simulatedApps {
		ids = append(ids, simulated.app.ID)
	}
	return strings.NewReplacer(
		"$job", job,
		"$appid", "("+strings.Join(ids, "|")+")",
		"$metric", c.metric,
		`"$range"`, `"`+c.length+`"`,
		"$__rate_interval", "7h",
		"$__range", "30d",
	).Replace(expr)
}

func testVariables(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, v := range d.Templating.List {
			if v.Type != "query" {
				continue
			}
			var expr string
			if inner, ok := strings.CutPrefix(v.Definition, "query_result("); ok {
				expr = fill(strings.TrimSuffix(inner, ")"), singleJob, choice{})
			} else if inner, ok := strings.CutPrefix(v.Definition, "label_values("); ok {
				expr, _, _ = strings.Cut(inner, ",")
			}
			if n := numbers(db.ask(t, expr, false)); n < len(simulatedApps) {
				t.Errorf("%s: variable %s: %d answers", d.File, v.Name, n)
			}
		}
	}
}

// Of all provinces, the unknown one alone is not on the map.
func testMap(t *testing.T, db *database) {
	p := findInPortrait(t, "Not on the map")
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false)
	if got := labelValues(answer, "name"); !slices.Equal(got, []string{"未知"}) {
		t.Errorf("not on the map: %v", got)
	}
	p = findInPortrait(t, "Provinces: ${metric:text}, ${range:text}")
	answer = db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false)
	if got := labelValues(answer, "name"); len(got) != len(collector.Provinces()) {
		t.Errorf("%d provinces are on the map: %v", len(got), got)
	}
	for _, name := range []string{"latitude", "longitude"} {
		if slices.Contains(labelValues(answer, name), "") {
			t.Errorf("a province has no %s", name)
		}
	}
}

// Ages stand in their natural order, not by number of users. Grafana sorts the names of
// an answer as texts, so that order has to be that of age.
func testAges(t *testing.T, db *database) {
	p := findInPortrait(t, "Ages")
	last := p.Transformations[len(p.Transformations)-1]
	by, _ := last.Options["sort"].([]any)
	if last.ID != "sortBy" || len(by) != 1 || by[0].(map[string]any)["field"] != "name" || by[0].(map[string]any)["desc"] != nil {
		t.Errorf("ages are sorted by %v, want by name, ascending", last)
	}
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false)
	want := []string{"17岁以下", "18-24岁", "25-29岁", "30-39岁", "40-49岁", "50岁以上", "未知"}
	if got := labelValues(answer, "name"); !slices.Equal(got, want) {
		t.Errorf("ages are shown in the order %v, want %v", got, want)
	}
}

// The numbers are for yesterday, not for today, on which the window ends.
func testDay(t *testing.T, db *database) {
	p := findInPortrait(t, "Data for")
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "1d"}), false)
	for _, sample := range answer.Value.(promql.Vector) {
		if second := int64(sample.F) / 1000; (second+8*3600+1)%86400 != 0 {
			t.Errorf("%s: the day ends at second %d, want one second before midnight in China", sample.Metric, second)
		}
	}
}

// daily thins out what the exporter showed to what an imported history holds, one
// sample of each day's numbers and windows at the time of their publication, and what
// is scraped at the end.
func daily(scrapes []scrape) []scrape {
	var thinned []scrape
	var newest float64
	for _, s := range scrapes[:len(scrapes)-1] {
		var end float64
		families := slices.DeleteFunc(slices.Clone(s.families), func(family *dto.MetricFamily) bool {
			return family.GetName() != "wxapp_users" && !strings.HasPrefix(family.GetName(), "wxapp_data_")
		})
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				if family.GetName() == "wxapp_data_end_timestamp_seconds" {
					end = max(end, metric.GetGauge().GetValue())
				}
			}
		}
		if end > newest {
			newest = end
			thinned = append(thinned, scrape{s.at, families})
		}
	}
	return append(thinned, scrapes[len(scrapes)-1])
}

// On one sample a day, trends are drawn, with gaps no longer than publication moves, and
// weeks are compared.
func testHistory(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				expr := fill(query.Expr, singleJob, choice{"visit_uv", "7d"})
				if !strings.Contains(expr, "wxapp_users") {
					continue
				}
				answer := db.ask(t, expr, query.Range)
				if numbers(answer) == 0 {
					t.Errorf("%s: %s: %s: no answer on one sample a day\n%s", d.File, p.Title, query.RefID, expr)
				}
				if !query.Range {
					continue
				}
				most := 0
				for _, series := range answer.Value.(promql.Matrix) {
					most = max(most, len(series.Floats))
				}
				if most < 110 {
					t.Errorf("%s: %s: %s: a line of %d points, want nearly one for every six hours of 30 days", d.File, p.Title, query.RefID, most)
				}
			}
		}
	}
}

// findInPortrait returns a panel of the dashboard on users.
func findInPortrait(t *testing.T, title string) panel {
	t.Helper()
	for _, d := range readDashboards(t) {
		for _, p := range d.Panels {
			if d.File == "wxapp-portrait.json" && p.Title == title {
				return p
			}
		}
	}
	t.Fatalf("the portrait has no panel %s", title)
	return panel{}
}

// labelValues returns the sorted values of a label in an answer.
func labelValues(result *promql.Result, name string) []string {
	values := map[string]bool{}
	for _, sample := range result.Value.(promql.Vector) {
		values[sample.Metric.Get(name)] = true
	}
	return slices.SortedFunc(maps.Keys(values), cmp.Compare)
}

// appIDs returns the apps of an answer.
func appIDs(result *promql.Result) []string {
	return slices.DeleteFunc(labelValues(result, "appid"), func(id string) bool { return id == "" })
}
