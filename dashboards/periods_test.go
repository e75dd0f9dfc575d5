package dashboards

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// expression is a query and where it stands.
type expression struct{ place, text string }

// expressions returns what all panels, variables, annotations, rules and alerts ask.
func expressions(t *testing.T) []expression {
	t.Helper()
	var all []expression
	for _, d := range readDashboards(t) {
		add := func(place, text string) {
			all = append(all, expression{d.File + ": " + place, fill(text, singleJob, choice{"visit_uv", "7d"})})
		}
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				add(p.Title+": "+query.RefID, query.Expr)
			}
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" {
				add("variable "+v.Name, variableQuery(v.Definition))
			}
		}
		for _, annotation := range d.Annotations.List {
			if annotation.Expr != "" {
				add("annotation "+annotation.Name, annotation.Expr)
			}
		}
	}
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			all = append(all, expression{"rule " + rule.Record + rule.Alert, rule.Expr})
		}
	}
	for _, group := range readProvisioned(t).Groups {
		for _, rule := range group.Rules {
			for _, data := range rule.Data {
				if data.Model.Expr != "" {
					all = append(all, expression{"alert of Grafana " + rule.Title, data.Model.Expr})
				}
			}
		}
	}
	return all
}

// variableQuery returns what a variable asks.
func variableQuery(definition string) string {
	if inner, ok := strings.CutPrefix(definition, "query_result("); ok {
		return strings.TrimSuffix(inner, ")")
	}
	inner := strings.TrimPrefix(definition, "label_values(")
	return inner[:strings.LastIndex(inner, ",")]
}

// Each selector of a metric with the label period chooses one period, so that turning on the
// datasets of weeks and months changes nothing that is about days.
func TestPeriodIsChosen(t *testing.T) {
	chosen := 0
	for _, e := range expressions(t) {
		parsed, err := parseExpr(e.text)
		if err != nil {
			t.Errorf("%s: %v", e.place, err)
			continue
		}
		parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
			selector, ok := node.(*parser.VectorSelector)
			if !ok || !mayHavePeriod(selector) {
				return nil
			}
			if !choosesPeriod(selector) {
				t.Errorf("%s: %s mixes days, weeks and months", e.place, selector)
			}
			chosen++
			return nil
		})
	}
	if chosen < 100 {
		t.Errorf("%d selectors choose a period", chosen)
	}
}

// mayHavePeriod reports whether a selector selects a metric that has the label period.
func mayHavePeriod(selector *parser.VectorSelector) bool {
	return slices.ContainsFunc(collector.Metrics(), func(m *collector.Metric) bool {
		return slices.Contains(m.Labels, "period") && !slices.ContainsFunc(selector.LabelMatchers, func(matcher *labels.Matcher) bool {
			return matcher.Name == model.MetricNameLabel && !matcher.Matches(m.Name)
		})
	})
}

// choosesPeriod reports whether a selector selects one period.
func choosesPeriod(selector *parser.VectorSelector) bool {
	return slices.ContainsFunc(selector.LabelMatchers, func(matcher *labels.Matcher) bool {
		return matcher.Name == "period" && matcher.Type == labels.MatchEqual && slices.Contains([]string{"day", "week", "month"}, matcher.Value)
	})
}

// What the test of all expressions refuses, and what it takes.
func TestChoosesPeriod(t *testing.T) {
	for text, want := range map[string]struct{ may, chooses bool }{
		`wxapp_sessions`:                                   {true, false},
		`wxapp_sessions{period="day"}`:                     {true, true},
		`wxapp_sessions{period=~"day"}`:                    {true, false},
		`wxapp_sessions{period!="week"}`:                   {true, false},
		`{__name__=~"wxapp_(up|sessions)"}`:                {true, false},
		`{__name__=~"wxapp_(up|sessions)",period="month"}`: {true, true},
		`{job="a"}`:                            {true, false},
		`wxapp_up`:                             {false, false},
		`wxapp_cumulative_users{period="day"}`: {false, true},
		`wxapp_dataset_end_timestamp_seconds{dataset="monthly"}`:        {false, false},
		`appid_period:wxapp_sessions:per_user`:                          {false, false},
		`{__name__="wxapp_active_users",appid=~".+",period="tomorrow"}`: {true, false},
	} {
		parsed, err := parseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		selector := parsed.(*parser.VectorSelector)
		if may, chooses := mayHavePeriod(selector), choosesPeriod(selector); may != want.may || chooses != want.chooses {
			t.Errorf("%s: %t, %t; want %+v", text, may, chooses, want)
		}
	}
}
