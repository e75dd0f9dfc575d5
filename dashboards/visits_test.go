package dashboards

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// statistic returns the first statistic of an endpoint.
func statistic(t *testing.T, endpoint string) wechat.Statistic {
	t.Helper()
	for _, dataset := range wechat.Datasets() {
		for _, s := range dataset.Statistics {
			if s.Endpoint == endpoint {
				return s
			}
		}
	}
	t.Fatalf("there is no endpoint %s", endpoint)
	return wechat.Statistic{}
}

// report returns what WeChat says about a day when it has just published it, or the day so many
// days later.
func (s simulation) report(t *testing.T, endpoint, appid string, day time.Time, later int) wechat.Numbers {
	t.Helper()
	asked := statistic(t, endpoint)
	at := publication(appid, wechat.DayOf(day).Add(later).Begin()).Add(30 * time.Minute)
	report, err := asked.Decode(s.server.ReportAt(endpoint, appid, day, at), asked.Window(wechat.DayOf(day)))
	if err != nil {
		t.Fatal(err)
	}
	return report.Numbers
}

// oneApp fills a query as if the first app alone were chosen.
func oneApp(query string, c choice) (expr, appid string) {
	appid = simulatedApps[0].app.ID
	return strings.ReplaceAll(fill(query, singleJob, c), allApps(), appid), appid
}

// values returns the only series of an answer by its times.
func values(t *testing.T, result *promql.Result) map[time.Time]float64 {
	t.Helper()
	matrix := result.Value.(promql.Matrix)
	if len(matrix) != 1 {
		t.Fatalf("%d series, want one", len(matrix))
	}
	values := map[time.Time]float64{}
	for _, point := range matrix[0].Floats {
		values[time.UnixMilli(point.T)] = point.F
	}
	return values
}

// Every number over time stands on the day that it is for, and is what WeChat says about
// that day.
func testVisits(t *testing.T, db *database, simulation simulation) {
	trend := func(number func(wechat.VisitTrend) float64) func(*testing.T, string, time.Time) float64 {
		return func(t *testing.T, appid string, day time.Time) float64 {
			return number(simulation.report(t, wechat.EndpointDailyVisitTrend, appid, day, 0).(wechat.VisitTrend))
		}
	}
	summary := func(number func(wechat.Summary) float64) func(*testing.T, string, time.Time) float64 {
		return func(t *testing.T, appid string, day time.Time) float64 {
			return number(simulation.report(t, wechat.EndpointDailySummary, appid, day, 0).(wechat.Summary))
		}
	}
	count := func(c wechat.Count) float64 { return float64(c.Value) }
	for _, test := range []struct {
		title, refID string
		truth        func(t *testing.T, appid string, day time.Time) float64
	}{
		{"Users by day", "A", trend(func(v wechat.VisitTrend) float64 { return count(v.Users) - count(v.NewUsers) })},
		{"Users by day", "B", trend(func(v wechat.VisitTrend) float64 { return count(v.NewUsers) })},
		{"Users by day", "C", func(t *testing.T, appid string, day time.Time) float64 {
			return trend(func(v wechat.VisitTrend) float64 { return count(v.Users) })(t, appid, day.AddDate(0, 0, -7))
		}},
		{"Sessions and views by day", "A", trend(func(v wechat.VisitTrend) float64 { return count(v.Sessions) })},
		{"Sessions and views by day", "B", trend(func(v wechat.VisitTrend) float64 { return count(v.PageViews) })},
		{"Time by day", "A", trend(func(v wechat.VisitTrend) float64 { return v.StayPerUser.Value })},
		{"Time by day", "B", trend(func(v wechat.VisitTrend) float64 { return v.StayPerSession.Value })},
		{"Depth by day", "A", trend(func(v wechat.VisitTrend) float64 { return v.Depth.Value })},
		{"Depth by day", "B", trend(func(v wechat.VisitTrend) float64 { return count(v.Sessions) / count(v.Users) })},
		{"Shares by day", "A", summary(func(s wechat.Summary) float64 { return count(s.Shares) })},
		{"Shares by day", "B", summary(func(s wechat.Summary) float64 { return count(s.SharingUsers) })},
		{"Users so far", "A", summary(func(s wechat.Summary) float64 { return count(s.CumulativeUsers) })},
		{"Coverage by day", "A", func(t *testing.T, appid string, day time.Time) float64 {
			portrait, _ := simulation.truth(t, appid, day, 1)
			return float64(portrait) / count(simulation.report(t, wechat.EndpointDailyVisitTrend, appid, day, 0).(wechat.VisitTrend).Users)
		}},
	} {
		p, query := queryOf(t, test.title, test.refID)
		expr, appid := oneApp(query.Expr, choice{"visit_uv", "1d"})
		answer := values(t, db.askPanel(t, p, query, expr))
		if len(answer) < 29 {
			t.Errorf("%s: %s: %d days", test.title, test.refID, len(answer))
		}
		for day, got := range answer {
			if want := test.truth(t, appid, day); math.Abs(got-want) > 1e-4*math.Abs(want) {
				t.Errorf("%s: %s: %s: %g, want %g", test.title, test.refID, day, got, want)
			}
		}
	}
}

