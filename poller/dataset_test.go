package poller_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// endpointsOf returns the endpoints of datasets.
func endpointsOf(datasets []wechat.Dataset) []string {
	var endpoints []string
	for _, dataset := range datasets {
		endpoints = append(endpoints, dataset.Endpoints()...)
	}
	return endpoints
}

// inDatasets runs a test of the user portrait and other datasets that starts at a time in Shanghai.
func inDatasets(t *testing.T, start string, datasets []wechat.Dataset, test func(*pollertest.Simulation)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Datasets = withPortrait(datasets)
		pollertest.SleepUntil(t, start)
		test(s)
	})
}

// callsByDay counts the calls of each endpoint and day.
func callsByDay(s *pollertest.Simulation) map[wechat.Day]map[string]int {
	days := map[wechat.Day]map[string]int{}
	for _, call := range s.Server.Calls() {
		day := wechat.DayOf(call.Time)
		if days[day] == nil {
			days[day] = map[string]int{}
		}
		days[day][call.Endpoint]++
	}
	return days
}

// callsOf counts the calls of each endpoint since they were forgotten, and forgets them.
func callsOf(s *pollertest.Simulation) map[string]int {
	counts := map[string]int{}
	for _, call := range s.Server.Calls() {
		counts[call.Endpoint]++
	}
	s.Server.ForgetCalls()
	return counts
}

// statisticOf returns the statistic of a series.
func statisticOf(t testing.TB, series string) wechat.Statistic {
	t.Helper()
	s, ok := wechat.StatisticOf(series)
	if !ok {
		t.Fatalf("there is no series %s", series)
	}
	return s
}

func endOf(d string) string {
	return fmt.Sprintf("wxapp_dataset_end_timestamp_seconds{appid=%q,dataset=%q}", appid, d)
}

func upOf(d string) string { return fmt.Sprintf("wxapp_dataset_up{appid=%q,dataset=%q}", appid, d) }

// midnight returns 24:00 of a day in Shanghai, as yyyymmdd.
func midnight(t *testing.T, day string) float64 {
	t.Helper()
	d, err := wechat.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return float64(d.Add(1).Begin().Unix())
}

// newest returns 24:00 of the last day of the newest window of a dataset that ended on a day, as
// yyyymmdd, or before it.
func newest(t *testing.T, dataset wechat.Dataset, day string) float64 {
	t.Helper()
	d, err := wechat.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return float64(dataset.Statistics[0].Newest(d.Add(1)).EndTime().Unix())
}

// The calls of a day with two datasets, written out: the day before yesterday at once,
// yesterday when the user portrait has shown that it is published, the cohorts of
// retention after that, and what the archive lacks a minute later.
func TestDatasetCalls(t *testing.T) {
	inDatasets(t, "2000-01-10 09:00", optional("retention", "pages"), func(s *pollertest.Simulation) {
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 09:00")
		s.End()
		s.ExpectCalls(`
01-10 09:00 token
01-10 09:00 user_portrait 19991210-20000108
01-10 09:00 user_portrait 20000102-20000108
01-10 09:00 user_portrait 20000108-20000108
01-10 09:00 user_portrait 19991211-20000109
01-10 09:00 quota
01-10 09:00 quota
01-10 09:00 quota
01-10 09:00 visit_page 20000108-20000108
01-10 09:30 user_portrait 19991211-20000109
01-10 10:00 user_portrait 19991211-20000109
01-10 10:00 user_portrait 20000103-20000109
01-10 10:00 user_portrait 20000109-20000109
01-10 10:00 daily_retention 20000108-20000108
01-10 10:00 daily_retention 20000107-20000107
01-10 10:00 daily_retention 20000106-20000106
01-10 10:00 daily_retention 20000105-20000105
01-10 10:00 daily_retention 20000104-20000104
01-10 10:00 daily_retention 20000103-20000103
01-10 10:00 daily_retention 20000102-20000102
01-10 10:00 daily_retention 19991226-19991226
01-10 10:00 daily_retention 19991210-19991210
01-10 10:00 visit_page 20000109-20000109
01-10 10:01 daily_retention 20000101-20000101
01-10 10:01 daily_retention 19991231-19991231
01-10 10:01 daily_retention 19991230-19991230
01-10 10:01 daily_retention 19991229-19991229
01-10 10:01 daily_retention 19991228-19991228
01-10 10:01 visit_page 20000107-20000107
01-10 10:01 visit_page 20000106-20000106
01-10 10:01 visit_page 20000105-20000105
01-10 10:01 visit_page 20000104-20000104
01-10 10:01 visit_page 20000103-20000103
01-11 08:08 token
01-11 08:08 user_portrait 19991211-20000109
01-11 08:08 user_portrait 20000103-20000109
01-11 08:08 user_portrait 20000109-20000109
01-11 08:08 user_portrait 19991212-20000110
01-11 08:08 quota
01-11 08:08 quota
01-11 08:08 quota
01-11 08:08 visit_page 20000109-20000109
01-11 08:38 user_portrait 19991212-20000110
`)
	})
}

