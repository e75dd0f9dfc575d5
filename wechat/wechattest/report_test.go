package wechattest

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"
)

// reported is what the server says about a day.
type reported struct {
	trend, summary       map[string]float64
	sources, users       map[int]int
	stays, depths        map[int]int
	newcomers, returners map[int]int
	pages                []map[string]any
	portrait, fresh      int // the totals of the genders
}

// reportsOf asks for everything about a day as it is at a time.
func reportsOf(t *testing.T, s *Server, appid string, of, at time.Time) reported {
	t.Helper()
	var r reported
	get := func(endpoint string, to any) {
		if err := json.Unmarshal(s.ReportAt(endpoint, appid, of, at), to); err != nil {
			t.Fatalf("%s: %v", endpoint, err)
		}
	}
	type rows struct{ List []map[string]any }
	numbers := func(all []map[string]any) map[string]float64 {
		found := map[string]float64{}
		for _, row := range all {
			for key, value := range row {
				found[key], _ = value.(float64)
			}
		}
		return found
	}
	type item struct{ Key, Value int }
	byKey := func(items []item) map[int]int {
		found := map[int]int{}
		for _, i := range items {
			found[i.Key] += i.Value
		}
		return found
	}
	var trend, summary, pages rows
	get("daily_visit_trend", &trend)
	get("daily_summary", &summary)
	get("visit_page", &pages)
	r.trend, r.summary, r.pages = numbers(trend.List), numbers(summary.List), pages.List
	var distribution struct {
		List []struct {
			Index string
			Items []item `json:"item_list"`
		}
	}
	get("visit_distribution", &distribution)
	for _, list := range distribution.List {
		*map[string]*map[int]int{
			"access_source_session_cnt": &r.sources, "access_source_visit_uv": &r.users,
			"access_staytime_info": &r.stays, "access_depth_info": &r.depths,
		}[list.Index] = byKey(list.Items)
	}
	var retention struct {
		New    []item `json:"visit_uv_new"`
		Active []item `json:"visit_uv"`
	}
	get("daily_retention", &retention)
	r.newcomers, r.returners = byKey(retention.New), byKey(retention.Active)
	var portrait map[string]map[string][]struct{ Value int }
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(s.PortraitAt(appid, of, 1, at), &whole); err != nil {
		t.Fatal(err)
	}
	delete(whole, "ref_date")
	text, _ := json.Marshal(whole)
	if err := json.Unmarshal(text, &portrait); err != nil {
		t.Fatal(err)
	}
	for _, row := range portrait["visit_uv"]["genders"] {
		r.portrait += row.Value
	}
	for _, row := range portrait["visit_uv_new"]["genders"] {
		r.fresh += row.Value
	}
	return r
}

func sum(values map[int]int) (total int) {
	for _, value := range values {
		total += value
	}
	return total
}

// What the statistics say about a day agrees, over forty days and for apps of all sizes.
func TestReportsHoldTogether(t *testing.T) {
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai)
	s := &Server{Apps: map[string]App{"wxtiny": {Users: 3}, "wxsmall": {Users: 90}, "wxlarge": {Users: 30_000}}}
	for appid := range s.Apps {
		before := math.NaN()
		for n := range 40 {
			day := first.AddDate(0, 0, n)
			r := reportsOf(t, s, appid, day, first.AddDate(0, 3, 0))
			fail := func(format string, values ...any) {
				t.Helper()
				t.Errorf("%s %s: "+format, append([]any{appid, day.Format(time.DateOnly)}, values...)...)
			}
			users, sessions := r.trend["visit_uv"], r.trend["session_cnt"]
			perUser, perSession := r.trend["stay_time_uv"]*users, r.trend["stay_time_session"]*sessions
			if math.Abs(perUser-perSession) > 1e-4*(users+sessions) {
				fail("users stay %v s in all, sessions %v s", perUser, perSession)
			}
			if users < r.trend["visit_uv_new"] || sessions < users || r.trend["visit_pv"] < sessions || users == 0 {
				fail("trend %v", r.trend)
			}
			if portrait := float64(r.portrait); portrait > users || portrait < 0.9*users-1 || float64(r.fresh) > r.trend["visit_uv_new"] {
				fail("the portrait has %d users, %d new; the trend has %v", r.portrait, r.fresh, r.trend)
			}
			if float64(sum(r.sources)) != sessions || float64(sum(r.stays)) != sessions || float64(sum(r.depths)) != sessions {
				fail("%d sessions by source, %d by stay time, %d by depth; want %v", sum(r.sources), sum(r.stays), sum(r.depths), sessions)
			}
			for key, value := range r.users {
				if value > r.sources[key] || float64(value) > users {
					fail("source %d: %d users in %d sessions", key, value, r.sources[key])
				}
			}
			if total := r.summary["visit_total"]; !math.IsNaN(before) && total-before != r.trend["visit_uv_new"] || total < users {
				fail("%v users so far, %v before, %v new", total, before, r.trend["visit_uv_new"])
			}
			before = r.summary["visit_total"]
			if r.summary["share_uv"] > users || r.summary["share_pv"] < r.summary["share_uv"] {
				fail("summary %v", r.summary)
			}
			if float64(r.newcomers[0]) != r.trend["visit_uv_new"] || float64(r.returners[0]) != users || len(r.newcomers) != 10 {
				fail("cohorts %v and %v", r.newcomers, r.returners)
			}
			for _, cohort := range []map[int]int{r.newcomers, r.returners} {
				for days, users := range cohort {
					if users > cohort[0] {
						fail("after %d days %d of %d users came again", days, users, cohort[0])
					}
				}
			}
			views, entries, exits, shares := 0.0, 0.0, 0.0, 0.0
			for _, page := range r.pages {
				number := func(key string) float64 { return page[key].(float64) }
				views, entries, exits, shares = views+number("page_visit_pv"), entries+number("entrypage_pv"), exits+number("exitpage_pv"), shares+number("page_share_pv")
				if number("page_visit_uv") > number("page_visit_pv") || number("entrypage_pv") > number("page_visit_pv") || number("exitpage_pv") > number("page_visit_pv") {
					fail("page %v", page)
				}
			}
			if views != r.trend["visit_pv"] || entries != sessions || exits != sessions || shares > r.summary["share_pv"] || len(r.pages) > 200 {
				fail("%d pages with %v views, %v entries, %v exits, %v shares", len(r.pages), views, entries, exits, shares)
			}
		}
	}
}