// Every cohort stands on the day on which its users came, in the table and in the curves.
func testCohorts(t *testing.T, db *database, simulation simulation) {
	known := map[int]int{}
	for _, title := range []string{"Retention by day of the visit, last 60 days", "Came back, 1 and 7 days"} {
		for _, refID := range strings.Split("ABCDEFGHIJ", "") {
			if title != "Retention by day of the visit, last 60 days" && refID > "B" {
				break
			}
			p, query := queryOf(t, title, refID)
			for _, metric := range []string{"visit_uv", "visit_uv_new"} {
				expr, appid := oneApp(query.Expr, choice{metric, "1d"})
				days := daysLater(query)
				for day, got := range values(t, db.askPanel(t, p, query, expr)) {
					numbers := simulation.report(t, wechat.EndpointDailyRetention, appid, day, max(days, 1)).(wechat.Retention)
					cohort := numbers.Active
					if metric == "visit_uv_new" {
						cohort = numbers.New
					}
					want := keyed(cohort, days)
					if days > 0 {
						want /= keyed(cohort, 0)
					}
					if math.Abs(got-want) > 1e-9 {
						t.Errorf("%s: %s: %s: %s: %g, want %g", title, refID, metric, day, got, want)
					}
					known[days]++
				}
			}
		}
	}
	for _, days := range append(wechat.RetentionDays(), 0) {
		if want := 2 * min(simulatedDays-2, 59-days); known[days] < want { // of 60 days
			t.Errorf("after %d days: %d cohorts, want %d or more", days, known[days], want)
		}
	}
}

func keyed(counts []wechat.KeyCount, key int) float64 {
	at := slices.IndexFunc(counts, func(c wechat.KeyCount) bool { return c.Key == int64(key) })
	if at < 0 {
		return math.NaN()
	}
	return float64(counts[at].Count)
}

