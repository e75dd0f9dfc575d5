package collector_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// statistic returns the statistic of an endpoint, and its dataset.
func statistic(t testing.TB, endpoint string) (wechat.Dataset, wechat.Statistic) {
	t.Helper()
	for _, dataset := range wechat.Datasets() {
		for _, s := range dataset.Statistics {
			if s.Endpoint == endpoint {
				return dataset, s
			}
		}
	}
	t.Fatalf("no statistic %s", endpoint)
	return wechat.Dataset{}, wechat.Statistic{}
}

func day(t testing.TB, text string) wechat.Day {
	t.Helper()
	d, err := wechat.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// figures returns the figures of an answer about 2017-03-13.
func figures(t testing.TB, endpoint, answer string, top map[wechat.Dimension]int) collector.Figures {
	t.Helper()
	_, s := statistic(t, endpoint)
	report, err := s.Decode([]byte(answer), day(t, "20170313"))
	if err != nil {
		t.Fatal(err)
	}
	return collector.NewFigures(report, top)
}

// seriesOf returns the series of figures, without the appid.
func seriesOf(all ...collector.Figures) []string {
	snapshot := &collector.Snapshot{App: collector.App{ID: "wxa", Name: "a"}, Datasets: []collector.Dataset{{Name: "d", Figures: all}}}
	var lines []string
	snapshot.Each(func(s collector.Sample) {
		if strings.HasPrefix(s.Metric.Name, "wxapp_dataset") || isBookkeeping(s.Metric) {
			return
		}
		var labels []string
		for i, label := range s.Metric.Labels[1:] {
			labels = append(labels, label+"="+s.Labels[i+1])
		}
		lines = append(lines, fmt.Sprintf("%s{%s} %s", s.Metric.Name, strings.Join(labels, ","), s.Metric.AppendValue(nil, s.Value)))
	})
	return lines
}

// isBookkeeping reports whether a metric has samples without any numbers.
func isBookkeeping(m *collector.Metric) bool {
	found := false
	(&collector.Snapshot{App: collector.App{ID: "wxa", Name: "a"}}).Each(func(s collector.Sample) { found = found || s.Metric == m })
	return found
}

func expectSeries(t *testing.T, got []string, want string) {
	t.Helper()
	if text := strings.Join(got, "\n"); text != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", text, strings.TrimSpace(want))
	}
}

// Every number of the documented answers appears under its name.
func TestFiguresOfDocumentedAnswers(t *testing.T) {
	for _, test := range []struct{ endpoint, sample, want string }{
		{wechat.EndpointDailyVisitTrend, "visit-trend-recorded.json", `
wxapp_sessions{period=day} 1082
wxapp_page_views{period=day} 4573
wxapp_active_users{period=day} 495
wxapp_new_users{period=day} 0
wxapp_user_stay_average_seconds{period=day} 86.0586
wxapp_session_duration_average_seconds{period=day} 39.3706
wxapp_session_depth_average{period=day} 2.6562
`},
		{wechat.EndpointDailyVisitTrend, "visit-trend-documented.json", `
wxapp_sessions{period=day} 142549
wxapp_page_views{period=day} 472351
wxapp_active_users{period=day} 55500
wxapp_new_users{period=day} 5464
wxapp_session_duration_average_seconds{period=day} 0
wxapp_session_depth_average{period=day} 1.9838
`},
		{wechat.EndpointDailySummary, "summary-documented.json", `
wxapp_shares{period=day} 572
wxapp_sharing_users{period=day} 383
wxapp_cumulative_users{} 391
`},
		{wechat.EndpointVisitDistribution, "visit-distribution-documented.json", `
wxapp_source_sessions{period=day,source=小程序主页} 687
wxapp_source_sessions{period=day,source=其他} 5
wxapp_stay_time_sessions{period=day,stay_time=>100s} 16329
wxapp_depth_sessions{depth=1,period=day} 43201
wxapp_depth_sessions{depth=5,period=day} 217
`},
		{wechat.EndpointVisitPage, "visit-page-documented.json", `
wxapp_page_visits{page=pages/main/main.html,period=day} 213429
wxapp_page_visitors{page=pages/main/main.html,period=day} 55423
wxapp_page_entries{page=pages/main/main.html,period=day} 117922
wxapp_page_exits{page=pages/main/main.html,period=day} 61304
wxapp_page_shares{page=pages/main/main.html,period=day} 180
wxapp_page_stay_average_seconds{page=pages/main/main.html,period=day} 8.139198
`},
	} {
		answer, err := os.ReadFile("../wechat/testdata/" + test.sample)
		if err != nil {
			t.Fatal(err)
		}
		expectSeries(t, seriesOf(figures(t, test.endpoint, string(answer), nil)), test.want)
	}
}

