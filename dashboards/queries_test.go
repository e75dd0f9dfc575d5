package dashboards

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// perProcess lists the panels that count processes or what each of them does, so that
// they see every replica.
var perProcess = map[string]string{
	"Exporters":                   "counts processes",
	"Queued":                      "every replica has an archive of its own",
	"Push":                        "every replica pushes",
	"Reload":                      "every replica reads the settings for itself",
	"Calls per day by endpoint":   "replicas call WeChat each for themselves, and all calls count against the quota",
	"Outcomes per day":            "as above",
	"Latency by day":              "shows the calls of all replicas together, which are more",
	"Latency since start":         "as above",
	"Writes to the archive":       "every replica has an archive of its own",
	"Pushes by OTLP":              "every replica pushes",
	"Minutes since the last push": "shows each process",
	"Versions":                    "shows each process",
	"Memory":                      "shows each process",
	"CPU":                         "shows each process",
	"Goroutines":                  "shows each process",
}

// Every query of every panel answers something, for every choice of the variables,
// and answers the same when the exporter runs twice, or its series have no job.
func TestQueries(t *testing.T) {
	simulation := simulate(t, simulatedDays*24*time.Hour, wechat.Datasets())
	db := openDatabase(t, simulation.scrapes, readRules(t))
	t.Run("panels", func(t *testing.T) { testPanels(t, db) })
	t.Run("variables", func(t *testing.T) { testVariables(t, db) })
	t.Run("rules", func(t *testing.T) { testRules(t, db) })
	t.Run("map", func(t *testing.T) { testMap(t, db) })
	t.Run("ages", func(t *testing.T) { testAges(t, db) })
	t.Run("day", func(t *testing.T) { testDay(t, db) })
	t.Run("states", func(t *testing.T) { testStates(t, db) })
	t.Run("days", func(t *testing.T) { testDays(t, db, simulation) })
	t.Run("visits", func(t *testing.T) { testVisits(t, db, simulation) })
	t.Run("cohorts", func(t *testing.T) { testCohorts(t, db, simulation) })
	t.Run("newest day", func(t *testing.T) { testNewestDay(t, db, simulation) })
	t.Run("columns", func(t *testing.T) { testColumns(t, db) })
	t.Run("english", func(t *testing.T) { testEnglish(t, db) })
	t.Run("annotations", func(t *testing.T) { testAnnotations(t, db) })
	t.Run("added datasets", func(t *testing.T) { testAddedDatasets(t, db) })
	imported := daily(simulation.scrapes)
	history := openDatabase(t, imported, nil)
	t.Run("days in titles", func(t *testing.T) { testDaysInTitles(t, db) })
	t.Run("overview", func(t *testing.T) { testOverview(t, db, simulation) })
	t.Run("shares", func(t *testing.T) { testShares(t, db) })
	t.Run("half restored", func(t *testing.T) { testHalfRestored(t, db, simulation) })
	t.Run("ended", func(t *testing.T) { testEnded(t, db, simulation) })
	t.Run("history", func(t *testing.T) { testHistory(t, history, simulation) })
	t.Run("past", func(t *testing.T) { testPast(t, history) })
	t.Run("nothing later", func(t *testing.T) { testNothingLater(t, history, imported) })
}

func testPanels(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				place := fmt.Sprintf("%s: %s: %s", d.File, p.Title, query.RefID)
				all := choices(query.Expr)
				for i, choice := range all {
					single := db.askPanel(t, p, query, fill(query.Expr, singleJob, choice))
					n := numbers(single)
					if few := choice.metric == newUsers && strings.Contains(query.Expr, ">= 100"); n == 0 && !few {
						t.Errorf("%s %v: no answer\n%s", place, choice, fill(query.Expr, singleJob, choice))
					}
					if colors := p.FieldConfig.Defaults.Color.Mode; colors == "palette-classic" && n > paletteSize {
						t.Errorf("%s %v: %d series share %d colors", place, choice, n, paletteSize)
					}
					if perProcess[p.Title] != "" || i < len(all)-1 {
						continue
					}
					for _, job := range []string{replicatedJob, noJob} {
						other := db.askPanel(t, p, query, fill(query.Expr, job, choice))
						if got, want := lines(other), lines(single); got != want {
							t.Errorf("%s %v: the job %q changes the answer\n%.2000s\nwant\n%.2000s", place, choice, job, got, want)
						}
					}
				}
			}
		}
	}
}