// The table of the newest day compares it with the day before, the week before and four
// weeks before.
func testNewestDay(t *testing.T, db *database, simulation simulation) {
	_, query := queryOf(t, "Day", "A")
	expr, appid := oneApp(query.Expr, choice{})
	newest := time.UnixMilli(int64(db.ask(t, expr, false, "").Value.(promql.Vector)[0].F))
	trend := func(back int) map[string]float64 {
		v := simulation.report(t, wechat.EndpointDailyVisitTrend, appid, newest.AddDate(0, 0, -back), 0).(wechat.VisitTrend)
		s := simulation.report(t, wechat.EndpointDailySummary, appid, newest.AddDate(0, 0, -back), 0).(wechat.Summary)
		return map[string]float64{
			"wxapp_active_users": float64(v.Users.Value), "wxapp_new_users": float64(v.NewUsers.Value),
			"wxapp_sessions": float64(v.Sessions.Value), "wxapp_page_views": float64(v.PageViews.Value),
			"wxapp_shares": float64(s.Shares.Value), "wxapp_sharing_users": float64(s.SharingUsers.Value),
			"wxapp_user_stay_average_seconds": v.StayPerUser.Value, "wxapp_session_depth_average": v.Depth.Value,
		}
	}
	for refID, back := range map[string]int{"A": 0, "B": 1, "C": 7, "D": 28} {
		_, query := queryOf(t, "The newest day", refID)
		expr, _ := oneApp(query.Expr, choice{})
		answer := db.ask(t, expr, false, "").Value.(promql.Vector)
		now, before := trend(0), trend(back)
		known := len(now)
		for name, n := range before {
			if back > 0 && n < 100 && !strings.Contains(name, "average") { // too few to tell a change
				known--
			}
		}
		if len(answer) != known {
			t.Errorf("%s: %d numbers, want %d", refID, len(answer), known)
		}
		for _, sample := range answer {
			name := sample.Metric.Get("figure")
			want, tolerance := now[name], 1e-9
			switch {
			case back > 0:
				want = now[name]/before[name] - 1
			case strings.Contains(name, "average"): // rounded
				tolerance = 0.05 + 1e-9
			}
			if math.Abs(sample.F-want) > tolerance {
				t.Errorf("%s: %s: %g, want %g", refID, name, sample.F, want)
			}
		}
	}
}

// Every source that WeChat documents has a name in both languages, and every class of times
// and depths a bar.
func TestSourcesHaveNames(t *testing.T) {
	for file, title := range map[string]string{"wxapp-visits.json": "Source", "wxapp-visits.zh-CN.json": "来源"} {
		for _, d := range readDashboards(t) {
			if d.File != file {
				continue
			}
			content := fmt.Sprint(decode(t, file))
			for key := int64(1); key <= 8; key++ {
				if name := wechat.StayTimeName(key); !strings.Contains(content, fmt.Sprintf("stay_time=%q", name)) {
					t.Errorf("%s: no bar for %s", file, name)
				}
				if name := wechat.DepthName(key); key <= 7 && !strings.Contains(content, fmt.Sprintf("depth=%q", name)) {
					t.Errorf("%s: no bar for %s pages", file, name)
				}
			}
			var texts []mapping
			for _, p := range d.withQueries() {
				for _, o := range p.FieldConfig.Overrides {
					if o.Matcher.Options == title {
						o.property(t, "mappings", &texts)
					}
				}
			}
			if len(texts) != 1 {
				t.Fatalf("%s: the sources have no names", file)
			}
			last := int64(0)
			for key := int64(1); !strings.HasPrefix(wechat.SourceName(key), "key_"); key++ {
				name := wechat.SourceName(key)
				if text := texts[0].Options[name].Text; text == "" || strings.HasSuffix(file, "zh-CN.json") && text != name {
					t.Errorf("%s: %s is shown as %q", file, name, text)
				}
				last = key
			}
			if len(texts[0].Options) != int(last) {
				t.Errorf("%s: %d names for %d sources", file, len(texts[0].Options), last)
			}
		}
	}
}

// queryOf returns a query of the dashboard on visits.
func queryOf(t *testing.T, title, refID string) (panel, target) {
	t.Helper()
	for _, d := range readDashboards(t) {
		for _, p := range d.all() {
			for _, query := range p.Targets {
				if d.File == "wxapp-visits.json" && withoutDay(p.Title) == title && query.RefID == refID {
					return p, query
				}
			}
		}
	}
	t.Fatalf("the dashboard on visits has no query %s in %q", refID, title)
	return panel{}, target{}
}

var retainedAfter = regexp.MustCompile(`wxapp_retained_users\{[^}]*day="(\d+)"`)

// daysLater returns after how many days that is known which a query shows for a day: who came
// again.
func daysLater(query target) (days int) {
	if match := retainedAfter.FindStringSubmatch(query.Expr); match != nil {
		days, _ = strconv.Atoi(match[1])
	}
	return days
}
