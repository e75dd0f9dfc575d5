package collector_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func trend(end string, users int) answered {
	return answered{wechat.EndpointDailyVisitTrend, end, fmt.Sprintf(`{"list":[{"visit_uv":%d}]}`, users)}
}

// A day of visits is shown when both its answers are there, or when the other will not come.
func TestShowCompleteDays(t *testing.T) {
	visits := dataset(t, "visits")
	summary := answered{wechat.EndpointDailySummary, "20170312", `{"list":[{"share_pv":3}]}`}
	d12, d13 := day(t, "20170312"), day(t, "20170313")
	both := hold(t, visits, nil, trend("20170312", 12), trend("20170313", 13), summary)
	nobody := hold(t, visits, nil, trend("20170312", 12), summary)
	for i := range nobody {
		nobody[i] = append(nobody[i], collector.Held{Window: visits.Statistics[i].Window(d13)})
	}
	always := func(i int, _ wechat.Window) bool { return i == 1 }
	for _, test := range []struct {
		name    string
		held    [][]collector.Held
		excused func(int, wechat.Window) bool
		want    string
	}{
		{"the second one is missing", both, never, `
wxapp_active_users{appid="wxa",period="day"} 12
wxapp_shares{appid="wxa",period="day"} 3
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="visits"} 1489334400
`},
		{"the second one will not come", both, always, `
wxapp_active_users{appid="wxa",period="day"} 13
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="visits"} 1489420800
`},
		{"nothing is complete", hold(t, visits, nil, trend("20170313", 13)), never, ""},
		{"nobody came", nobody, never, `wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="visits"} 1489420800`},
	} {
		t.Run(test.name, func(t *testing.T) {
			expectLines(t, "visits", collector.Show(visits, test.held, test.excused, d13.Add(1).At(10*time.Hour), maxAge), test.want)
		})
	}

	until := d12.Add(1).Begin().Add(maxAge)
	if shown := collector.Show(visits, both, never, until, maxAge); !shown.Until.Equal(until) || !shown.Last.Equal(until) || shown.Held[0].Withdrawn {
		t.Errorf("until %v, last until %v", shown.Until, shown.Last)
	}
	old := collector.Show(visits, both, never, until.Add(1), maxAge)
	if old.End != d12 || len(old.Held) != 2 || !old.Until.IsZero() || !old.Last.Equal(until) {
		t.Errorf("too old: %+v", old)
	}
	for _, held := range old.Held {
		if !held.Withdrawn || !held.Numbers.Empty() {
			t.Errorf("%s of %s is shown", held.Series, held.Window)
		}
	}
}

// Retention is shown for yesterday: each number of days from the cohort that many days
// before it, and from an older one when that one is missing.
func TestShowCohorts(t *testing.T) {
	retention := dataset(t, "retention")
	cohort := func(end, answer string) answered { return answered{wechat.EndpointDailyRetention, end, answer} }
	held := hold(
		t, retention, nil,
		cohort("20170312", `{"visit_uv":[{"key":0,"value":120},{"key":1,"value":121}],"visit_uv_new":[{"key":0,"value":12},{"key":1,"value":3}]}`),
		cohort("20170311", `{"visit_uv":[{"key":0,"value":110},{"key":1,"value":31},{"key":2,"value":21}]}`),
		cohort("20170310", `{"visit_uv":[{"key":0,"value":100},{"key":2,"value":20},{"key":8,"value":7}]}`),
		cohort("20170309", `{"visit_uv":[{"key":0,"value":90},{"key":3,"value":19},{"key":99,"value":7}]}`),
		cohort("20170227", `{"visit_uv":[{"key":14,"value":4}]}`),
	)
	expectLines(t, "retention", collector.Show(retention, held, nil, day(t, "20170314").At(10*time.Hour), maxAge), `
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="1"} 120
wxapp_retention_cohort_users{appid="wxa",cohort="new",day="1"} 12
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="2"} 110
wxapp_retention_cohort_users{appid="wxa",cohort="active",day="3"} 90
wxapp_retained_users{appid="wxa",cohort="active",day="1"} 121
wxapp_retained_users{appid="wxa",cohort="new",day="1"} 3
wxapp_retained_users{appid="wxa",cohort="active",day="2"} 21
wxapp_retained_users{appid="wxa",cohort="active",day="3"} 19
wxapp_retained_users{appid="wxa",cohort="active",day="14"} 4
wxapp_dataset_end_timestamp_seconds{appid="wxa",dataset="retention"} 1489420800
`)
}