// Every series of every dataset is for yesterday, has the number that WeChat answered, and
// is there again after a restart, which asks for nothing.
func TestDatasetsAreShownAndRestored(t *testing.T) {
	inDatasets(t, "2000-01-10 07:00", optional(), func(s *pollertest.Simulation) {
		s.Start()
		pollertest.SleepUntil(t, "2000-01-12 12:00")
		values := s.Gather()
		for _, dataset := range optional() {
			expectValue(t, values, endOf(dataset.Name), newest(t, dataset, "20000111"))
			expectValue(t, values, upOf(dataset.Name), 1)
		}
		count := map[string]int{}
		for series := range values {
			name, _, _ := strings.Cut(series, "{")
			count[name]++
		}
		for name, want := range map[string]int{
			"wxapp_sessions": 3, "wxapp_cumulative_users": 1, "wxapp_stay_time_sessions": 8, "wxapp_depth_sessions": 7,
			"wxapp_retention_cohort_users": 18, "wxapp_retained_users": 18, "wxapp_page_visits": 20, "wxapp_pages_dropped": 1,
			"wxapp_weekly_retention_cohort_users": 10, "wxapp_monthly_retained_users": 4,
			"wxapp_dataset_failures_total": 10 * len(optional()), "wxapp_api_quota_limit": 1 + len(endpointsOf(optional())),
		} {
			if count[name] != want {
				t.Errorf("%d series of %s, want %d", count[name], name, want)
			}
		}
		sources := 0.0
		for series, value := range values {
			if strings.HasPrefix(series, "wxapp_source_sessions{") {
				sources += value
			}
		}
		sessions := values[fmt.Sprintf("wxapp_sessions{appid=%q,period=\"day\"}", appid)]
		if sources != sessions || sessions == 0 {
			t.Errorf("%v sessions by source, %v in all", sources, sessions)
		}

		s.End()
		s.Server.ForgetCalls()
		s.Start()
		s.ExpectCalls("")
		again := s.Gather()
		for series, value := range values {
			name, _, _ := strings.Cut(series, "{")
			if strings.HasPrefix(name, "wxapp_api_re") || strings.HasSuffix(name, "_total") || strings.HasPrefix(name, "wxapp_token") {
				continue // counters begin again
			}
			if again[series] != value {
				t.Errorf("%s is %v after the restart, was %v", series, again[series], value)
			}
		}

		// A restart without the state asks for no day that the archive has, but for those
		// that are read again every day.
		s.End()
		s.Archive.ReplaceState(appid, nil)
		s.Start()
		pollertest.SleepUntil(t, "2000-01-12 23:00")
		for _, call := range s.Server.Calls() {
			if call.Endpoint == "visit_page" && slices.Contains([]string{"20000111", "20000109", "20000108"}, call.End) {
				t.Errorf("%s is asked for again", call.End)
			}
		}
		expectValue(t, s.Gather(), endOf("visits"), midnight(t, "20000111"))
	})
}

