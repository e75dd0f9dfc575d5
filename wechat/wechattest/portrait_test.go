package wechattest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestZeroValueServesPortraits(t *testing.T) {
	at(t, "2000-03-10 12:00", func(c client) {
		token, _ := c.token("wxa")
		answer := c.portrait(token, "20000309", "20000309")
		if rows := rowsOf(t, answer); rows < 200 {
			t.Errorf("%d rows, want some hundreds", rows)
		}
		if answer["ref_date"] != "20000309" {
			t.Errorf("ref_date is %v", answer["ref_date"])
		}
		active := answer["visit_uv"].(map[string]any)
		for dimension, list := range active {
			for _, item := range list.([]any) {
				row := item.(map[string]any)
				_, hasID := row["id"].(float64)
				if row["name"] == "" || row["value"].(float64) < 1 || hasID != (dimension != "devices") {
					t.Fatalf("unusable row in %s: %v", dimension, row)
				}
			}
		}
		for key, want := range map[string]float64{"province 广东省": 31, "city 广州": 3102, "genders 男": 1} {
			dimension, name, _ := strings.Cut(key, " ")
			for _, item := range active[dimension].([]any) {
				if row := item.(map[string]any); row["name"] == name && row["id"] != want {
					t.Errorf("the id of %s is %v, want %v as in the documented answer", name, row["id"], want)
				}
			}
		}
		for _, w := range [][2]string{{"20000303", "20000309"}, {"20000209", "20000309"}, {"20000302", "20000308"}} {
			if answer := c.portrait(token, w[0], w[1]); answer["ref_date"] != w[0]+"-"+w[1] || rowsOf(t, answer) < 200 {
				t.Errorf("window %v: %.100v", w, answer)
			}
		}
	})
}

func TestPortraitJudgesTheCall(t *testing.T) {
	const good = `{"begin_date":"20240309","end_date":"20240309"}`
	tests := map[string]struct {
		method, token, body string
		want                int
	}{
		"good":             {"POST", "", good, 0},
		"week":             {"POST", "", `{"begin_date":"20240303","end_date":"20240309"}`, 0},
		"month, leap year": {"POST", "", `{"end_date":"20240309","begin_date":"20240209"}`, 0},
		"day before":       {"POST", "", `{"begin_date":"20240308","end_date":"20240308"}`, 0},
		"GET":              {"GET", "", good, 43002},
		"no token":         {"POST", "none", good, 41001},
		"unknown token":    {"POST", "60_xyz", good, 40001},
		"no body":          {"POST", "", ``, 47001},
		"no JSON":          {"POST", "", `begin_date=20240309`, 47001},
		"no object":        {"POST", "", `["20240309","20240309"]`, 47001},
		"numbers":          {"POST", "", `{"begin_date":20240309,"end_date":20240309}`, 47001},
		"no end":           {"POST", "", `{"begin_date":"20240309"}`, 47001},
		"capitals":         {"POST", "", `{"Begin_Date":"20240309","End_Date":"20240309"}`, 47001},
		"more":             {"POST", "", `{"begin_date":"20240309","end_date":"20240309","appid":"wxa"}`, 47001},
		"hyphens":          {"POST", "", `{"begin_date":"2024-03-09","end_date":"2024-03-09"}`, 61500},
		"no such day":      {"POST", "", `{"begin_date":"20240230","end_date":"20240309"}`, 61500},
		"empty":            {"POST", "", `{"begin_date":"","end_date":""}`, 61500},
		"today":            {"POST", "", `{"begin_date":"20240310","end_date":"20240310"}`, 61501},
		"three days ago":   {"POST", "", `{"begin_date":"20240307","end_date":"20240307"}`, 61501},
		"two days":         {"POST", "", `{"begin_date":"20240308","end_date":"20240309"}`, 61501},
		"31 days":          {"POST", "", `{"begin_date":"20240208","end_date":"20240309"}`, 61501},
		"backwards":        {"POST", "", `{"begin_date":"20240309","end_date":"20240303"}`, 61501},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at(t, "2024-03-10 23:59", func(c client) {
				query := "?access_token=" + test.token
				switch test.token {
				case "":
					value, _ := c.token("wxa")
					query += value
				case "none":
					query = ""
				}
				answer := c.do(test.method, "/datacube/getweanalysisappiduserportrait"+query, test.body)
				c.wantErrcode(answer, test.want)
			})
		})
	}
}

// TestDaysAreThoseOfShanghai holds that the day changes at 16:00 UTC.
func TestDaysAreThoseOfShanghai(t *testing.T) {
	at(t, "2024-03-10 23:59", func(c client) {
		token, _ := c.token("wxa")
		c.wantErrcode(c.portrait(token, "20240308", "20240308"), 0)
		time.Sleep(time.Minute)
		c.wantErrcode(c.portrait(token, "20240308", "20240308"), 61501)
		c.wantErrcode(c.portrait(token, "20240310", "20240310"), 0)
	})
}

