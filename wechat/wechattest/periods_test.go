package wechattest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"
)

var (
	whole = regexp.MustCompile(`\b\d+\b`)
	float = regexp.MustCompile(`\b\d+\.\d+\b`)
)

// formOf returns an answer with 0 for each whole number and the digits of dates, and ½ for
// each other number.
func formOf(answer string) string {
	return whole.ReplaceAllString(float.ReplaceAllString(answer, "½"), "0")
}

// The answers have the form of the documented ones. Live answers also have stay_time_uv.
func TestPeriodsAreAnsweredAsDocumented(t *testing.T) {
	s := &Server{}
	of := time.Date(2017, 3, 8, 15, 0, 0, 0, shanghai)
	at := time.Date(2017, 4, 2, 12, 0, 0, 0, shanghai)
	live := regexp.MustCompile(`"stay_time_uv":[0-9.]+,`)
	for endpoint, want := range map[string]string{
		"weekly_visit_trend": `{"list":[{"ref_date":"20170306-20170312","session_cnt":986780,"visit_pv":3251840,"visit_uv":189405,` +
			`"visit_uv_new":45592,"stay_time_session":54.5346,"visit_depth":1.9735}]}`,
		"monthly_visit_trend": `{"list":[{"ref_date":"201703","session_cnt":126513,"visit_pv":426113,"visit_uv":48659,` +
			`"visit_uv_new":6726,"stay_time_session":56.4112,"visit_depth":2.0189}]}`,
		"weekly_retention": `{"ref_date":"20170306-20170312","visit_uv_new":[{"key":0,"value":1},{"key":1,"value":1},{"key":2,"value":1}],` +
			`"visit_uv":[{"key":0,"value":1},{"key":1,"value":1},{"key":2,"value":1}]}`,
		"monthly_retention": `{"ref_date":"201703","visit_uv_new":[{"key":0,"value":1}],"visit_uv":[{"key":0,"value":1}]}`,
	} {
		got := string(s.ReportAt(endpoint, "wxa", of, at))
		if documented := live.ReplaceAllString(got, ""); formOf(documented) != formOf(want) {
			t.Errorf("%s: %s, want the form of %s", endpoint, got, want)
		}
		refDate := regexp.MustCompile(`"ref_date":"[^"]*"`)
		if got, want := refDate.FindString(got), refDate.FindString(want); got != want {
			t.Errorf("%s: %s, want %s", endpoint, got, want)
		}
	}
}

// Only whole weeks and months that have ended are answered, down to a depth.
func TestPeriodsJudgeTheCall(t *testing.T) {
	at(t, "2000-04-05 12:00", func(c client) { // a Wednesday
		c.server.Depth = map[string]int{"weekly_retention": 9}
		c.server.DailyLimit = 20
		token, _ := c.token("wxa")
		for _, test := range []struct {
			path  string
			right [][2]string
			wrong [][2]string
		}{
			{
				"weeklyvisittrend",
				[][2]string{{"20000327", "20000402"}, {"19990104", "19990110"}},
				[][2]string{{"20000403", "20000409"}, {"20000326", "20000401"}, {"20000327", "20000327"}, {"20000320", "20000402"}, {"20000402", "20000327"}},
			},
			{
				"weeklyretaininfo",
				[][2]string{{"20000327", "20000402"}},
				[][2]string{{"20000403", "20000409"}, {"20000320", "20000326"}},
			},
			{
				"monthlyvisittrend",
				[][2]string{{"20000301", "20000331"}, {"20000201", "20000229"}, {"19991201", "19991231"}},
				[][2]string{{"20000401", "20000430"}, {"20000301", "20000330"}, {"20000302", "20000331"}, {"20000201", "20000331"}, {"20000301", "20000301"}},
			},
			{
				"monthlyretaininfo",
				[][2]string{{"20000301", "20000331"}},
				[][2]string{{"20000401", "20000430"}},
			},
		} {
			path := "/datacube/getweanalysisappid" + test.path
			calls := 0
			ask := func(begin, end string) map[string]any {
				calls++
				return c.post(path+"?access_token="+token, `{"begin_date":"`+begin+`","end_date":"`+end+`"}`)
			}
			for _, dates := range test.right {
				c.wantErrcode(ask(dates[0], dates[1]), 0)
			}
			for _, dates := range test.wrong {
				c.wantErrcode(ask(dates[0], dates[1]), 61501)
			}
			c.wantErrcode(ask("200003", "200003"), 61500)
			c.wantErrcode(c.post(path+"?access_token=wrong", `{}`), 40001)
			quota := c.post("/cgi-bin/openapi/quota/get?access_token="+token, `{"cgi_path":"`+path+`"}`)
			want := fmt.Sprintf("map[daily_limit:20 remain:%d used:%d]", 20-calls, calls)
			if got := fmt.Sprint(quota["quota"]); got != want {
				t.Errorf("%s: quota %s, want %s", path, got, want)
			}
			for calls < 20 {
				ask("20000301", "20000331")
			}
			c.wantErrcode(ask("20000301", "20000331"), 45009)
		}
	})
}

