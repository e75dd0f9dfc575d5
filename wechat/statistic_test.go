package wechat

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

var (
	days      = Statistic{Range: Range1Day}
	sevenDays = Statistic{Range: Range7Days}
	weeks     = Statistic{Period: PeriodWeek, Range: 7}
	months    = Statistic{Period: PeriodMonth}
)

// The newest window is the last one that has ended: yesterday's, the week to last Sunday or
// the month before.
func TestNewest(t *testing.T) {
	for _, test := range []struct{ today, day, sevenDays, week, month string }{
		{"20170612", "20170611", "20170605-20170611", "20170605-20170611", "20170501-20170531"}, // a Monday
		{"20170613", "20170612", "20170606-20170612", "20170605-20170611", "20170501-20170531"},
		{"20170617", "20170616", "20170610-20170616", "20170605-20170611", "20170501-20170531"},
		{"20170618", "20170617", "20170611-20170617", "20170605-20170611", "20170501-20170531"}, // a Sunday
		{"20170619", "20170618", "20170612-20170618", "20170612-20170618", "20170501-20170531"},
		{"20170630", "20170629", "20170623-20170629", "20170619-20170625", "20170501-20170531"},
		{"20170701", "20170630", "20170624-20170630", "20170619-20170625", "20170601-20170630"},
		{"20231231", "20231230", "20231224-20231230", "20231218-20231224", "20231101-20231130"}, // a Sunday
		{"20240101", "20231231", "20231225-20231231", "20231225-20231231", "20231201-20231231"}, // a Monday
		{"20240301", "20240229", "20240223-20240229", "20240219-20240225", "20240201-20240229"}, // of a leap year
		{"20230301", "20230228", "20230222-20230228", "20230220-20230226", "20230201-20230228"},
		{"21000301", "21000228", "21000222-21000228", "21000222-21000228", "21000201-21000228"}, // of none, a Monday
		{"20250105", "20250104", "20241229-20250104", "20241223-20241229", "20241201-20241231"},
		{"20250106", "20250105", "20241230-20250105", "20241230-20250105", "20241201-20241231"}, // a week in two years
	} {
		today := mustDay(t, test.today)
		for _, of := range []struct {
			statistic Statistic
			want      string
		}{{days, test.day}, {sevenDays, test.sevenDays}, {weeks, test.week}, {months, test.month}} {
			newest := of.statistic.Newest(today)
			if newest.String() != of.want {
				t.Errorf("on %s: the newest %s of %d days is %s, want %s", today, of.statistic.Period, of.statistic.Range, newest, of.want)
			}
			if again := of.statistic.Window(newest.End); again != newest {
				t.Errorf("the window that ends with %s is %s", newest, again)
			}
		}
	}
}

// The windows before and after one follow each other without gaps.
func TestBefore(t *testing.T) {
	for _, test := range []struct {
		statistic Statistic
		end       string
		n         int
		want      string
	}{
		{days, "20240301", 1, "20240229"},
		{days, "20240101", 31, "20231201"},
		{days, "20231231", -1, "20240101"},
		{sevenDays, "20170617", 1, "20170610-20170616"},
		{sevenDays, "20170617", -2, "20170613-20170619"},
		{weeks, "20170611", 1, "20170529-20170604"},
		{weeks, "20240107", 1, "20231225-20231231"},
		{weeks, "20250112", 1, "20241230-20250105"},
		{weeks, "20231231", -1, "20240101-20240107"},
		{weeks, "20170611", 4, "20170508-20170514"},
		{months, "20170331", 1, "20170201-20170228"},
		{months, "20240331", 1, "20240201-20240229"},
		{months, "20240131", -1, "20240201-20240229"},
		{months, "20240229", -1, "20240301-20240331"},
		{months, "20240229", -12, "20250201-20250228"},
		{months, "20240229", 12, "20230201-20230228"},
		{months, "20240229", 48, "20200201-20200229"},
		{months, "20240131", 1, "20231201-20231231"},
		{months, "20231231", -1, "20240101-20240131"},
		{months, "20240531", 1, "20240401-20240430"},
		{months, "20240430", -1, "20240501-20240531"},
		{months, "20240131", 14, "20221101-20221130"},
	} {
		w := test.statistic.Window(mustDay(t, test.end))
		if got := test.statistic.Before(w, test.n); got.String() != test.want {
			t.Errorf("%d before %s is %s, want %s", test.n, w, got, test.want)
		}
		if back := test.statistic.Before(test.statistic.Before(w, test.n), -test.n); back != w {
			t.Errorf("%d before %s and back is %s", test.n, w, back)
		}
		if got := test.statistic.Before(w, 0); got != w {
			t.Errorf("0 before %s is %s", w, got)
		}
	}
	for _, s := range []Statistic{weeks, months} {
		w := s.Newest(mustDay(t, "20240305"))
		for range 60 {
			before := s.Before(w, 1)
			if before.End.Add(1) != w.FirstDay() || s.Newest(w.FirstDay()) != before || s.Newest(w.End) != before {
				t.Errorf("%s comes before %s", before, w)
			}
			w = before
		}
	}
}

