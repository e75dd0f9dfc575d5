package dashboards

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// halfRestored is the last scrape as it is a minute later, after a restart of the exporter,
// when the largest app and another one are not read yet.
func halfRestored(s scrape) scrape {
	half := scrape{at: s.at.Add(time.Minute)}
	for _, family := range s.families {
		metrics := slices.DeleteFunc(slices.Clone(family.GetMetric()), func(metric *dto.Metric) bool {
			return slices.ContainsFunc(metric.GetLabel(), func(label *dto.LabelPair) bool {
				return label.GetName() == "appid" && label.GetValue() != simulatedApps[1].app.ID
			})
		})
		if family.GetName() == "wxapp_restoring_apps" {
			metrics = gauge(family.GetName(), 2).Metric
		}
		half.families = append(half.families, &dto.MetricFamily{Name: family.Name, Type: family.Type, Metric: metrics})
	}
	return half
}

// ofNames are series of names, of which some have ended within the last day. Those of the apps
// that are not read yet count on, which moves what is divided by the sum of all.
var ofNames = regexp.MustCompile(`\b(name|source|page|brand)=`)

// grows are queries whose answers change from one minute to the next.
var grows = regexp.MustCompile(`time\(\)|increase\(|rate\(`)

// While an exporter that was restarted still reads archives, every panel and variable answers
// as before, and no rule says that something is missing or fell.
func testHalfRestored(t *testing.T, db *database, simulation simulation) {
	asked := map[string]func() map[string]float64{}
	expected := map[string]map[string]float64{}
	growing, divides := map[string]bool{}, map[string]bool{}
	for _, d := range readDashboards(t) {
		for _, p := range d.withQueries() {
			if perProcess[p.Title] != "" || strings.Contains(d.File, "zh-CN") {
				continue
			}
			for _, query := range p.Targets {
				place := fmt.Sprintf("%s: %s: %s", d.File, p.Title, query.RefID)
				growing[place], divides[place] = grows.MatchString(query.Expr), strings.Contains(query.Expr, " / ")
				asked[place] = func() map[string]float64 {
					return numbersBySeries(db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{"visit_uv", "1d"})))
				}
			}
		}
		for _, v := range d.Templating.List {
			if expr, ok := strings.CutPrefix(v.Definition, "query_result("); ok && v.Name != series.LookingBack {
				place := d.File + ": variable " + v.Name
				divides[place] = true // what is offered counts, not its order
				asked[place] = func() map[string]float64 {
					return numbersBySeries(db.ask(t, fill(strings.TrimSuffix(expr, ")"), singleJob, choice{"visit_uv", "1d"}), false, ""))
				}
			}
		}
	}
	rules := map[string]func() map[string]float64{}
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			rules[rule.Record+rule.Alert+fmt.Sprint(rule.Labels)] = func() map[string]float64 {
				return numbersBySeries(db.ask(t, ofJob(t, rule.Expr, singleJob), false, ""))
			}
		}
	}
	for place, ask := range asked {
		expected[place] = ask()
	}
	for name, ask := range rules {
		expected[name] = ask()
	}

	checkLookback(t, db, "none")

	db.scrape(t, halfRestored(simulation.scrapes[len(simulation.scrapes)-1]))

	checkLookback(t, db, ".*")
	for place, ask := range asked {
		got, want := ask(), expected[place]
		for series, value := range want {
			now, ok := got[series]
			tolerance := 1e-9 * math.Abs(value)
			switch {
			case growing[place]:
				tolerance = 0.05 + 0.05*math.Abs(value)
			case ofNames.MatchString(series) && divides[place]:
				tolerance = math.Inf(1)
			}
			if !ok || math.Abs(now-value) > tolerance {
				t.Errorf("%s: %s is %g (%t) at half restored, and was %g", place, series, now, ok, value)
				break
			}
		}
		for series := range got {
			if _, ok := want[series]; !ok && !ofNames.MatchString(series) {
				t.Errorf("%s: %s is new at half restored", place, series)
			}
		}
	}
	for name, ask := range rules {
		for series, value := range ask() {
			if before, ok := expected[name][series]; !ok || math.Abs(value-before) > 0.05+1e-9*math.Abs(before) {
				t.Errorf("%s: says %s %g at half restored, and said %g before (%t)", name, series, value, before, ok)
			}
		}
	}
}

// checkLookback checks whether boards look back. That the variable is no label of any series is what
// turns that off.
func checkLookback(t *testing.T, db *database, want string) {
	t.Helper()
	if got := db.lookback(t, singleJob); got != want {
		t.Errorf("boards look back for %q, want %q", got, want)
	}
	for _, family := range collector.Families() {
		if slices.Contains(family.Labels, series.LookingBack) {
			t.Errorf("%s has the label %s", family.Name, series.LookingBack)
		}
	}
}

// numbersBySeries returns the last number of each series of an answer.
func numbersBySeries(result *promql.Result) map[string]float64 {
	numbers := map[string]float64{}
	add := func(metric labels.Labels, value float64) {
		if !math.IsNaN(value) {
			numbers[metric.String()] = value
		}
	}
	switch value := result.Value.(type) {
	case promql.Vector:
		for _, sample := range value {
			add(sample.Metric, sample.F)
		}
	case promql.Matrix:
		for _, series := range value {
			add(series.Metric, series.Floats[len(series.Floats)-1].F)
		}
	}
	return numbers
}