// Of each range of the user portrait the newest window is shown, each until it is too old. Of
// one that is too old, only the window is shown.
func TestShowPortrait(t *testing.T) {
	portrait := dataset(t, wechat.UserPortrait)
	of := func(series, end string, users int) answered {
		return answered{series, end, fmt.Sprintf(`{"visit_uv":{"genders":[{"name":"男","value":%d}]}}`, users)}
	}
	held := hold(t, portrait, nil, of("30d", "20170310", 300), of("1d", "20170312", 12), of("1d", "20170313", 13), of("1d", "20170311", 11))
	from10, from13 := day(t, "20170311").Begin().Add(maxAge), day(t, "20170314").Begin().Add(maxAge)

	shown := collector.Show(portrait, held, never, from10, maxAge)
	if shown.End != day(t, "20170313") || !shown.Until.Equal(from10) || !shown.Last.Equal(from13) {
		t.Errorf("end %s, until %v, last until %v", shown.End, shown.Until, shown.Last)
	}
	expectLines(t, wechat.UserPortrait, shown, `
wxapp_users{appid="wxa",dimension="gender",metric="visit_uv",name="男",range="1d"} 13
wxapp_users{appid="wxa",dimension="gender",metric="visit_uv",name="男",range="30d"} 300
wxapp_data_begin_timestamp_seconds{appid="wxa",range="1d"} 1489334400
wxapp_data_begin_timestamp_seconds{appid="wxa",range="30d"} 1486569600
wxapp_data_end_timestamp_seconds{appid="wxa",range="1d"} 1489420800
wxapp_data_end_timestamp_seconds{appid="wxa",range="30d"} 1489161600
`)

	later := collector.Show(portrait, held, never, from10.Add(1), maxAge)
	if later.End != shown.End || !later.Until.Equal(from13) || !later.Last.Equal(from13) || later.Equal(shown) {
		t.Errorf("end %s, until %v, last until %v", later.End, later.Until, later.Last)
	}
	expectLines(t, wechat.UserPortrait, later, `
wxapp_users{appid="wxa",dimension="gender",metric="visit_uv",name="男",range="1d"} 13
wxapp_data_begin_timestamp_seconds{appid="wxa",range="1d"} 1489334400
wxapp_data_begin_timestamp_seconds{appid="wxa",range="30d"} 1486569600
wxapp_data_end_timestamp_seconds{appid="wxa",range="1d"} 1489420800
wxapp_data_end_timestamp_seconds{appid="wxa",range="30d"} 1489161600
`)
	if !later.Equal(collector.Show(portrait, held, never, from13, maxAge)) {
		t.Error("something else is shown a day later")
	}
}

// The numbers of a week or a month are shown until maxAge after the end of the next one.
func TestExpiry(t *testing.T) {
	week := wechat.Statistic{Period: wechat.PeriodWeek, Range: 7}
	month := wechat.Statistic{Period: wechat.PeriodMonth}
	for _, test := range []struct {
		of         wechat.Statistic
		end, until string
	}{
		{wechat.Statistic{Range: 1}, "20170313", "20170321"},
		{wechat.Statistic{Range: 7}, "20170313", "20170321"},
		{week, "20170312", "20170327"},
		{week, "20231224", "20240108"},
		{month, "20170131", "20170308"},
		{month, "20240131", "20240308"},
		{month, "20231130", "20240108"},
	} {
		w := test.of.Window(day(t, test.end))
		if got := collector.Expiry(test.of, w, maxAge); !got.Equal(day(t, test.until).Begin()) {
			t.Errorf("%s %s is shown until %v, want %s", test.of.Period, w, got, test.until)
		}
	}
}
