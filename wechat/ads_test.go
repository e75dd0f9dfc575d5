package wechat

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// adStatistic returns the one statistic of the dataset ads.
func adStatistic(t *testing.T) Statistic {
	t.Helper()
	dataset, ok := DatasetNamed("ads")
	if !ok {
		t.Fatal("there is no dataset ads")
	}
	return dataset.Statistics[0]
}

// The documented answer: money is in 1/100 yuan, and of several days the last one is read.
func TestDecodeAds(t *testing.T) {
	const documented = `{"base_resp":{"err_msg":"ok","ret":0},"list":[` +
		`{"slot_id":3030046789020061,"ad_slot":"SLOT_ID_WEAPP_INTERSTITIAL","date":"2020-04-13","req_succ_count":443610,"exposure_count":181814,` +
		`"exposure_rate":0.409850995,"click_count":10095,"click_rate":0.055523777,"income":52175,"ecpm":286.969100289},` +
		`{"slot_id":1,"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"2020-04-13","req_succ_count":7},` +
		`{"slot_id":1,"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"2020-04-12","req_succ_count":8}` +
		`],"summary":{"req_succ_count":4406394},"total_num":3}`
	s := adStatistic(t)
	a, err := s.Decode([]byte(documented), s.Window(mustDay(t, "20200413")))
	if err != nil {
		t.Fatal(err)
	}
	want := AdIncome{
		{Slot: "SLOT_ID_WEAPP_BANNER", Requests: Count{7, true}},
		{
			Slot: "SLOT_ID_WEAPP_INTERSTITIAL", Requests: Count{443610, true}, Exposures: Count{181814, true}, Clicks: Count{10095, true},
			Income: Average{521.75, true}, ECPM: Average{2.86969100289, true},
		},
	}
	if got, ok := a.Numbers.(AdIncome); !ok || !slices.Equal(got, want) || a.Earlier != 1 || !a.Covers(s.Window(mustDay(t, "20200413"))) {
		t.Errorf("got %+v, want %+v", a, want)
	}
	a, err = s.Decode([]byte(documented), s.Window(mustDay(t, "20200414")))
	if err != nil || !a.Empty() || a.Earlier != 3 {
		t.Errorf("a day without rows: %+v, %v", a, err)
	}
}

// The windows of ads: ten days, 31 on the days after a settlement, and 90 of days long ago.
func TestWindowsOfAds(t *testing.T) {
	s := adStatistic(t)
	for today, want := range map[string]string{
		"20261120": "20261110-20261119", "20261118": "20261018-20261117", "20261103": "20261003-20261102", "20261104": "20261025-20261103",
	} {
		if got := s.Newest(mustDay(t, today)).String(); got != want {
			t.Errorf("on %s: %s, want %s", today, got, want)
		}
	}
	past := s.Past()
	w := past.Newest(mustDay(t, "20261118"))
	if got := w.String() + " " + past.Before(w, 1).String(); got != "20260820-20261117 20260522-20260819" {
		t.Errorf("in the past: %s", got)
	}
}

// All pages are asked for by GET, and what is not an answer is an error.
func TestAdPages(t *testing.T) {
	row := `{"ad_slot":"SLOT_ID_WEAPP_BANNER","date":"2026-11-17","income":100}`
	var sent []string
	var bodies []string
	client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
		body := bodies[min(len(sent), len(bodies))-1]
		return answer(http.StatusOK, body), nil
	}).client()}
	s := adStatistic(t)
	w := s.Newest(mustDay(t, "20261118"))
	bodies = []string{`{"base_resp":{"ret":0},"list":[` + row + `],"total_num":91}`, `{"base_resp":{"ret":0},"list":[],"total_num":91}`}
	a, err := client.Ask(t.Context(), s, w)
	if err != nil || len(a.More) != 1 || string(a.More[0]) != bodies[1] || string(a.Bytes) != bodies[0] {
		t.Fatalf("got %+v, %v", a, err)
	}
	const query = "GET /publisher/stat?action=publisher_adpos_general&end_date=2026-11-17&page=%d&page_size=90&start_date=2026-10-18"
	if want := []string{fmt.Sprintf(query, 1), fmt.Sprintf(query, 2)}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
	for body, want := range map[string]Reason{
		`{"base_resp":{"err_msg":"invalid publisher","ret":2009}}`:       ReasonUnavailable,
		`{"base_resp":{"err_msg":"request too frequently","ret":45009}}`: ReasonQuota,
		`{"base_resp":{"err_msg":"invalid args","ret":1701}}`:            ReasonRequest,
		`{"errcode":40001,"errmsg":"invalid credential"}`:                ReasonToken,
		`{"base_resp":{"ret":0}}`:                                        ReasonDecode,
	} {
		bodies = []string{body}
		_, err := client.Ask(t.Context(), s, w)
		if got := ReasonOf(err); got != want || !strings.HasPrefix(err.Error(), EndpointAdIncome) {
			t.Errorf("%s: %v, want reason %s", body, err, want)
		}
	}
}

// A week or a month that WeChat does not have is no failure.
func TestUnavailablePeriods(t *testing.T) {
	client := &Client{HTTP: wire(func(*http.Request) (*http.Response, error) {
		return answer(http.StatusOK, `{"errcode":61501,"errmsg":"date range error"}`), nil
	}).client()}
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			want := ReasonRequest
			if s.Period != PeriodDay {
				want = ReasonUnavailable
			}
			if _, err := client.Ask(t.Context(), s, s.Window(mustDay(t, "20170331"))); ReasonOf(err) != want {
				t.Errorf("%s: %v, want reason %s", s.Series(), err, want)
			}
		}
	}
}