func TestPublication(t *testing.T) {
	at(t, "2024-03-10 09:59", func(c client) {
		token, _ := c.token("wxa")
		rows := func(begin, end string) int { return rowsOf(t, c.portrait(token, begin, end)) }
		if a, b := rows("20240309", "20240309"), rows("20240303", "20240309"); a+b != 0 {
			t.Errorf("%d and %d rows before the publication, want none", a, b)
		}
		if rows("20240308", "20240308") == 0 {
			t.Error("the day before is missing")
		}
		time.Sleep(time.Minute)
		if rows("20240309", "20240309") == 0 || rows("20240303", "20240309") == 0 {
			t.Error("no rows after the publication")
		}
		want := []bool{true, true, false, false, false}
		for i, call := range c.server.Calls()[1:] {
			if call.Empty != want[i] || call.Code != "0" {
				t.Errorf("call %d is recorded as %+v", i, call)
			}
		}
	})

	at(t, "2024-03-10 15:00", func(c client) {
		c.server.Published = func(appid string, day time.Time) time.Time {
			if appid != "wxa" || !day.Equal(time.Date(2024, 3, 8, 16, 0, 0, 0, time.UTC)) {
				t.Errorf("asked for %s, %s", appid, day)
			}
			return day.Add(40 * time.Hour) // 16:00
		}
		c.server.NotReady = func(string, time.Time) bool { return true }
		token, _ := c.token("wxa")
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 61503)
		time.Sleep(time.Hour)
		c.wantErrcode(c.portrait(token, "20240309", "20240309"), 0)
	})
}

func TestEmptyAnswerHasTheKeysOfTheRecordedOne(t *testing.T) {
	at(t, "2022-07-26 08:00", func(c client) {
		token, _ := c.token("wxa")
		got := c.portrait(token, "20220725", "20220725")
		var want map[string]any
		if err := json.Unmarshal(readFile(t, "testdata/portrait-recorded-empty.json"), &want); err != nil {
			t.Fatal(err)
		}
		if a, b := text(t, got), text(t, want); a != b {
			t.Errorf("got  %s\nwant %s", a, b)
		}
	})
}

func TestNobodyCame(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		c.server.Nobody = func(_ string, day time.Time) bool { return day.In(shanghai).Day() == 9 }
		token, _ := c.token("wxa")
		if rows := rowsOf(t, c.portrait(token, "20240309", "20240309")); rows != 0 {
			t.Errorf("%d rows for a day without users", rows)
		}
		if rowsOf(t, c.portrait(token, "20240303", "20240309")) == 0 {
			t.Error("the week in which that day lies is empty")
		}
	})
}

func TestRevision(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		revision := time.Now().Add(time.Hour)
		c.server.Revised = func(_ string, day time.Time) time.Time {
			if day.In(shanghai).Day() == 8 {
				return time.Time{}
			}
			return revision
		}
		token, _ := c.token("wxa")
		sum := func(day string) (users float64) {
			answer := c.portrait(token, day, day)
			for _, row := range answer["visit_uv"].(map[string]any)["genders"].([]any) {
				users += row.(map[string]any)["value"].(float64)
			}
			return users
		}
		first, other := sum("20240309"), sum("20240308")
		if again := sum("20240309"); again != first {
			t.Errorf("%v users, then %v", first, again)
		}
		time.Sleep(time.Hour)
		if revised := sum("20240309"); revised <= first || revised > 1.02*first {
			t.Errorf("%v users, %v after the revision", first, revised)
		}
		if again := sum("20240308"); again != other {
			t.Errorf("the day without a revision went from %v to %v users", other, again)
		}
	})
}

// TestOrderIsArbitrary holds that the order of keys and rows, and nothing else, changes
// from day to day, so that no client relies on it.
func TestOrderIsArbitrary(t *testing.T) {
	bodies := make(map[string]bool)
	for _, now := range []string{"2024-03-10 12:00", "2024-03-10 12:00", "2024-03-11 12:00"} {
		at(t, now, func(c client) {
			token, _ := c.token("wxa")
			response := httptest.NewRecorder()
			c.server.ServeHTTP(response, httptest.NewRequest(http.MethodPost,
				"/datacube/getweanalysisappiduserportrait?access_token="+token,
				strings.NewReader(`{"begin_date":"20240303","end_date":"20240309"}`)))
			bodies[response.Body.String()] = true
		})
	}
	sizes := make(map[int]bool)
	for body := range bodies {
		sizes[len(body)] = true
	}
	if len(bodies) != 2 || len(sizes) != 1 {
		t.Errorf("%d different answers of %d sizes on two days, want two of one size", len(bodies), len(sizes))
	}
}

// The portrait of any window is the one that is answered while WeChat answers for it.
func TestPortraitAt(t *testing.T) {
	at(t, "2024-03-10 12:00", func(c client) {
		token, _ := c.token("wxa")
		asked, made := c.portrait(token, "20240302", "20240308"), map[string]any{}
		end := time.Date(2024, 3, 8, 12, 0, 0, 0, shanghai)
		if err := json.Unmarshal((&Server{}).PortraitAt("wxa", end, 7, time.Now()), &made); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(made, asked) {
			t.Errorf("got %.200v\nwant %.200v", made, asked)
		}
		early := (&Server{}).PortraitAt("wxa", end, 7, time.Date(2024, 3, 9, 9, 0, 0, 0, shanghai))
		if !strings.Contains(string(early), `"province":[]`) {
			t.Errorf("before it is published, the portrait is %.200s", early)
		}
	})
}
