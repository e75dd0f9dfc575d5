package collector_test

import (
	"fmt"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func numbers(t testing.TB, series, answer string, top limits) collector.Numbers {
	t.Helper()
	return collector.NewNumbers(statistic(t, series), decode(t, series, "20170313", answer), wechat.Dimensions(), top)
}

// Two answers of the same numbers show the same, whatever their order; others do not.
func TestEqualNumbers(t *testing.T) {
	const cities = `{"visit_uv":{"city":[{"name":"a","value":1},{"name":"b","value":2}]}}`
	for _, test := range []struct {
		series, one, other string
		top                limits
		equal              bool
	}{
		{"1d", cities, cities, nil, true},
		{"1d", cities, `{"visit_uv":{"city":[{"name":"b","value":2},{"name":"a","value":1}]}}`, nil, true},
		{"1d", cities, `{"visit_uv":{"city":[{"name":"a","value":2},{"name":"b","value":1}]}}`, nil, false},
		{"1d", cities, `{"visit_uv_new":{"city":[{"name":"a","value":1},{"name":"b","value":2}]}}`, nil, false},
		{"1d", cities, `{"visit_uv":{"city":[{"name":"b","value":2}]}}`, limits{wechat.City: 1}, false}, // one more is cut
		{"1d", cities, `{"visit_uv":{"city":[{"name":"b","value":2},{"name":"c","value":0}]}}`, limits{wechat.City: 1}, true},
		{wechat.EndpointDailySummary, `{"list":[{"share_pv":1}]}`, `{"list":[{"share_pv":"1"}]}`, nil, true},
		{wechat.EndpointDailySummary, `{"list":[{"share_pv":1}]}`, `{"list":[{"share_uv":1}]}`, nil, false},
		{wechat.EndpointDailySummary, `{"list":[{"share_pv":1}]}`, `{"list":[{"share_pv":2}]}`, nil, false},
		{wechat.EndpointDailySummary, `{"list":[{"share_pv":1}]}`, `{"list":[]}`, nil, false},
	} {
		one, other := numbers(t, test.series, test.one, test.top), numbers(t, test.series, test.other, test.top)
		if one.Equal(other) != test.equal || other.Equal(one) != test.equal {
			t.Errorf("%s and %s: equal is not %t", test.one, test.other, test.equal)
		}
	}
}

func TestEmptyNumbers(t *testing.T) {
	if !(collector.Numbers{}).Empty() || !numbers(t, wechat.EndpointDailySummary, `{"list":[]}`, nil).Empty() {
		t.Error("no numbers are not empty")
	}
	for series, answer := range map[string]string{"1d": `{"visit_uv":{"city":[{"name":"a","value":1}]}}`, wechat.EndpointDailySummary: `{"list":[{"share_pv":0}]}`} {
		if numbers(t, series, answer, nil).Empty() {
			t.Errorf("%s is empty", answer)
		}
	}
}

// Pages read single lists of a portrait.
func TestList(t *testing.T) {
	n := numbers(t, "1d", `{"visit_uv":{"city":[{"name":"c","value":1},{"name":"b","value":2},{"name":"a","value":9}]}}`, limits{wechat.City: 2})
	for _, test := range []struct {
		of   wechat.Breakdown
		want string
	}{
		{wechat.Breakdown{Metric: wechat.VisitUV, Dimension: wechat.City}, "[{a 9} {b 2}] 1"},
		{wechat.Breakdown{Metric: wechat.VisitUVNew, Dimension: wechat.City}, "[] 0"},
		{wechat.Breakdown{Metric: wechat.VisitUV, Dimension: "mood"}, "[] 0"},
	} {
		rows, dropped := n.List(test.of)
		if got := fmt.Sprint(rows, dropped); got != test.want {
			t.Errorf("%v: got %s, want %s", test.of, got, test.want)
		}
	}
}

// Of a cohort that grows, what was known earlier can be shown again.
func TestUpTo(t *testing.T) {
	n := numbers(t, wechat.EndpointDailyRetention, `{"visit_uv":[{"key":0,"value":90},{"key":1,"value":9},{"key":2,"value":5},{"key":14,"value":3}]}`, nil)
	held := func(n collector.Numbers) [][]collector.Held {
		end := day(t, "20170313")
		return [][]collector.Held{{{Series: wechat.EndpointDailyRetention, Window: wechat.Window{End: end, Range: 1}, Numbers: n}}}
	}
	for most, want := range map[int]string{
		0: "",
		1: `
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="1"} 90
wxapp_retained_users{appid="wxa",cohort="active",day="1"} 9
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="retention"} 1489507200
`,
		13: `
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="1"} 90
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="2"} 90
wxapp_retained_users{appid="wxa",cohort="active",day="1"} 9
wxapp_retained_users{appid="wxa",cohort="active",day="2"} 5
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="retention"} 1489593600
`,
	} {
		shown := collector.Show(dataset(t, "retention"), held(n.UpTo(most)), never, day(t, "20170328").Begin(), 30*maxAge)
		expectLines(t, "retention", shown, want)
	}
	if !n.UpTo(14).Equal(n) {
		t.Error("what is known after 14 days is cut")
	}
}

// Pages read the values of single metrics.
func TestFigures(t *testing.T) {
	n := numbers(t, wechat.EndpointVisitDistribution, `{"list":[{"index":"access_source_session_cnt","item_list":[{"key":2,"value":7},{"key":99,"value":5}]},{"index":"access_depth_info","item_list":[{"key":6,"value":3}]}]}`, nil)
	for metric, want := range map[string]string{
		"wxapp_source_sessions": "[{[day 搜索] 7} {[day key_99] 5}]",
		"wxapp_depth_sessions":  "[{[6-10 day] 3}]",
		"wxapp_source_users":    "[]",
		"wxapp_users":           "[]",
	} {
		if got := fmt.Sprint(n.Figures(metric)); got != want {
			t.Errorf("%s: got %s, want %s", metric, got, want)
		}
	}
}