// The default asks for nothing else and shows nothing else.
func TestNoDatasets(t *testing.T) {
	inDatasets(t, "2000-01-10 07:00", nil, func(s *pollertest.Simulation) {
		s.Start()
		pollertest.SleepUntil(t, "2000-01-12 12:00")
		for endpoint := range callsOf(s) {
			if endpoint != "user_portrait" && endpoint != "token" && endpoint != "quota" {
				t.Errorf("%s was called", endpoint)
			}
		}
		for series := range s.Gather() {
			name, _, _ := strings.Cut(series, "{")
			if metric := collector.MetricNamed(name); metric != nil && (slices.Contains(metric.Labels, "dataset") || slices.Contains(metric.Labels, "period")) {
				t.Errorf("%s is shown", series)
			}
		}
	})
}

// brokenWays are ways in which every call of a dataset may fail: one of each kind, or all if
// TEST_SIZE is full.
func brokenWays() map[string]wechattest.Fault {
	all := map[string]wechattest.Fault{
		"permission": wechattest.Errcode(48001), "mini game": wechattest.Errcode(61502), "busy": wechattest.Errcode(-1),
		"daily quota": wechattest.Errcode(45009), "minute quota": wechattest.Errcode(45011), "dates": wechattest.Errcode(61501),
		"unknown": wechattest.Errcode(99999), "502": wechattest.HTTPStatus(502), "412": wechattest.HTTPStatus(412),
		"HTML": wechattest.HTML(), "garbage": wechattest.Garbage(), "huge": wechattest.Huge(), "cut": wechattest.CutBody(),
		"hang up": wechattest.HangUp(), "hang": wechattest.Hang(), "portrait": wechattest.Body(`{"visit_uv":{},"visit_uv_new":{}}`),
		"empty": wechattest.Empty(), "unusable": wechattest.UnusableRows(), "doubled": wechattest.DuplicateRows(), "not ready": wechattest.Errcode(61503),
	}
	if !isFull() {
		kinds := []string{"permission", "daily quota", "garbage", "hang", "empty", "unusable", "not ready"}
		maps.DeleteFunc(all, func(name string, _ wechattest.Fault) bool { return !slices.Contains(kinds, name) })
	}
	return all
}

// However all datasets fail, wxapp_up, the numbers of the portrait and what is asked for
// about it are as without datasets, and the datasets come back when the fault ends.
func TestBrokenDatasetsHarmNothing(t *testing.T) {
	portraits := func(s *pollertest.Simulation) (calls []string) {
		for _, call := range s.Server.Calls() {
			if call.Endpoint == "user_portrait" {
				calls = append(calls, call.End)
			}
		}
		return calls
	}
	run := func(datasets []wechat.Dataset, fault *wechattest.Fault) (values map[string]float64, calls []string, recovered map[string]float64) {
		inDatasets(t, "2000-01-10 07:00", datasets, func(s *pollertest.Simulation) {
			for _, endpoint := range endpointsOf(datasets) {
				s.Server.Fail(fault.On(endpoint))
			}
			s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}}
			s.Start()
			pollertest.SleepUntil(t, "2000-01-11 12:00")
			values, calls = s.Gather(), portraits(s)
			s.Server.ClearFaults()
			pollertest.SleepUntil(t, "2000-01-12 12:00")
			recovered = s.Gather()
		})
		return values, calls, recovered
	}
	want, wantCalls, _ := run(nil, nil)
	for name, fault := range brokenWays() {
		t.Run(name, func(t *testing.T) {
			got, calls, recovered := run(optional(), &fault)
			if !slices.Equal(calls, wantCalls) {
				t.Errorf("portraits of %v were asked for, want %v", calls, wantCalls)
			}
			for series, value := range want {
				name, _, _ := strings.Cut(series, "{")
				switch name {
				case "wxapp_users", "wxapp_up", "wxapp_data_end_timestamp_seconds", "wxapp_poll_failures_total", "wxapp_last_success_timestamp_seconds":
					if got[series] != value && name != "wxapp_last_success_timestamp_seconds" {
						t.Errorf("%s is %v, without datasets %v", series, got[series], value)
					}
				}
			}
			for _, dataset := range optional() {
				expectValue(t, recovered, upOf(dataset.Name), 1)
				expectValue(t, recovered, endOf(dataset.Name), newest(t, dataset, "20000111"))
			}
		})
	}
}

