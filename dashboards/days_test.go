package dashboards

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/promql"
)

// daily thins out what the exporter showed to what an imported history holds: a sample of
// each day's numbers and windows at the time of their publication and at every midnight, and
// what is scraped at the end. Income of ads is published by itself.
func daily(scrapes []scrape) []scrape {
	var thinned []scrape
	newest := map[string]float64{}
	for i, s := range scrapes[:len(scrapes)-1] {
		if midnight := dayBegin(s.at); i > 0 && scrapes[i-1].at.Before(midnight) {
			thinned = append(thinned, archived(midnight, scrapes[i-1].families, func(string) bool { return true }))
		}
		ends := map[string]float64{}
		for _, family := range s.families {
			if !strings.HasSuffix(family.GetName(), "_end_timestamp_seconds") {
				continue
			}
			for _, metric := range family.GetMetric() {
				if of := publishedWith(family, metric); family.GetName() == "wxapp_data_end_timestamp_seconds" || of != "" {
					ends[of] = max(ends[of], metric.GetGauge().GetValue())
				}
			}
		}
		if kept := archived(s.at, s.families, func(of string) bool { return ends[of] > newest[of] }); len(kept.families) > 0 {
			thinned = append(thinned, kept)
		}
		for of, end := range ends {
			newest[of] = max(newest[of], end)
		}
	}
	return append(thinned, scrapes[len(scrapes)-1])
}

// dayBegin returns the midnight in China with which the day of a time began.
func dayBegin(at time.Time) time.Time {
	at = at.In(china)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, china)
}

// archived keeps what an export of the archive holds of families, of what is published
// together as far as it is kept.
func archived(at time.Time, families []*dto.MetricFamily, keep func(of string) bool) scrape {
	kept := scrape{at: at, imported: true}
	for _, family := range families {
		if !exported[family.GetName()] && !slices.Contains(numbersOfDays(), family.GetName()) {
			continue
		}
		metrics := slices.DeleteFunc(slices.Clone(family.GetMetric()), func(metric *dto.Metric) bool {
			return !keep(publishedWith(family, metric))
		})
		if len(metrics) > 0 {
			kept.families = append(kept.families, &dto.MetricFamily{Name: family.Name, Type: family.Type, Metric: metrics})
		}
	}
	return kept
}

// exported are the metrics that an export has beside the numbers of days.
var exported = map[string]bool{
	"wxapp_app_info": true, "wxapp_location_info": true,
	"wxapp_data_begin_timestamp_seconds": true, "wxapp_data_end_timestamp_seconds": true, "wxapp_dataset_end_timestamp_seconds": true,
}

// publishedWith returns the app of a series of the dataset ads, or nothing.
func publishedWith(family *dto.MetricFamily, metric *dto.Metric) (appid string) {
	ads := strings.HasPrefix(family.GetName(), "wxapp_ad_")
	for _, label := range metric.GetLabel() {
		switch label.GetName() {
		case "appid":
			appid = label.GetValue()
		case "dataset":
			ads = label.GetValue() == "ads"
		}
	}
	if !ads {
		return ""
	}
	return appid
}

// On one sample a day, trends are drawn, with a point for nearly every day, week or month, and
// weeks are compared.
func testHistory(t *testing.T, db *database, simulation simulation) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				expr := fill(query.Expr, singleJob, choice{"visit_uv", "1d"})
				if !slices.ContainsFunc(numbersOfDays(), func(name string) bool { return strings.Contains(expr, name) }) {
					continue
				}
				answer := db.askPanel(t, p, query, expr)
				if numbers(answer) == 0 {
					t.Errorf("%s: %s: %s: no answer on one sample a day\n%s", d.File, p.Title, query.RefID, expr)
				}
				if !query.Range {
					continue
				}
				most, want := 0, 29
				for _, series := range answer.Value.(promql.Matrix) {
					most = max(most, len(series.Floats))
				}
				if d, e := p.Title == "Active users by day" && query.RefID == "C", 15; d {
					want = e // three of four weeks have to be known
				}
				switch {
				case strings.Contains(expr, `period="week"`):
					want = 4
				case strings.Contains(expr, `period="month"`):
					want = 1
				}
				want -= daysLater(query)
				if most < want {
					t.Errorf("%s: %s: %s: a line of %d points, want %d or more for 30 days", d.File, p.Title, query.RefID, most, want)
				}
			}
		}
	}
	testDays(t, db, simulation)
	testVisits(t, db, simulation)
	testCohorts(t, db, simulation)
}