// Pages are ranked by visits alone, ties by path, so that all metrics show the same pages.
func TestPagesAreCut(t *testing.T) {
	const answer = `{"list":[{"page_path":"d","page_visit_pv":5,"entrypage_pv":9},{"page_path":"c","page_visit_pv":7},` +
		`{"page_path":"b","page_visit_pv":5},{"page_path":"a","entrypage_pv":99}]}`
	expectSeries(t, seriesOf(figures(t, wechat.EndpointVisitPage, answer, map[wechat.Dimension]int{wechat.Page: 2})), `
wxapp_page_visits{page=b,period=day} 5
wxapp_page_visits{page=c,period=day} 7
wxapp_pages_dropped{period=day} 2
`)
	all := seriesOf(figures(t, wechat.EndpointVisitPage, answer, nil))
	if len(all) != 5 || slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "dropped") }) {
		t.Errorf("without a limit: %q", all)
	}
}

const documentedTrend = `{"list":[{"visit_uv":%d}]}`

// A day of visits is shown when both its answers are there, or when the other will not come.
func TestShowCompleteDays(t *testing.T) {
	visits, _ := statistic(t, wechat.EndpointDailyVisitTrend)
	trend := func(users int) collector.Figures {
		return figures(t, wechat.EndpointDailyVisitTrend, fmt.Sprintf(documentedTrend, users), nil)
	}
	summary := figures(t, wechat.EndpointDailySummary, `{"list":[{"share_pv":3}]}`, nil)
	d12, d13 := day(t, "20170312"), day(t, "20170313")
	both := [][]collector.Answer{{{d12, trend(12)}, {d13, trend(13)}}, {{d12, summary}}}
	never, always := func(int, wechat.Day) bool { return false }, func(i int, _ wechat.Day) bool { return i == 1 }
	now := d13.Add(1).At(10 * time.Hour)
	for _, test := range []struct {
		name    string
		held    [][]collector.Answer
		excused func(int, wechat.Day) bool
		end     string
		want    string
	}{
		{"the second one is missing", both, never, "20170312", "wxapp_active_users{period=day} 12\nwxapp_shares{period=day} 3"},
		{"the second one will not come", both, always, "20170313", "wxapp_active_users{period=day} 13"},
		{"nothing is complete", [][]collector.Answer{{{d13, trend(13)}}, nil}, never, "", ""},
		{"nobody came", [][]collector.Answer{{{d12, trend(12)}, {Day: d13}}, {{d12, summary}, {Day: d13}}}, never, "20170313", ""},
	} {
		shown := collector.Show(visits, test.held, test.excused, now, 168*time.Hour)
		if end := shown.End; end.IsZero() != (test.end == "") || !end.IsZero() && end.String() != test.end {
			t.Errorf("%s: shows %v", test.name, shown.End)
		}
		expectSeries(t, seriesOf(shown.Figures...), test.want)
	}
	old := collector.Show(visits, both, never, d12.Add(1).Begin().Add(168*time.Hour+1), 168*time.Hour)
	if old.End != d12 || len(old.Figures) > 0 {
		t.Errorf("too old: %v", old)
	}
}

// Retention is shown for yesterday: each number of days from the cohort that many days
// before it, and from an older one when that one is missing.
func TestShowCohorts(t *testing.T) {
	retention, _ := statistic(t, wechat.EndpointDailyRetention)
	cohort := func(answer string) collector.Figures { return figures(t, wechat.EndpointDailyRetention, answer, nil) }
	held := [][]collector.Answer{{
		{day(t, "20170312"), cohort(`{"visit_uv":[{"key":0,"value":120},{"key":1,"value":121}],"visit_uv_new":[{"key":0,"value":12},{"key":1,"value":3}]}`)},
		{day(t, "20170311"), cohort(`{"visit_uv":[{"key":0,"value":110},{"key":1,"value":31},{"key":2,"value":21}]}`)},
		{day(t, "20170310"), cohort(`{"visit_uv":[{"key":0,"value":100},{"key":2,"value":20},{"key":8,"value":7}]}`)},
		{day(t, "20170309"), cohort(`{"visit_uv":[{"key":0,"value":90},{"key":3,"value":19},{"key":99,"value":7}]}`)},
		{day(t, "20170227"), cohort(`{"visit_uv":[{"key":14,"value":4}]}`)},
	}}
	shown := collector.Show(retention, held, nil, day(t, "20170314").At(10*time.Hour), 168*time.Hour)
	if shown.End != day(t, "20170313") {
		t.Errorf("shows %v", shown.End)
	}
	expectSeries(t, seriesOf(shown.Figures...), `
wxapp_retention_cohort_users{cohort=active,day=1} 120
wxapp_retention_cohort_users{cohort=new,day=1} 12
wxapp_retention_cohort_users{cohort=active,day=2} 110
wxapp_retention_cohort_users{cohort=active,day=3} 90
wxapp_retained_users{cohort=active,day=1} 121
wxapp_retained_users{cohort=new,day=1} 3
wxapp_retained_users{cohort=active,day=2} 21
wxapp_retained_users{cohort=active,day=3} 19
wxapp_retained_users{cohort=active,day=14} 4
`)
}