// One broken dataset leaves the others as they are.
func TestBrokenDatasetHarmsNoOther(t *testing.T) {
	for i, broken := range optional() {
		faults := []wechattest.Fault{wechattest.Errcode(48001), wechattest.Garbage(), wechattest.Hang(), wechattest.Errcode(45009)}
		if !isFull() { // another one for each dataset
			faults = faults[i%len(faults):][:1]
		}
		for _, fault := range faults {
			inDatasets(t, "2000-01-10 07:00", optional(), func(s *pollertest.Simulation) {
				for _, endpoint := range endpointsOf([]wechat.Dataset{broken}) {
					s.Server.Fail(fault.On(endpoint))
				}
				s.Start()
				pollertest.SleepUntil(t, "2000-01-12 12:00")
				values := s.Gather()
				for _, dataset := range optional() {
					if dataset.Name == broken.Name {
						expectValue(t, values, upOf(dataset.Name), 0)
						continue
					}
					expectValue(t, values, upOf(dataset.Name), 1)
					expectValue(t, values, endOf(dataset.Name), newest(t, dataset, "20000111"))
				}
			})
		}
	}
}

// A dataset that WeChat refuses is asked for once a day, and its other half is shown.
func TestRefusedDataset(t *testing.T) {
	for _, errcode := range []int{48001, 61502} {
		inDatasets(t, "2000-01-10 07:00", optional(), func(s *pollertest.Simulation) {
			for _, endpoint := range []string{"daily_summary", "visit_page", "daily_retention"} {
				s.Server.Fail(wechattest.Errcode(errcode).On(endpoint))
			}
			s.Start()
			pollertest.SleepUntil(t, "2000-01-15 12:00")
			for day, calls := range callsByDay(s) {
				for _, endpoint := range []string{"daily_summary", "visit_page", "daily_retention"} {
					if calls[endpoint] != 1 {
						t.Errorf("%d: %s was called %d times on %s", errcode, endpoint, calls[endpoint], day)
					}
				}
			}
			values := s.Gather()
			expectValue(t, values, upOf("visits"), 0)
			expectValue(t, values, upOf("sources"), 1)
			expectValue(t, values, fmt.Sprintf("wxapp_up{appid=%q}", appid), 1)
			expectValue(t, values, endOf("visits"), midnight(t, "20000114"))
			if _, ok := values[fmt.Sprintf("wxapp_active_users{appid=%q,period=\"day\"}", appid)]; !ok {
				t.Error("the visits are not shown because their summary is refused")
			}
		})
	}
}

// A dataset waits while less than a tenth of its quota is left. An unknown quota does not
// matter.
func TestLowQuotaBrakes(t *testing.T) {
	const quota = `{"errcode":0,"quota":{"daily_limit":100,"used":%d,"remain":%d}}`
	for _, test := range []struct {
		name   string
		fault  wechattest.Fault
		called bool
	}{
		{"a tenth is left", wechattest.Body(fmt.Sprintf(quota, 90, 10)), true},
		{"less is left", wechattest.Body(fmt.Sprintf(quota, 91, 9)), false},
		{"unknown", wechattest.Errcode(48001), true},
	} {
		inDatasets(t, "2000-01-10 07:00", optional(), func(s *pollertest.Simulation) {
			s.Server.Fail(test.fault.On("quota"))
			s.Start()
			pollertest.SleepUntil(t, "2000-01-11 22:00")
			calls := callsOf(s)
			for _, endpoint := range endpointsOf(optional()) {
				if (calls[endpoint] > 0) != test.called {
					t.Errorf("%s: %d calls of %s", test.name, calls[endpoint], endpoint)
				}
			}
			if calls["user_portrait"] < 9 || calls["quota"] != 2*(1+len(endpointsOf(optional()))) {
				t.Errorf("%s: %d portrait calls, %d quota calls", test.name, calls["user_portrait"], calls["quota"])
			}
			s.Server.ClearFaults()
			pollertest.SleepUntil(t, "2000-01-12 12:00")
			expectValue(t, s.Gather(), endOf("pages"), midnight(t, "20000111"))
		})
	}
}

