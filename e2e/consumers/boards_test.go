package consumers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// boardDays is how many days of the demo's past the boards are asked about.
const boardDays = 40

// moments are how long ago the boards are looked at: in the past of the demo, which ends three days
// before its start.
var moments = []time.Duration{80 * time.Hour, 103 * time.Hour, 200 * time.Hour}

// asked is a query of a board or a rule.
type asked struct {
	place, expr string
	over        bool // the time shown, with steps of a day
}

// differently are the queries whose answers differ, and by how much: the reason is also in
// docs/dashboards.md.
var differently = map[string]string{}

// Every panel, variable, recording rule and alert has the same answer from VictoriaMetrics as from
// Prometheus, at several moments of one imported past.
func TestBoardsOnTwoEngines(t *testing.T) {
	files := export(t, boardDays)
	prometheus, victoria := importByPromtool(t, files), importByHTTP(t, files)
	queries := slices.Concat(boardQueries(t), ruleQueries(t))
	now := time.Now()
	program.Eventually(t, "the past in VictoriaMetrics", func() bool {
		return !slices.ContainsFunc([]string{"wxapp_app_info", "wxapp_users", "wxapp_dataset_end_timestamp_seconds"}, func(metric string) bool {
			q := asked{expr: "count(last_over_time(" + metric + "[26h]))"}
			end := now.Add(-moments[0])
			return compareAnswers(answers(t, prometheus, q, end), answers(t, victoria, q, end)) != ""
		})
	})
	answered, differ := 0, map[string]bool{}
	for _, back := range moments {
		end := now.Add(-back).Truncate(time.Minute)
		for _, q := range queries {
			want, got := answers(t, prometheus, q, end), answers(t, victoria, q, end)
			if len(want) > 0 {
				answered++
			}
			if difference := compareAnswers(want, got); difference != "" {
				differ[q.place] = true
				if differently[q.place] == "" {
					t.Errorf("%s at %s: %s\n%.1500s", q.place, end, difference, q.expr)
				}
			}
		}
	}
	if len(queries) < 250 || answered < len(queries) {
		t.Errorf("%d queries have %d answers", len(queries), answered)
	}
	for place := range differently {
		if !differ[place] {
			t.Errorf("%s does not differ any more", place)
		}
	}
}

var chosenFigure = regexp.MustCompile(`vector\(\$figure\) == (\d)`)

// filled puts what can be chosen on a board into a query: all apps, active users of 7 days.
func filled(expr string) string {
	return strings.NewReplacer(
		"$job", ".*", "$appid", ".+", "$province", ".*", "$city", ".*", "$source", ".*", "$metric", "visit_uv", "$cohort", "active",
		`"$range"`, `"7d"`, "$__rate_interval", "27h", "$__interval", "1d", "$__range", "30d",
	).Replace(chosenFigure.ReplaceAllString(expr, "vector($1) == $1"))
}

// boardQueries returns the queries of all panels and variables.
func boardQueries(t *testing.T) []asked {
	t.Helper()
	files, err := filepath.Glob("../../dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d boards, %v", len(files), err)
	}
	type panel struct {
		Title   string
		Targets []struct {
			RefID, Expr string
			Range       bool
		}
	}
	var all []asked
	for _, file := range files {
		if strings.Contains(file, "zh-CN") { // which asks the same
			continue
		}
		var board struct {
			Templating struct {
				List []struct{ Name, Definition string }
			}
			Panels []struct {
				panel
				Panels []panel
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &board); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file) + ": "
		for _, v := range board.Templating.List {
			if expr, ok := strings.CutPrefix(v.Definition, "query_result("); ok {
				all = append(all, asked{name + v.Name, filled(strings.TrimSuffix(expr, ")")), false})
			}
		}
		for _, row := range board.Panels {
			for _, p := range append(row.Panels, row.panel) {
				for _, query := range p.Targets {
					all = append(all, asked{name + p.Title + ": " + query.RefID, filled(query.Expr), query.Range})
				}
			}
		}
	}
	return all
}

// ruleQueries returns what the rules ask.
func ruleQueries(t *testing.T) []asked {
	t.Helper()
	var all []asked
	for i, r := range readRules(t) {
		all = append(all, asked{fmt.Sprintf("rule %d: %s%s", i, r.Record, r.Alert), r.Expr, false})
	}
	return all
}

// answers returns what a store answers to a query about the thirty days up to a time, or at that
// time: by series and second.
func answers(t *testing.T, store string, q asked, end time.Time) map[string]map[int64]float64 {
	t.Helper()
	const day = 24 * time.Hour
	parameters := url.Values{"query": {strings.ReplaceAll(q.expr, "${__to:date:seconds}", strconv.FormatInt(end.Unix(), 10))}}
	path := "/api/v1/query?"
	if q.over {
		midnight := func(at time.Time) string {
			return strconv.FormatInt(at.Add(8*time.Hour).Truncate(day).Add(-8*time.Hour).Unix(), 10)
		}
		path = "/api/v1/query_range?"
		parameters.Set("start", midnight(end.Add(-30*day)))
		parameters.Set("end", midnight(end))
		parameters.Set("step", "86400")
		parameters.Set("nocache", "1")
	} else {
		parameters.Set("time", strconv.FormatInt(end.Unix(), 10))
	}
	status, body := program.Get(t, store+path+parameters.Encode())
	var answer struct {
		Status string
		Data   struct {
			Result []struct {
				Metric map[string]string
				Value  []any
				Values [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK || answer.Status != "success" {
		t.Errorf("%s: %s: %v %s", store, q.place, err, body)
		return nil
	}
	all := map[string]map[int64]float64{}
	for _, series := range answer.Data.Result {
		points := series.Values
		if !q.over {
			points = [][]any{series.Value}
		}
		for _, point := range points {
			value, err := strconv.ParseFloat(fmt.Sprint(point[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			if !math.IsNaN(value) { // which VictoriaMetrics leaves out
				add(all, series.Metric, int64(point[0].(float64)), value)
			}
		}
	}
	return all
}

// compareAnswers says how two answers differ, or nothing.
func compareAnswers(want, got map[string]map[int64]float64) string {
	for _, series := range slices.Sorted(maps.Keys(want)) {
		for at, value := range want[series] {
			other, ok := got[series][at]
			if !ok || math.Abs(other-value) > 1e-9*math.Max(1, math.Abs(value)) {
				return fmt.Sprintf("Prometheus says %s %v at %s, VictoriaMetrics %v (%t); %d and %d series", series, value, time.Unix(at, 0), other, ok, len(want), len(got))
			}
		}
	}
	for _, series := range slices.Sorted(maps.Keys(got)) {
		for at, value := range got[series] {
			if _, ok := want[series][at]; !ok {
				return fmt.Sprintf("VictoriaMetrics says %s %v at %s, Prometheus nothing; %d and %d series", series, value, time.Unix(at, 0), len(want), len(got))
			}
		}
	}
	return ""
}