// Each bar stands on the day that it is for: its height is what WeChat says about that day.
func testDays(t *testing.T, db *database, simulation simulation) {
	queries := map[string]string{}
	for _, query := range findInPortrait(t, "Active users by day").Targets {
		queries[query.RefID] = query.Expr
	}
	for _, length := range []int{1, 7, 30} {
		c := choice{"visit_uv", fmt.Sprintf("%dd", length)}
		expr := fill(findInPortrait(t, "Users by app, ${metric:text}, ${range:text}").Targets[0].Expr, singleJob, c)
		answer := db.ask(t, expr, true, "1d").Value.(promql.Matrix)
		days := 0
		for _, series := range answer {
			for _, point := range series.Floats {
				days++
				active, _ := simulation.truth(t, series.Metric.Get("appid"), time.UnixMilli(point.T), length)
				if int(point.F) != active {
					t.Errorf("%s: %s: %.0f users in %d days up to that day, want %d", series.Metric, time.UnixMilli(point.T), point.F, length, active)
				}
			}
		}
		if days < 60 {
			t.Errorf("%d days in all, want nearly 30 of each healthy app", days)
		}
	}
	both := func(refID, part string) map[int64]float64 {
		values := map[int64]float64{}
		expr := strings.ReplaceAll(fill(queries[refID], singleJob, choice{}), allApps(), simulatedApps[0].app.ID)
		for _, series := range db.ask(t, expr, true, "1d").Value.(promql.Matrix) {
			for _, point := range series.Floats {
				if series.Metric.Get("end")+series.Metric.Get("part") == part {
					values[point.T] = point.F
				}
			}
		}
		return values
	}
	returning, added, before := both("A", "back"), both("A", "new"), both("B", "")
	low, high := both("C", "from"), both("C", "to")
	for at, n := range returning {
		day := time.UnixMilli(at)
		active, fresh := simulation.truth(t, simulatedApps[0].app.ID, day, 1)
		if int(n) != active-fresh || int(added[at]) != fresh {
			t.Errorf("%s: %.0f returning and %.0f new users, want %d and %d", day, n, added[at], active-fresh, fresh)
		}
		if week, ok := before[at]; ok {
			if active, _ := simulation.truth(t, simulatedApps[0].app.ID, day.AddDate(0, 0, -7), 1); int(week) != active {
				t.Errorf("%s: %.0f users a week before, want %d", day, week, active)
			}
		}
		if _, ok := high[at]; ok {
			checkUsual(t, simulation, day, low[at], high[at])
		}
	}
	if len(returning) < 29 || len(before) < 29 || len(high) < 15 || len(low) != len(high) {
		t.Errorf("%d days, %d with a week before, %d with a usual range", len(returning), len(before), len(high))
	}
}

// checkUsual compares the ends of the usual range of a day with the mean and the standard
// deviation of the same weekday of the four weeks before.
func checkUsual(t *testing.T, simulation simulation, day time.Time, low, high float64) {
	t.Helper()
	var past []float64
	for week := 1; week <= 4; week++ {
		then := day.AddDate(0, 0, -7*week)
		if then.Before(simulation.begin.AddDate(0, 0, -1)) {
			return // whether the day before the start is known depends on the hour of the start
		}
		active, _ := simulation.truth(t, simulatedApps[0].app.ID, then, 1)
		past = append(past, float64(active))
	}
	mean, variance := 0.0, 0.0
	for _, n := range past {
		mean += n / float64(len(past))
	}
	for _, n := range past {
		variance += (n - mean) * (n - mean) / float64(len(past))
	}
	wide := max(2*math.Sqrt(variance), mean/20, 2*math.Sqrt(mean))
	if math.Abs(low-(mean-wide)) > 0.01 || math.Abs(high-(mean+wide)) > 0.01 {
		t.Errorf("%s: usual from %.1f to %.1f, want %.1f ± %.1f (%v)", day, low, high, mean, wide, past)
	}
}