// A quota that an app was about to read when it was changed is read again, and brakes.
func TestLowQuotaBrakesAChangedApp(t *testing.T) {
	inDatasets(t, "2000-01-10 16:00", optional("visits"), func(s *pollertest.Simulation) {
		s.Options.Datasets = optional("visits")
		s.Server.Fail(wechattest.Hang().On("quota"))
		s.Start()
		s.Server.ClearFaults()
		s.Server.Fail(wechattest.Body(`{"errcode":0,"quota":{"daily_limit":100,"used":91,"remain":9}}`).On("quota"))
		s.Poller.Add(s.Source(appid))
		pollertest.SleepUntil(t, "2000-01-10 22:00")
		calls := callsOf(s)
		for _, endpoint := range endpointsOf(optional("visits")) {
			if calls[endpoint] > 0 {
				t.Errorf("%d calls of %s", calls[endpoint], endpoint)
			}
		}
		if calls["quota"] != 1+len(endpointsOf(optional("visits"))) {
			t.Errorf("%d quota calls", calls["quota"])
		}
	})
}

// Without the user portrait, status, times and readiness are those of the datasets, and
// yesterday is waited for as for the portrait.
func TestDatasetsWithoutPortrait(t *testing.T) {
	inDatasets(t, "2000-01-10 08:20", optional("sources", "pages"), func(s *pollertest.Simulation) {
		s.Options.Datasets = optional("sources", "pages")
		s.Start()
		pollertest.SleepUntil(t, "2000-01-11 08:00")
		s.Server.ForgetCalls()
		if snapshot := s.Snapshot(appid); !snapshot.HasData() || snapshot.Status != collector.StatusUp || snapshot.LastSuccess.IsZero() {
			t.Errorf("status %v, last success %v", snapshot.Status, snapshot.LastSuccess)
		}
		pollertest.SleepUntil(t, "2000-01-11 12:00")
		values := s.Gather()
		expectValue(t, values, fmt.Sprintf("wxapp_up{appid=%q}", appid), 1)
		expectValue(t, values, endOf("pages"), midnight(t, "20000110"))
		var waited []string
		for line := range strings.Lines(s.Calls()) {
			if strings.Contains(line, "20000110-20000110") {
				waited = append(waited, strings.TrimSpace(line))
			}
		}
		want := []string{
			"01-11 08:08 visit_distribution 20000110-20000110", "01-11 08:38 visit_distribution 20000110-20000110",
			"01-11 09:08 visit_distribution 20000110-20000110", "01-11 09:38 visit_distribution 20000110-20000110",
			"01-11 10:08 visit_distribution 20000110-20000110", "01-11 10:08 visit_page 20000110-20000110",
		}
		if !slices.Equal(waited, want) {
			t.Errorf("calls\n%s\nwant\n%s", strings.Join(waited, "\n"), strings.Join(want, "\n"))
		}

		s.Server.Fail(wechattest.Errcode(48001).On("visit_page"))
		pollertest.SleepUntil(t, "2000-01-12 12:00")
		expectValue(t, s.Gather(), fmt.Sprintf("wxapp_up{appid=%q}", appid), 0)
		if failures := s.Snapshot(appid).Failures; len(failures) != 1 || failures[0].Endpoint != "visit_page" {
			t.Errorf("failures %v", failures)
		}
	})
}

// Numbers that are too old are withdrawn, and the day that they were for stays, also after
// a restart.
func TestOldDatasetsAreWithdrawn(t *testing.T) {
	inDatasets(t, "2000-01-10 07:00", daily(), func(s *pollertest.Simulation) {
		s.Start()
		pollertest.SleepUntil(t, "2000-01-12 12:00")
		for _, endpoint := range endpointsOf(daily()) {
			s.Server.Fail(wechattest.Errcode(-1).On(endpoint))
		}
		shown := func() (series []string) {
			for name := range s.Gather() {
				if strings.HasPrefix(name, "wxapp_sessions{") || strings.HasPrefix(name, "wxapp_page_visits{") ||
					strings.HasPrefix(name, "wxapp_retained_users{") || strings.HasPrefix(name, "wxapp_source_users{") {
					series = append(series, name)
				}
			}
			return series
		}
		pollertest.SleepUntil(t, "2000-01-18 23:50") // 168 hours after the end of 01-11 are over at midnight of 01-19
		if len(shown()) < 60 {
			t.Errorf("only %d series are shown", len(shown()))
		}
		pollertest.SleepUntil(t, "2000-01-19 00:15")
		for range 2 {
			if left := shown(); len(left) > 0 {
				t.Errorf("still shown: %q", left)
			}
			for _, dataset := range daily() {
				expectValue(t, s.Gather(), endOf(dataset.Name), midnight(t, "20000111"))
			}
			s.End()
			time.Sleep(60 * 24 * time.Hour)
			s.Start()
		}
	})
}