// A week or month is published with its last day, and until then empty or refused. Faults
// hit it by its name.
func TestPeriodsArePublishedAndFail(t *testing.T) {
	for name, begin := range map[string]string{"weekly": "20000424", "monthly": "20000401"} {
		at(t, "2000-05-01 09:00", func(c client) { // a Monday
			token, _ := c.token("wxa")
			ask := func(path string) map[string]any {
				return c.post("/datacube/getweanalysisappid"+name+path+"?access_token="+token,
					`{"begin_date":"`+begin+`","end_date":"20000430"}`)
			}
			rows := func(answer map[string]any, list string) int { return len(answer[list].([]any)) }
			if a, b := rows(ask("visittrend"), "list"), rows(ask("retaininfo"), "visit_uv"); a != 0 || b != 0 {
				t.Errorf("%s: %d and %d rows before the publication", name, a, b)
			}
			c.server.NotReady = func(_ string, day time.Time) bool { return day.Day() == 30 }
			c.wantErrcode(ask("visittrend"), 61503)
			c.wantErrcode(ask("retaininfo"), 61503)
			time.Sleep(time.Hour)
			if a, b := rows(ask("visittrend"), "list"), rows(ask("retaininfo"), "visit_uv"); a != 1 || b != 1 {
				t.Errorf("%s: %d and %d rows after the publication, want one of each", name, a, b)
			}
			c.server.Fail(Empty().On(name + "_visit_trend").Times(1))
			if n := rows(ask("visittrend"), "list"); n != 0 {
				t.Errorf("%s: %d rows with a fault", name, n)
			}
			c.server.Fail(DuplicateRows().On(name + "_retention").Times(1))
			if n := rows(ask("retaininfo"), "visit_uv_new"); n != 2 {
				t.Errorf("%s: %d rows with each twice", name, n)
			}
			c.server.Fail(Errcode(61501).On(name + "_retention").Times(1))
			c.wantErrcode(ask("retaininfo"), 61501)
			calls := c.server.Calls()
			if last := calls[len(calls)-1]; last.Endpoint != name+"_retention" || last.Begin != begin || last.End != "20000430" || last.Code != "61501" {
				t.Errorf("recorded %+v", last)
			}
		})
	}
}

// trendOf returns what the server says of the visits of a day, week or month.
func trendOf(t *testing.T, s *Server, endpoint, appid string, of, at time.Time) map[string]float64 {
	t.Helper()
	var answer struct{ List []map[string]any }
	if err := json.Unmarshal(s.ReportAt(endpoint, appid, of, at), &answer); err != nil {
		t.Fatal(err)
	}
	numbers := map[string]float64{}
	for _, row := range answer.List {
		for key, value := range row {
			numbers[key], _ = value.(float64)
		}
	}
	return numbers
}