// An answer grows by one key of retention with every day that is published.
func TestRetentionGrows(t *testing.T) {
	s := &Server{}
	cohort := time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai)
	for days, want := range map[int]int{0: 0, 1: 1, 2: 2, 8: 8, 9: 8, 15: 9, 31: 10, 60: 10} {
		r := reportsOf(t, s, "wxa", cohort, cohort.Add(time.Duration(days)*24*time.Hour+10*time.Hour))
		if len(r.newcomers) != want || len(r.returners) != want {
			t.Errorf("%d days later: %d and %d keys, want %d", days, len(r.newcomers), len(r.returners), want)
		}
	}
}

// Calls are judged as those of the portrait, but earlier days are answered, too, down to a
// depth.
func TestReportsJudgeTheCall(t *testing.T) {
	at(t, "2000-03-10 12:00", func(c client) {
		c.server.Depth = map[string]int{"visit_page": 7}
		c.server.DailyLimit = 50
		token, _ := c.token("wxa")
		for _, e := range endpoints() {
			path := e.path
			if e.report == nil || e.report.of != daily {
				continue
			}
			ask := func(begin, end string) map[string]any {
				return c.post(path+"?access_token="+token, `{"begin_date":"`+begin+`","end_date":"`+end+`"}`)
			}
			c.wantErrcode(ask("20000309", "20000309"), 0)
			c.wantErrcode(ask("20000303", "20000303"), 0)
			c.wantErrcode(ask("20000310", "20000310"), 61501)
			c.wantErrcode(ask("20000308", "20000309"), 61501)
			c.wantErrcode(ask("2000-03-09", "2000-03-09"), 61500)
			c.wantErrcode(c.post(path+"?access_token="+token, `{}`), 47001)
			c.wantErrcode(c.post(path+"?access_token=wrong", `{}`), 40001)
			old := 0
			if e.name == "visit_page" {
				old = 61501
			}
			c.wantErrcode(ask("20000302", "20000302"), old)
			for range 50 {
				if c.errcode(ask("20000309", "20000309")) == 45009 {
					break
				}
			}
			c.wantErrcode(ask("20000309", "20000309"), 45009)
			quota := c.post("/cgi-bin/openapi/quota/get?access_token="+token, `{"cgi_path":"`+path+`"}`)
			if got := fmt.Sprint(quota["quota"]); got != "map[daily_limit:50 remain:0 used:50]" {
				t.Errorf("%s: quota %s", path, got)
			}
		}
	})
}

// Before its publication a day is empty or refused, as the portrait is, and faults hit a
// statistic by its name.
func TestReportsArePublishedAndFail(t *testing.T) {
	at(t, "2000-03-10 09:00", func(c client) {
		token, _ := c.token("wxa")
		ask := func() map[string]any {
			return c.post("/datacube/getweanalysisappiddailyvisittrend?access_token="+token, `{"begin_date":"20000309","end_date":"20000309"}`)
		}
		rows := func(answer map[string]any) int { return len(answer["list"].([]any)) }
		if n := rows(ask()); n != 0 {
			t.Errorf("%d rows before the publication", n)
		}
		c.server.NotReady = func(string, time.Time) bool { return true }
		c.wantErrcode(ask(), 61503)
		time.Sleep(time.Hour)
		if n := rows(ask()); n != 1 {
			t.Errorf("%d rows after the publication", n)
		}
		for _, test := range []struct {
			fault Fault
			rows  int
		}{{Empty(), 0}, {UnusableRows(), 5}} {
			c.server.Fail(test.fault.On("daily_visit_trend").Times(1))
			if n := rows(ask()); n != test.rows {
				t.Errorf("%d rows with a fault, want %d", n, test.rows)
			}
		}
		c.server.Fail(Errcode(48001).On("visit_page"))
		c.wantErrcode(ask(), 0)
		c.server.Fail(Errcode(48001).On("daily_visit_trend"))
		c.wantErrcode(ask(), 48001)
		calls := c.server.Calls()
		if last := calls[len(calls)-1]; last.Endpoint != "daily_visit_trend" || last.Begin != "20000309" || last.Code != "48001" {
			t.Errorf("recorded %+v", last)
		}
	})
}

// Rows that are split add up to what they were.
func TestReportsWithDuplicateRows(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, shanghai)
	q := question{&Server{}, "wxa", daily, daily.of(dayOf(now) - 1), now, good}
	doubledOne := q
	doubledOne.shape = doubled
	total := func(q question) (rows, total int) {
		var answer struct {
			Active []struct{ Value int } `json:"visit_uv"`
		}
		if err := json.Unmarshal([]byte(q.retention()), &answer); err != nil {
			t.Fatal(err)
		}
		for _, row := range answer.Active {
			total += row.Value
		}
		return len(answer.Active), total
	}
	rows, users := total(q)
	rowsDoubled, usersDoubled := total(doubledOne)
	if rowsDoubled != 2*rows || users != usersDoubled || users == 0 {
		t.Errorf("%d rows with %d users, doubled %d with %d", rows, users, rowsDoubled, usersDoubled)
	}
}