// lines returns an answer as text, one line for each number, sorted. Numbers have nine
// digits: the order of additions changes the last ones.
func lines(result *promql.Result) string {
	var all []string
	add := func(metric labels.Labels, at int64, value float64) {
		all = append(all, fmt.Sprintf("%s %d %.9g", metric, at, value))
	}
	switch value := result.Value.(type) {
	case promql.Vector:
		for _, sample := range value {
			add(sample.Metric, sample.T, sample.F)
		}
	case promql.Matrix:
		for _, series := range value {
			for _, point := range series.Floats {
				add(series.Metric, point.T, point.F)
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// choice is what is chosen on a dashboard.
type choice struct{ metric, length string }

// newUsers is a choice of the variable metric, of which small groups have few.
const newUsers = "visit_uv_new"

// choices returns all that can be chosen for a query.
func choices(expr string) []choice {
	metrics, lengths := []string{"visit_uv"}, []string{"1d"}
	if strings.Contains(expr, "$metric") || strings.Contains(expr, "$cohort") {
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

// chosenFigure is where a query looks whether its number is chosen. Each is, in turn.
var chosenFigure = regexp.MustCompile(`vector\(\$figure\) == (\d)`)

// chosenSource is a source of each simulated app.
const chosenSource = "小程序历史列表"

// fill puts what is chosen into a query, as Grafana does.
func fill(expr, job string, c choice) string {
	cohort := "active"
	if c.metric == "visit_uv_new" {
		cohort = "new"
	}
	return strings.NewReplacer(
		"$job", job,
		"$appid", allApps(),
		"$province", ".*",
		"$city", ".*",
		"$source", chosenSource,
		"${source:regex}", ".+",
		"$metric", c.metric,
		"$cohort", cohort,
		`"$range"`, `"`+c.length+`"`,
		"$__rate_interval", "27h",
		"$__range", "30d",
	).Replace(chosenFigure.ReplaceAllString(expr, "vector($1) == $1"))
}

// oneValue says whether a variable has one value for all apps.
func oneValue(v variable) bool {
	return dayVariable.MatchString(v.Name) || v.Name == series.LookingBack
}

func testVariables(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, v := range d.Templating.List {
			if v.Type != "query" {
				continue
			}
			expr := fill(variableQuery(v.Definition), singleJob, choice{"visit_uv", "1d"})
			if n := numbers(db.ask(t, expr, false, "")); n < len(simulatedApps) && (n != 1 || !oneValue(v)) {
				t.Errorf("%s: variable %s: %d answers", d.File, v.Name, n)
			}
		}
	}
}

// Of all provinces, the unknown one alone is not on the map.
func testMap(t *testing.T, db *database) {
	p := findInPortrait(t, "Not on the map")
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false, "")
	if got := labelValues(answer, "name"); !slices.Equal(got, []string{"未知"}) {
		t.Errorf("not on the map: %v", got)
	}
	p = findInPortrait(t, "Provinces, ${metric:text}, ${range:text}")
	answer = db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false, "")
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
	p := findInPortrait(t, "Age")
	by, _ := p.Options["sortBy"].([]any)
	if len(by) != 1 || by[0].(map[string]any)["displayName"] != "Age" || by[0].(map[string]any)["desc"] != false {
		t.Errorf("ages are sorted by %v, want by name, ascending", by)
	}
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "30d"}), false, "")
	want := []string{"17岁以下", "18-24岁", "25-29岁", "30-39岁", "40-49岁", "50岁以上", "未知"}
	if got := labelValues(answer, "name"); !slices.Equal(got, want) {
		t.Errorf("ages are shown in the order %v, want %v", got, want)
	}
}

// The numbers are for yesterday, not for today, on which the window ends.
func testDay(t *testing.T, db *database) {
	p := findInPortrait(t, "Day")
	answer := db.ask(t, fill(p.Targets[0].Expr, singleJob, choice{"visit_uv", "1d"}), false, "")
	for _, sample := range answer.Value.(promql.Vector) {
		if second := int64(sample.F) / 1000; (second+8*3600+1)%86400 != 0 {
			t.Errorf("%s: the day ends at second %d, want one second before midnight in China", sample.Metric, second)
		}
	}
}

// allApps matches all simulated apps, as fill writes them.
func allApps() string {
	var ids []string
	for _, simulated := range simulatedApps {
		ids = append(ids, simulated.app.ID)
	}
	return "(" + strings.Join(ids, "|") + ")"
}

// findInPortrait returns a panel of the dashboard on users.
func findInPortrait(t *testing.T, title string) panel {
	t.Helper()
	for _, d := range readDashboards(t) {
		for _, p := range d.all() {
			if d.File == "wxapp-portrait.json" && withoutDay(p.Title) == title {
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

// parseExpr reads a query of a board or of a rule.
func parseExpr(expr string) (parser.Expr, error) {
	return parser.NewParser(parser.Options{}).ParseExpr(strings.NewReplacer(series.End, "1", "$__interval", "1d").Replace(expr))
}