// In a week or month sessions, views and new users are the sums of those of its days; users
// are fewer than on all days together and more than on any.
func TestPeriodsFitTheirDays(t *testing.T) {
	s := &Server{
		Apps:   map[string]App{"wxnone": {Users: 1}, "wxtiny": {Users: 3}, "wxsmall": {Users: 90}, "wxlarge": {Users: 30_000}},
		Nobody: func(appid string, day time.Time) bool { return appid == "wxtiny" && day.Day() != 14 },
	}
	later := time.Date(2027, 1, 1, 12, 0, 0, 0, shanghai)
	for appid := range s.Apps {
		for n := range 15 {
			month := time.Date(2025, time.Month(1+n), 1, 0, 0, 0, 0, shanghai)
			monday := month.AddDate(0, 0, 14)
			for monday.Weekday() != time.Monday {
				monday = monday.AddDate(0, 0, 1)
			}
			for _, test := range []struct {
				endpoint string
				first    time.Time
				end      time.Time
			}{
				{"monthly_visit_trend", month, month.AddDate(0, 1, 0)},
				{"weekly_visit_trend", monday, monday.AddDate(0, 0, 7)},
			} {
				got := trendOf(t, s, test.endpoint, appid, test.first.AddDate(0, 0, 5), later)
				sum, largest := map[string]float64{}, 0.0
				for day := test.first; day.Before(test.end); day = day.AddDate(0, 0, 1) {
					daily := trendOf(t, s, "daily_visit_trend", appid, day, later)
					for key, value := range daily {
						sum[key] += value
					}
					largest = max(largest, daily["visit_uv"])
				}
				for _, key := range []string{"session_cnt", "visit_pv", "visit_uv_new"} {
					if got[key] != sum[key] {
						t.Errorf("%s %s: %s is %v, want %v", appid, test.first.Format(time.DateOnly), key, got[key], sum[key])
					}
				}
				users, all := got["visit_uv"], sum["visit_uv"]
				strict := appid == "wxlarge" || appid == "wxsmall"
				if users < largest || users > all || users < got["visit_uv_new"] || strict && (users == largest || users == all) {
					t.Errorf("%s %s: %v users, %v on the largest day, %v on all, %v new", appid, test.first.Format(time.DateOnly), users, largest, all, got["visit_uv_new"])
				}
			}
		}
	}
}

// An answer about retention grows by a key with every week or month that is published.
func TestRetentionOfPeriodsGrows(t *testing.T) {
	s := &Server{}
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai)
	keys := func(endpoint string, of, at time.Time) (n int) {
		t.Helper()
		var answer struct {
			New    []struct{ Key, Value int } `json:"visit_uv_new"`
			Active []struct{ Key, Value int } `json:"visit_uv"`
		}
		if err := json.Unmarshal(s.ReportAt(endpoint, "wxa", of, at), &answer); err != nil {
			t.Fatal(err)
		}
		for i, row := range answer.Active {
			if row.Key != i || answer.New[i].Key != i || i > 0 && (row.Value == 0 || row.Value >= answer.Active[0].Value) {
				t.Errorf("%s at %s: %+v", endpoint, at, answer)
			}
		}
		if len(answer.New) != len(answer.Active) {
			t.Errorf("%s at %s: %+v", endpoint, at, answer)
		}
		return len(answer.Active)
	}
	for weeks, want := range map[int]int{0: 0, 1: 1, 2: 2, 5: 5, 6: 5} {
		published := monday.AddDate(0, 0, 7*weeks).Add(10 * time.Hour)
		if got := keys("weekly_retention", monday, published); got != want {
			t.Errorf("%d keys in the week that begins %d later, want %d", got, weeks, want)
		}
		if got := keys("weekly_retention", monday, published.Add(-time.Second)); got != max(0, min(weeks-1, 5)) {
			t.Errorf("%d keys before the publication in the week that begins %d later", got, weeks)
		}
	}
	for months, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 2} {
		published := time.Date(2026, time.Month(3+months), 1, 10, 0, 0, 0, shanghai)
		if got := keys("monthly_retention", monday, published); got != want {
			t.Errorf("%d keys in the month that begins %d later, want %d", got, months, want)
		}
	}
}
