package wechattest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// adPage is a page of an answer about ads.
type adPage struct {
	Base struct {
		Message string `json:"err_msg"`
		Ret     int
	} `json:"base_resp"`
	List []struct {
		Slot         string `json:"ad_slot"`
		Date         string
		Requests     float64 `json:"req_succ_count"`
		Exposures    float64 `json:"exposure_count"`
		Clicks       float64 `json:"click_count"`
		Income, ECPM float64
		ExposureRate float64 `json:"exposure_rate"`
		ClickRate    float64 `json:"click_rate"`
	}
	Summary map[string]float64
	Total   int `json:"total_num"`
}

func adsAt(t *testing.T, s *Server, first, last time.Time, page, size int, at time.Time) adPage {
	t.Helper()
	var p adPage
	if err := json.Unmarshal(s.AdIncomeAt("wxads", first, last, page, size, at), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func serverWithAds(slots ...string) *Server {
	return &Server{Apps: map[string]App{"wxads": {Users: 20_000, AdSlots: slots}, "wxplain": {}}}
}

// The answer has the form of the documented one.
func TestAdsAreAnsweredAsDocumented(t *testing.T) {
	const documented = `{"base_resp":{"err_msg":"ok","ret":0},"list":[{"slot_id":3030046789020061,"ad_slot":"SLOT_ID_WEAPP_INTERSTITIAL",` +
		`"date":"2020-04-13","req_succ_count":443610,"exposure_count":181814,"exposure_rate":0.409850995,"click_count":10095,` +
		`"click_rate":0.055523777,"income":52175,"ecpm":286.969100289}],"summary":{"req_succ_count":4406394,"exposure_count":181814,` +
		`"exposure_rate":0.409850995,"click_count":10095,"click_rate":0.055523777,"income":52175,"ecpm":286.969100289},"total_num":1}`
	s := serverWithAds("SLOT_ID_WEAPP_INTERSTITIAL")
	day := time.Date(2020, 4, 13, 0, 0, 0, 0, shanghai)
	got := string(s.AdIncomeAt("wxads", day, day, 1, 90, day.AddDate(0, 0, 2)))
	if formOf(got) != formOf(documented) {
		t.Errorf("%s, want the form of %s", got, documented)
	}
	for _, want := range []string{`{"slot_id":3030046789020061,"ad_slot":"SLOT_ID_WEAPP_INTERSTITIAL","date":"2020-04-13",`, `"total_num":1}`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s, want %s in it", got, want)
		}
	}
}

// Rows are by date descending and slot ascending, in pages that add up to all of them.
func TestAdsComeInPages(t *testing.T) {
	s := serverWithAds("SLOT_ID_WEAPP_VIDEO_FEEDS", "SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_REWARD_VIDEO", "SLOT_ID_NEW")
	s.Nobody = func(_ string, day time.Time) bool { return day.Day() == 13 }
	first := time.Date(2026, 1, 2, 0, 0, 0, 0, shanghai)
	last := first.AddDate(0, 0, 90)
	const days = 88 // three of 91 have no users
	all := map[string]bool{}
	var income, requests float64
	var before string
	for page := 1; len(all) < 4*days; page++ {
		p := adsAt(t, s, first, last, page, 90, last.AddDate(0, 1, 0))
		if p.Total != 4*days || len(p.List) > 90 || len(p.List) == 0 || p.Base.Ret != 0 {
			t.Fatalf("page %d has %d of %d rows, ret %d", page, len(p.List), p.Total, p.Base.Ret)
		}
		for _, row := range p.List {
			date, err := time.Parse(time.DateOnly, row.Date)
			if err != nil {
				t.Fatal(err)
			}
			place := fmt.Sprintf("%06d %s", 100_000-int(dayOf(date)), row.Slot)
			if all[place] || place <= before {
				t.Errorf("%s %s comes after %s or twice", row.Date, row.Slot, before)
			}
			all[place], before = true, place
			if row.Exposures >= row.Requests || row.Clicks >= row.Exposures || row.Clicks == 0 || row.Income == 0 || row.Income != math.Trunc(row.Income) ||
				math.Abs(row.ECPM-1000*row.Income/row.Exposures) > 500/row.Exposures+1e-6 {
				t.Errorf("%+v", row)
			}
			income, requests = income+row.Income, requests+row.Requests
		}
		if page == 4 && (p.Summary["income"] != income || p.Summary["req_succ_count"] != requests || len(p.List) != 4*days-270) {
			t.Errorf("%d rows on page %d; the summary is %v, the rows add up to %v and %v", len(p.List), page, p.Summary, requests, income)
		}
	}
	if p := adsAt(t, s, first, last, 5, 90, last.AddDate(0, 1, 0)); len(p.List) != 0 || p.Total != 4*days {
		t.Errorf("the page after the last has %d of %d rows", len(p.List), p.Total)
	}
}

// A day is published between 10:00 and 12:00 of the next one, and its income changes once: on
// the 18th or the 3rd.
func TestAdsAreSettled(t *testing.T) {
	s := serverWithAds("SLOT_ID_WEAPP_BANNER")
	for date, settled := range map[string]string{
		"2026-03-01": "2026-03-18", "2026-03-15": "2026-03-18", "2026-03-16": "2026-04-03", "2026-03-31": "2026-04-03", "2026-12-31": "2027-01-03",
	} {
		day, err := time.ParseInLocation(time.DateOnly, date, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		var changes []string
		var shown adPage
		for hours := 24; hours < 24*50; hours++ {
			at := day.Add(time.Duration(hours)*time.Hour - time.Second)
			p := adsAt(t, s, day, day, 1, 90, at)
			if p.Total == shown.Total && fmt.Sprint(p.List) == fmt.Sprint(shown.List) {
				continue
			}
			if hour := at.Hour(); hour != 10 && hour != 11 {
				t.Errorf("%s changes before %s", date, at)
			}
			if shown.Total > 0 && (p.List[0].Income >= shown.List[0].Income || p.List[0].Clicks >= shown.List[0].Clicks || p.List[0].Exposures != shown.List[0].Exposures) {
				t.Errorf("%s is settled from %+v to %+v", date, shown.List, p.List)
			}
			shown = p
			changes = append(changes, at.Format(time.DateOnly))
		}
		if want := []string{day.AddDate(0, 0, 1).Format(time.DateOnly), settled}; fmt.Sprint(changes) != fmt.Sprint(want) {
			t.Errorf("%s is shown and changes on %v, want %v", date, changes, want)
		}
	}
}

func TestAdsJudgeTheCall(t *testing.T) {
	at(t, "2026-11-24 12:00", func(c client) {
		c.server = serverWithAds("SLOT_ID_WEAPP_BANNER")
		c.server.DailyLimit = 22
		token, _ := c.token("wxads")
		plain, _ := c.token("wxplain")
		ask := func(query string) map[string]any { return c.do(http.MethodGet, "/publisher/stat?"+query, "") }
		want := func(query string, ret int) {
			t.Helper()
			answer := ask(query)
			base, _ := answer["base_resp"].(map[string]any)
			if base["ret"] != float64(ret) || answer["errcode"] != nil || ret != 0 && len(answer) != 1 {
				t.Errorf("%s: %.200v, want ret %d", query, answer, ret)
			}
		}
		const action = "action=publisher_adpos_general&access_token="
		const dates = "&page=1&page_size=90&start_date=2026-11-01&end_date=2026-11-23"
		want(action+token+dates, 0)
		want("access_token="+token+dates+"&action=publisher_adpos_general", 0)
		want(action+token+"&page=1&page_size=1&start_date=2026-08-25&end_date=2026-11-23", 0)
		want(action+token+"&page=1&page_size=90&start_date=2016-01-01&end_date=2016-01-01", 0)
		want("action=publisher_adunit_general&access_token="+token+dates, 45010)
		want("access_token="+token+dates, 45010)
		want(action+plain+dates, 2009)
		for _, wrong := range []string{
			"", "&page=0&page_size=90&start_date=2026-11-01&end_date=2026-11-23", "&page=1&page_size=91&start_date=2026-11-01&end_date=2026-11-23",
			"&page=1&start_date=2026-11-01&end_date=2026-11-23", "&page=1&page_size=0&start_date=2026-11-01&end_date=2026-11-23",
			"&page=1&page_size=90&start_date=20261101&end_date=20261123", "&page=1&page_size=90&start_date=2026-11-23&end_date=2026-11-01",
			"&page=1&page_size=90&start_date=2026-08-24&end_date=2026-11-23", "&page=1&page_size=90&start_date=2015-12-31&end_date=2016-01-01",
		} {
			want(action+token+wrong, 1701)
		}
		c.wantErrcode(ask(action+"wrong"+dates), 40001)
		c.wantErrcode(ask("action=publisher_adpos_general"+dates), 41001)
		c.wantErrcode(c.post("/publisher/stat?"+action+token+dates, "{}"), 43001)
		c.server.Fail(Ret(45009).Times(1))
		want(action+token+dates, 45009)
		c.server.Fail(Errcode(42001).On("ad_income").Times(1))
		c.wantErrcode(ask(action+token+dates), 42001)
		calls := c.server.Calls()
		if last := calls[len(calls)-1]; last.Endpoint != "ad_income" || last.AppID != "wxads" || last.Begin != "2026-11-01" || last.End != "2026-11-23" || last.Page != "1" {
			t.Errorf("recorded %+v", last)
		}

		for fault, rows := range map[*Fault]int{{}: 23, new(Empty()): 0, new(UnusableRows()): 27} {
			c.server.Fail(fault.On("ad_income").Times(1))
			if n := len(ask(action + token + dates)["list"].([]any)); n != rows {
				t.Errorf("%d rows with a fault, want %d", n, rows)
			}
		}
		quota := c.post("/cgi-bin/openapi/quota/get?access_token="+token, `{"cgi_path":"/publisher/stat"}`)
		if got := text(t, quota["quota"]); got != `{"daily_limit":22,"remain":4,"used":18}` {
			t.Errorf("quota %s", got)
		}
		for range 4 {
			want(action+token+dates, 0)
		}
		want(action+token+dates, 45009)
	})
}
