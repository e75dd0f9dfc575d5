package dashboards

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/promql"
)

var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// gauge returns a series as the exporter shows it.
func gauge(name string, value float64, pairs ...string) *dto.MetricFamily {
	metric := &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	for i := 0; i < len(pairs); i += 2 {
		metric.Label = append(metric.Label, &dto.LabelPair{Name: &pairs[i], Value: &pairs[i+1]})
	}
	kind := dto.MetricType_GAUGE
	return &dto.MetricFamily{Name: &name, Type: &kind, Metric: []*dto.Metric{metric}}
}

// weekEnd returns the end of the week that ended last before a time, and monthEnd that of the
// month.
func weekEnd(at time.Time) time.Time {
	at = at.In(china)
	return time.Date(at.Year(), at.Month(), at.Day()-(int(at.Weekday())+6)%7, 0, 0, 0, 0, china)
}

func monthEnd(at time.Time) time.Time {
	at = at.In(china)
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, china)
}

// spans are the natural periods, and when the one ends that is shown at a time.
var spans = []struct {
	name, dataset, label string
	later                []int
	watched              time.Duration // before the end of the data: more than one period
	ended                func(at time.Time) time.Time
}{
	{"week", "weekly", "week", []int{1, 2, 3, 4}, 8 * 24 * time.Hour, weekEnd},
	{"month", "monthly", "month", []int{1}, 62 * 24 * time.Hour, monthEnd},
}

// madeUp is a number of a period, by the time of its end.
func madeUp(end time.Time) float64 { return 1000 + math.Mod(float64(end.Unix()/86400)*37, 500) }

// shownSpan returns the end of the period that is shown at a time.
func shownSpan(at time.Time, ended func(time.Time) time.Time) time.Time {
	end := ended(at)
	if at.Before(publication("", end.AddDate(0, 0, -1))) {
		return ended(end.Add(-time.Second))
	}
	return end
}

// spanScrapes is what the exporter shows of weeks and months, of days in vain beside them.
func spanScrapes(begin time.Time, days int) []scrape {
	var scrapes []scrape
	for at := begin; at.Before(begin.AddDate(0, 0, days)); at = at.Add(3 * time.Hour) {
		s := scrape{at: at}
		for i, simulated := range simulatedApps[:2] {
			appid := simulated.app.ID
			add := func(name string, value float64, pairs ...string) {
				s.families = append(s.families, gauge(name, value, append([]string{"appid", appid}, pairs...)...))
			}
			for _, metric := range []string{"wxapp_active_users", "wxapp_sessions", "wxapp_new_users"} {
				add(metric, 7, "period", "day")
			}
			for _, span := range spans {
				end := shownSpan(at, span.ended)
				n := madeUp(end) * float64(i+1)
				add("wxapp_dataset_end_timestamp_seconds", float64(end.Unix()), "dataset", span.dataset)
				add("wxapp_active_users", n, "period", span.name)
				add("wxapp_new_users", n/10, "period", span.name)
				add("wxapp_sessions", 3*n, "period", span.name)
				add("wxapp_page_views", 9*n, "period", span.name)
				add("wxapp_user_stay_average_seconds", n/20, "period", span.name)
				add("wxapp_session_duration_average_seconds", n/60, "period", span.name)
				add("wxapp_session_depth_average", n/1000, "period", span.name)
				for _, later := range span.later {
					for _, cohort := range []string{"new", "active"} {
						add("wxapp_"+span.dataset+"_retention_cohort_users", 100*n, "cohort", cohort, span.label, fmt.Sprint(later))
						add("wxapp_"+span.dataset+"_retained_users", n*float64(5-later), "cohort", cohort, span.label, fmt.Sprint(later))
					}
				}
			}
		}
		scrapes = append(scrapes, s)
	}
	return scrapes
}

// The rows on weeks and months show what the exporter does: the newest one against the one
// before on every day of it, each on its last day, and who came back.
func TestWeeksAndMonths(t *testing.T) {
	begin := time.Date(2026, 1, 2, 1, 0, 0, 0, china)
	db := openDatabase(t, spanScrapes(begin, 100), nil)
	last := db.end
	for _, span := range spans {
		newest, title := "The last "+span.name, "Users by "+span.name
		for back := time.Duration(0); back < span.watched; back += 13 * time.Hour {
			db.end = last.Add(-back)
			shown := shownSpan(db.end, span.ended)
			before := span.ended(shown.Add(-time.Second))
			for refID, want := range map[string]float64{"A": madeUp(shown), "B": madeUp(shown)/madeUp(before) - 1} {
				_, query := queryOf(t, newest, refID)
				expr, _ := oneApp(query.Expr, choice{})
				found := map[string]float64{}
				for _, sample := range db.ask(t, expr, false, "").Value.(promql.Vector) {
					found[sample.Metric.Get("figure")] = sample.F
				}
				if got := found["wxapp_active_users"]; math.Abs(got-want) > 1e-9 || len(found) != 6 {
					t.Errorf("%s on %s: %s: %v, want %g users", newest, db.end, refID, found, want)
				}
			}
		}
		db.end = last
		p, query := queryOf(t, title, "A")
		expr, _ := oneApp(query.Expr, choice{})
		answer := values(t, db.askPanel(t, p, query, expr))
		for day, got := range answer {
			if end := day.AddDate(0, 0, 1); got != madeUp(end) || !span.ended(end).Equal(end) {
				t.Errorf("%s: %g on %s, want %g", title, got, day, madeUp(end))
			}
		}
		if want := map[string]int{"week": 14, "month": 3}[span.name]; len(answer) < want {
			t.Errorf("%s: %d points, want %d", title, len(answer), want)
		}
		back := map[string]string{"week": "Came back weeks later", "month": "Came back a month later"}[span.name]
		for i, later := range span.later {
			_, query := queryOf(t, back, string(rune('A'+i)))
			expr, _ := oneApp(query.Expr, choice{metric: "visit_uv_new"})
			answer := db.ask(t, expr, false, "").Value.(promql.Vector)
			if want := float64(5-later) / 100; len(answer) != 1 || math.Abs(answer[0].F-want) > 1e-9 {
				t.Errorf("%s: %v after %d, want %g", back, answer, later, want)
			}
		}
	}
	testRow(t, db, "Weeks")
	testRow(t, db, "Months")
}

// testRow holds that every query of a row on the dashboard on visits answers, and counts
// replicas once.
func testRow(t *testing.T, db *database, title string) {
	t.Helper()
	for _, d := range inEnglish(readDashboards(t)) {
		for _, row := range d.Panels {
			if d.File != "wxapp-visits.json" || row.Title != title {
				continue
			}
			for _, p := range row.Panels {
				for _, query := range p.Targets {
					single := lines(db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{})))
					double := lines(db.askPanel(t, p, query, fill(query.Expr, replicatedJob, choice{})))
					if single == "" || single != double {
						t.Errorf("%s: %s: %s, of two replicas %s", p.Title, query.RefID, single, double)
					}
					if days := strings.Contains(query.Expr, `period="day"`); days && (title == "Weeks" || title == "Months") {
						t.Errorf("%s: %s asks for days", p.Title, query.RefID)
					}
				}
			}
			return
		}
	}
	t.Errorf("there is no row %s", title)
}
