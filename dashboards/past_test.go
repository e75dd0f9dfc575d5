package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// pastMoments is at how many moments of an imported past panels are asked.
const pastMoments = 20

// At any moment of a past that was imported with a sample a day, every panel about the numbers
// of days and every variable answers, from the moment on at which it has enough of them.
func testPast(t *testing.T, db *database) {
	last := db.end
	defer func() { db.end = last }()
	ask := func(place string, ask func() *promql.Result) {
		first := -1
		for i := range pastMoments {
			db.end = last.Add(time.Duration(i-pastMoments) * 31 * time.Hour)
			n := numbers(ask())
			switch {
			case n > 0 && first < 0:
				first = i
			case n == 0 && first >= 0:
				t.Errorf("%s: no answer at %s", place, db.end.In(china))
				return
			}
		}
		if first < 0 {
			t.Errorf("%s: no answer at any moment", place)
		}
	}
	asked := 0
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				expr := fill(query.Expr, singleJob, choice{"visit_uv", "1d"})
				ofDays := slices.ContainsFunc(numbersOfDays(), func(name string) bool { return strings.Contains(expr, name) })
				if query.Range || !ofDays || unknownInPast[p.Title] != "" || unknownInPast[p.Title+": "+query.RefID] != "" {
					continue
				}
				asked++
				ask(fmt.Sprintf("%s: %s: %s", d.File, p.Title, query.RefID), func() *promql.Result { return db.ask(t, expr, false, "") })
			}
		}
		for _, v := range d.Templating.List {
			if expr, ok := strings.CutPrefix(v.Definition, "query_result("); ok {
				asked++
				expr = fill(strings.TrimSuffix(expr, ")"), singleJob, choice{"visit_uv", "1d"})
				ask(d.File+": "+v.Name, func() *promql.Result { return db.ask(t, expr, false, "") })
			}
		}
	}
	if asked < 80 {
		t.Errorf("only %d queries are asked", asked)
	}
}

// Whoever looks at a time of the past sees what was to be seen then: no number of days is read of what
// was published after it.
func testNothingLater(t *testing.T, db *database, scrapes []scrape) {
	last := db.end
	defer func() { db.end = last }()
	compared := 0
	for _, back := range []time.Duration{75 * time.Hour, 106 * time.Hour, 137 * time.Hour} {
		db.end = last.Add(-back)
		later := slices.IndexFunc(scrapes, func(s scrape) bool { return s.at.After(db.end) })
		then := openTargets(t, scrapes[:later], nil, [2]string{singleJob, "a"})
		then.end = db.end
		for _, d := range inEnglish(readDashboards(t)) {
			for _, p := range d.withQueries() {
				for _, query := range p.Targets {
					if !query.Range || !strings.Contains(query.Expr, series.End) {
						continue
					}
					compared++
					expr := fill(query.Expr, singleJob, choice{"visit_uv", "1d"})
					if got, want := db.askPanel(t, p, query, expr).String(), then.askPanel(t, p, query, expr).String(); got != want {
						t.Errorf("%s: %s: %s at %s is\n%.300s\nand was\n%.300s", d.File, p.Title, query.RefID, db.end.In(china), got, want)
					}
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("only %d queries are compared", compared)
	}
}

// unknownInPast lists the panels and queries that answer nothing in these 26 days, and why.
var unknownInPast = map[string]string{
	"Pages: Left out": "",
}

// What has ended is not shown any more, when the exporter shows all of its apps: not an app
// that was removed, and not a name that the newest day does not have.
func testEnded(t *testing.T, db *database, simulation simulation) {
	last := simulation.scrapes[len(simulation.scrapes)-1]
	without := scrape{at: db.end.Add(time.Minute)}
	names := map[string]bool{}
	for _, family := range last.families {
		metrics := slices.DeleteFunc(slices.Clone(family.GetMetric()), func(metric *dto.Metric) bool {
			return slices.ContainsFunc(metric.GetLabel(), func(label *dto.LabelPair) bool { return label.GetValue() == simulatedApps[1].app.ID })
		})
		without.families = append(without.families, &dto.MetricFamily{Name: family.Name, Type: family.Type, Metric: metrics})
		if family.GetName() != "wxapp_users" {
			continue
		}
		for _, metric := range metrics {
			for _, label := range metric.GetLabel() {
				if label.GetName() == "name" {
					names[label.GetValue()] = true
				}
			}
		}
	}
	db.scrape(t, without)
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				if query.Range {
					continue
				}
				answer := db.ask(t, fill(query.Expr, singleJob, choice{"visit_uv", "1d"}), false, "")
				vector, ok := answer.Value.(promql.Vector)
				if !ok {
					continue
				}
				for _, sample := range vector {
					if name := sample.Metric.Get("name"); sample.Metric.Get("appid") == simulatedApps[1].app.ID || name != "" && !names[name] {
						t.Errorf("%s: %s: %s: shows %s, which has ended", d.File, p.Title, query.RefID, sample.Metric)
						break
					}
				}
			}
		}
	}
}

// A day without new users has its bar, and names that ended with the publication of a day are
// not counted in it: of one app with few users, scraped every hour.
func TestFewUsers(t *testing.T) {
	appid := simulatedApps[0].app.ID
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, china)
	users := map[int]map[string]float64{0: {"男": 5, "女": 5}, 1: {"男": 9}, 2: {"女": 8, "未知": 2}, 3: {"男": 9}}
	var scrapes []scrape
	for at := begin; at.Before(begin.Add(4*24*time.Hour + 12*time.Hour)); at = at.Add(time.Hour) {
		day := int(at.Sub(begin)/(24*time.Hour)) - 1 // published at 11:00
		if at.In(china).Hour() < 11 {
			day--
		}
		s := scrape{at: at}
		add := func(name string, value float64, pairs ...string) {
			s.families = append(s.families, gauge(name, value, append([]string{"appid", appid}, pairs...)...))
		}
		s.families = append(s.families, gauge("wxapp_restoring_apps", 0))
		add("wxapp_app_info", 1, "app", "Tiny")
		if day >= 0 {
			add("wxapp_data_end_timestamp_seconds", float64(dayBegin(begin).AddDate(0, 0, day+1).Unix()), "range", "1d")
			for name, n := range users[day] {
				add("wxapp_users", n, "dimension", "gender", "metric", "visit_uv", "name", name, "range", "1d")
			}
			if day != 1 {
				add("wxapp_users", 1, "dimension", "gender", "metric", "visit_uv_new", "name", "男", "range", "1d")
			}
		}
		scrapes = append(scrapes, s)
	}
	db := openTargets(t, scrapes, nil, [2]string{singleJob, "a"})
	p := findInPortrait(t, "Active users by day")
	want := map[string]map[int]float64{"back": {0: 9, 1: 9, 2: 9, 3: 8}, "new": {0: 1, 2: 1, 3: 1}}
	expr, _ := oneApp(p.Targets[0].Expr, choice{"visit_uv", "1d"})
	got := map[string]map[int]float64{}
	for _, series := range db.askPanel(t, p, p.Targets[0], expr).Value.(promql.Matrix) {
		days := map[int]float64{}
		for _, point := range series.Floats {
			days[int(time.UnixMilli(point.T).Sub(dayBegin(begin))/(24*time.Hour))] = point.F
		}
		got[series.Metric.Get("part")] = days
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