// Who of a cohort came again in a window is known from the end of that window on.
func TestTells(t *testing.T) {
	for _, test := range []struct {
		statistic Statistic
		end       string
		n         int
		from      string // 00:00 of this day in Shanghai
	}{
		{days, "20240228", 0, "20240229"},
		{days, "20240228", 1, "20240301"},
		{days, "20231231", 30, "20240131"},
		{weeks, "20231224", 0, "20231225"},
		{weeks, "20231224", 1, "20240101"},
		{weeks, "20231224", 4, "20240122"},
		{months, "20231231", 0, "20240101"},
		{months, "20231231", 1, "20240201"},
		{months, "20240131", 1, "20240301"},
	} {
		cohort, from := test.statistic.Window(mustDay(t, test.end)), mustDay(t, test.from).Begin()
		if !test.statistic.Tells(cohort, test.n, from) || test.statistic.Tells(cohort, test.n, from.Add(-1)) {
			t.Errorf("%s after %d: not known from %s on", cohort, test.n, from.Format(time.RFC3339))
		}
	}
}

// What answers of all kinds tell about a cohort: those that are about none tell everything.
func TestAnswerTells(t *testing.T) {
	for _, test := range []struct {
		series, answer string
		n              int
		want           bool
	}{
		{EndpointDailyRetention, sample(t, "retention-documented.json"), 0, true},
		{EndpointDailyRetention, sample(t, "retention-documented.json"), 1, false},
		{EndpointDailyRetention, `{"visit_uv":[{"key":0,"value":9}],"visit_uv_new":[{"key":1,"value":0}]}`, 1, true},
		{EndpointDailySummary, sample(t, "summary-documented.json"), 1, true},
		{"7d", emptyPortrait, 1, true},
	} {
		a, err := decode(t, test.series, "20170617", test.answer)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Tells(test.n); got != test.want {
			t.Errorf("%s: tells %d: %t", test.answer, test.n, got)
		}
	}
}

// Every statistic is asked for with the first and the last day of the window, and its quota by
// its path.
func TestStatisticsOnTheWire(t *testing.T) {
	begins := map[Range]string{1: "20170617", 7: "20170611", 17: "20170601", 30: "20170519"}
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			if s.query != nil {
				continue // see TestAdPages
			}
			var sent []string
			client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				sent = append(sent, r.Method+" "+r.URL.Path+" "+string(body))
				return answer(http.StatusOK, `{"list":[],"visit_uv":null,"quota":{"daily_limit":1,"used":0,"remain":1}}`), nil
			}).client()}
			w := s.Window(mustDay(t, "20170617"))
			a, err := client.Ask(t.Context(), s, w)
			if err != nil || !a.Empty() {
				t.Fatalf("%s: %v, %v", s.Series(), a, err)
			}
			if _, err := client.Quota(t.Context(), s.Endpoint); err != nil {
				t.Fatal(err)
			}
			want := []string{
				fmt.Sprintf(`POST %s {"begin_date":"%s","end_date":"20170617"}`, s.path, begins[w.Range]),
				`POST /cgi-bin/openapi/quota/get {"cgi_path":"` + s.path + `"}`,
			}
			if !slices.Equal(sent, want) {
				t.Errorf("sent %q, want %q", sent, want)
			}
		}
	}
}

func TestCovers(t *testing.T) {
	day, week := Window{mustDay(t, "20170617"), Range1Day}, week(t)
	for _, test := range []struct {
		refDate string
		window  Window
		want    bool
	}{
		{"20170617", day, true},
		{"2017-06-17", day, true},
		{"20170617-20170617", day, true},
		{"20170616", day, false},
		{"20170611-20170617", week, true},
		{"2017-06-11-2017-06-17", week, true},
		{"20170611", week, true},
		{"20170617", week, true},
		{"20170614", week, false},
		{"20170610-20170616", week, false},
		{"20170617-20170611", week, false},
		{"", week, true},
		{"", day, true},
		{"-", day, false},
	} {
		if got := (&Answer{RefDate: test.refDate}).Covers(test.window); got != test.want {
			t.Errorf("%q for %s: got %t", test.refDate, test.window, got)
		}
	}
}
