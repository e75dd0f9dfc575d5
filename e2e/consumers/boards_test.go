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

// boardDays is how many days of the demo's past the boards are asked about, all that it has.
const boardDays = 60

// The boards are looked at in the past of the demo, which ends three days before its start: at so many
// moments, from the last on, and so far apart that they are at all times of the day. What a board draws
// over thirty days has them all in its last moments.
const (
	lastMoment  = 80 * time.Hour
	between     = 25 * time.Hour
	moments     = 20
	drawMoments = 2
)

// asked is a query of a board or a rule.
type asked struct {
	place, expr string
	over        bool // the time shown, with steps of a day
}

// Every panel, variable, recording rule and alert has the same answer from VictoriaMetrics as from
// Prometheus, at many moments of one imported past, and from Thanos, which has Prometheus' engine, at the
// last of them.
func TestBoards(t *testing.T) {
	stores := importInto(t, export(t, boardDays))
	queries := slices.Concat(boardQueries(t), ruleQueries(t))
	if len(queries) < 250 {
		t.Fatalf("%d queries", len(queries))
	}
	for name, other := range map[string]struct {
		store   string
		moments int
	}{
		"VictoriaMetrics": {stores.victoriaMetrics, moments},
		"Thanos":          {stores.thanos, 1},
	} {
		t.Run(name, func(t *testing.T) { checkBoards(t, queries, stores.prometheus, other.store, other.moments) })
	}
	t.Run("Grafana", func(t *testing.T) { checkTransformations(t, stores.prometheus) })
}

// checkBoards holds that a store answers as Prometheus does, at some moments.
func checkBoards(t *testing.T, queries []asked, prometheus, other string, moments int) {
	t.Helper()
	last := time.Now().Add(-lastMoment).Truncate(time.Minute)
	program.Eventually(t, "the past in the store", func() bool {
		return !slices.ContainsFunc([]string{"wxapp_app_info", "wxapp_users", "wxapp_dataset_end_timestamp_seconds"}, func(metric string) bool {
			q := asked{expr: "count(last_over_time(" + metric + "[26h]))"}
			return compareAnswers(answers(t, prometheus, q, last), answers(t, other, q, last)) != ""
		})
	})
	compared, found := 0, 0
	for i := range moments {
		end := last.Add(-time.Duration(i) * between)
		for _, q := range queries {
			if q.over && i >= drawMoments {
				continue
			}
			want, got := answers(t, prometheus, q, end), answers(t, other, q, end)
			compared++
			if len(want) > 0 {
				found++
			}
			if difference := compareAnswers(want, got); difference != "" && !sharePlace(q, want, got) {
				t.Errorf("%s at %s: %s\n%.1500s", q.place, end, difference, q.expr)
			}
		}
	}
	t.Logf("%d of %d answers have series", found, compared)
	if found < compared/2 {
		t.Errorf("only %d of %d answers have series", found, compared)
	}
}

// sharePlace returns whether two answers differ only in the names that got the last place of a list, which
// several share with the same number: each engine chooses one.
func sharePlace(q asked, want, got map[string]map[int64]float64) bool {
	const most = 2
	common := func(answer, other map[string]map[int64]float64) map[string]map[int64]float64 {
		answer = maps.Clone(answer)
		maps.DeleteFunc(answer, func(series string, _ map[int64]float64) bool { return other[series] == nil })
		return answer
	}
	a, b := common(want, got), common(got, want)
	return strings.Contains(q.expr, "topk(") && len(want) == len(got) && len(want)-len(a) <= most && compareAnswers(a, b) == ""
}

var chosenFigure = regexp.MustCompile(`vector\(\$figure\) == (\d)`)

// filled puts what can be chosen on a board into a query: all apps, active users of 7 days. The past is
// imported, so that the boards look back.
func filled(expr string) string {
	return strings.NewReplacer(
		"$job", ".*", "$lookback", ".*", "$appid", ".+", "$province", ".*", "$city", ".*", "$source", "搜索", "${source:regex}", ".*", "$metric", "visit_uv", "$cohort", "active",
		`"$range"`, `"7d"`, "$__rate_interval", "27h", "$__interval", "1d", "$__range", "30d",
	).Replace(chosenFigure.ReplaceAllString(expr, "vector($1) == $1"))
}

// board is a dashboard. The panels of its rows are among its own.
type board struct {
	file       string
	Templating struct {
		List []struct{ Name, Definition string }
	}
	Panels []panel
}

type panel struct {
	Title, Type     string
	Transformations []transformation
	Targets         []struct {
		RefID, Expr, Format, LegendFormat string
		Range                             bool
	}
	Panels []panel // of a row
}

// readBoards returns the boards in all languages.
func readBoards(t *testing.T) []board {
	t.Helper()
	files, err := filepath.Glob("../../dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d boards, %v", len(files), err)
	}
	var boards []board
	for _, file := range files {
		b := board{file: filepath.Base(file)}
		if err := json.Unmarshal([]byte(read(t, file)), &b); err != nil {
			t.Fatal(err)
		}
		for _, row := range b.Panels {
			b.Panels = append(b.Panels, row.Panels...)
		}
		boards = append(boards, b)
	}
	return boards
}

// boardQueries returns the queries of all panels and variables.
func boardQueries(t *testing.T) []asked {
	t.Helper()
	var all []asked
	for _, b := range readBoards(t) {
		if strings.Contains(b.file, "zh-CN") { // which asks the same
			continue
		}
		name := b.file + ": "
		for _, v := range b.Templating.List {
			if expr, ok := strings.CutPrefix(v.Definition, "query_result("); ok {
				all = append(all, asked{name + v.Name, filled(strings.TrimSuffix(expr, ")")), false})
			}
		}
		for _, p := range b.Panels {
			for _, query := range p.Targets {
				all = append(all, asked{name + p.Title + ": " + query.RefID, filled(query.Expr), query.Range})
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
				return fmt.Sprintf("Prometheus says %s %v at %s, the other store %v (%t); %d and %d series", series, value, time.Unix(at, 0), other, ok, len(want), len(got))
			}
		}
	}
	for _, series := range slices.Sorted(maps.Keys(got)) {
		for at, value := range got[series] {
			if _, ok := want[series][at]; !ok {
				return fmt.Sprintf("the other store says %s %v at %s, Prometheus nothing; %d and %d series", series, value, time.Unix(at, 0), len(want), len(got))
			}
		}
	}
	return ""
}