// Days that the archive lacks are asked for, the newest first and five a day, as far back
// as WeChat answers and 30 days at most.
func TestCatchingUp(t *testing.T) {
	held := func(s *pollertest.Simulation, endpoint string) (days []string) {
		seen := map[string]bool{}
		keys, err := s.Archive.List(t.Context(), appid, statisticOf(t, endpoint), wechat.Day{})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			seen[key.Window.End.String()] = true
		}
		return slices.Sorted(maps.Keys(seen))
	}
	inDatasets(t, "2000-03-01 12:00", daily(), func(s *pollertest.Simulation) {
		s.Server.Depth = map[string]int{"visit_page": 8}
		s.Start()
		pollertest.SleepUntil(t, "2000-03-21 12:00")
		for _, calls := range callsByDay(s) {
			for endpoint, most := range map[string]int{"visit_distribution": 2 + 5, "daily_retention": 9 + 5, "visit_page": 2 + 5} {
				if calls[endpoint] > most {
					t.Errorf("%d calls of %s in a day", calls[endpoint], endpoint)
				}
			}
			if n := calls["daily_visit_trend"] + calls["daily_summary"]; n > 4+5 {
				t.Errorf("%d calls of visits in a day", n)
			}
		}
		values := s.Gather()
		for _, dataset := range daily() {
			expectValue(t, values, upOf(dataset.Name), 1)
			for _, reason := range wechat.FailureReasons() {
				expectValue(t, values, fmt.Sprintf("wxapp_dataset_failures_total{appid=%q,dataset=%q,reason=%q}", appid, dataset.Name, reason), 0)
			}
		}
		for endpoint, first := range map[string]string{"daily_visit_trend": "20000219", "daily_summary": "20000219", "visit_distribution": "20000205", "visit_page": "20000223"} {
			if days := held(s, endpoint); days[0] > first || days[len(days)-1] != "20000320" {
				t.Errorf("%s: held from %s to %s, want from %s", endpoint, days[0], days[len(days)-1], first)
			}
		}

		s.End()
		time.Sleep(10 * 24 * time.Hour)
		s.Start()
		time.Sleep(4 * 24 * time.Hour)
		synctest.Wait()
		days := held(s, "visit_distribution")
		for i := 1; i < len(days); i++ {
			before, err := wechat.ParseDay(days[i-1])
			if err != nil || before.Add(1).String() != days[i] {
				t.Errorf("between %s and %s days are missing", days[i-1], days[i])
			}
		}
	})
}

// A revised answer is kept beside the first and shown; an unchanged one is not kept again.
func TestDatasetsAreSettled(t *testing.T) {
	inDatasets(t, "2000-01-10 07:00", optional("visits"), func(s *pollertest.Simulation) {
		s.Server.Revised = func(_ string, day time.Time) time.Time {
			if day.Day()%2 == 0 {
				return time.Time{}
			}
			return day.Add(40 * time.Hour)
		}
		s.Start()
		pollertest.SleepUntil(t, "2000-01-20 12:00")
		keys, err := s.Archive.List(t.Context(), appid, statisticOf(t, "daily_visit_trend"), wechat.Day{})
		if err != nil {
			t.Fatal(err)
		}
		answers := map[string]int{}
		for _, key := range keys {
			answers[key.Window.End.String()]++
		}
		for day, want := range map[string]int{"20000112": 1, "20000113": 2, "20000114": 1, "20000117": 2, "20000119": 1} {
			if answers[day] != want {
				t.Errorf("%d answers of %s, want %d", answers[day], day, want)
			}
		}
	})
}
