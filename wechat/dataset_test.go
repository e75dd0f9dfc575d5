package wechat

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// statistic returns the statistic of an endpoint.
func statistic(t testing.TB, endpoint string) Statistic {
	t.Helper()
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			if s.Endpoint == endpoint {
				return s
			}
		}
	}
	t.Fatalf("no statistic %s", endpoint)
	return Statistic{}
}

func known(n int64) Count { return Count{n, true} }

// The answers that are documented or were recorded, and what they mean.
func TestDocumentedReports(t *testing.T) {
	for _, test := range []struct {
		endpoint, sample string
		day              string
		want             Numbers
	}{
		{EndpointDailyVisitTrend, "visit-trend-documented.json", "20170313", VisitTrend{
			Sessions: known(142549), PageViews: known(472351), Users: known(55500), NewUsers: known(5464),
			StayPerSession: Average{0, true}, Depth: Average{1.9838, true},
		}},
		{EndpointDailyVisitTrend, "visit-trend-recorded.json", "20210912", VisitTrend{
			Sessions: known(1082), PageViews: known(4573), Users: known(495), NewUsers: known(0),
			StayPerUser: Average{86.0586, true}, StayPerSession: Average{39.3706, true}, Depth: Average{2.6562, true},
		}},
		{EndpointDailySummary, "summary-documented.json", "20170313", Summary{
			CumulativeUsers: known(391), Shares: known(572), SharingUsers: known(383),
		}},
		{EndpointVisitDistribution, "visit-distribution-documented.json", "20170313", Distribution{
			SourceSessions: []KeyCount{{8, 687}, {10, 5}},
			StayTimes:      []KeyCount{{8, 16329}},
			Depths:         []KeyCount{{1, 43201}, {5, 217}},
		}},
		{EndpointDailyRetention, "retention-documented.json", "20170313", Retention{
			New: []KeyCount{{0, 5464}}, Active: []KeyCount{{0, 55500}},
		}},
		{EndpointVisitPage, "visit-page-documented.json", "20170313", Pages{{
			Path: "pages/main/main.html", Visits: known(213429), Visitors: known(55423), Entries: known(117922),
			Exits: known(61304), Shares: known(180), Stay: Average{8.139198, true},
		}}},
	} {
		r, err := statistic(t, test.endpoint).Decode([]byte(sample(t, test.sample)), mustDay(t, test.day))
		if err != nil {
			t.Errorf("%s: %v", test.sample, err)
			continue
		}
		if !reflect.DeepEqual(r.Numbers, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.sample, r.Numbers, test.want)
		}
		if r.RefDate != test.day || !r.Covers(mustDay(t, test.day)) || r.Covers(mustDay(t, "20170314")) || r.Merged+r.Rejected != 0 || r.Empty() {
			t.Errorf("%s: day %q, %d merged, %d rejected", test.sample, r.RefDate, r.Merged, r.Rejected)
		}
	}
}

// What is strange in an answer: what it means, and how many rows were merged and rejected.
func TestStrangeReports(t *testing.T) {
	for _, test := range []struct{ endpoint, answer, want string }{
		{EndpointDailyVisitTrend, `{"list":[]}`, `{} 0 0`},
		{EndpointDailyVisitTrend, `{"list":null,"errcode":0}`, `{} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170313"}]}`, `{} 0 0`},
		{
			EndpointDailyVisitTrend, `{"list":[null,7,{"visit_uv":"12","session_cnt":13.0,"visit_pv":-1,"visit_depth":"1.5"}]}`,
			`{Sessions:13 Users:12 Depth:1.5} 0 3`,
		},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170312","visit_uv":1},{"ref_date":20170313,"visit_uv":2}]}`, `{Users:2} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170312","visit_uv":1},{"ref_date":"20170311","visit_uv":2}]}`, `{Users:1} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"visit_uv":9007199254740993,"stay_time_uv":"NaN","stay_time_session":1e2}]}`, `{StayPerSession:100} 0 2`},
		{EndpointDailySummary, `{"list":[{"share_pv":3,"visit_total":null}]}`, `{Shares:3} 0 0`},
		{EndpointVisitDistribution, `{"list":[{"index":"access_something","item_list":[{"key":1,"value":2}]},{"index":7},{"index":"access_depth_info"}]}`, `[] [] [] [] 0 0`},
		{
			EndpointVisitDistribution, `{"list":[{"index":"access_source_visit_uv","item_list":[{"key":"58","value":"3"},{"key":58,"value":2.0},{"key":1},{"value":1},[]]}]}`,
			`[] [{58 5}] [] [] 1 3`,
		},
		{EndpointDailyRetention, `{"visit_uv":[{"key":1,"value":0},{"key":0,"value":4}]}`, `{New:[] Active:[{0 4} {1 0}]} 0 0`},
		{EndpointDailyRetention, `{"visit_uv_new":null,"visit_uv":[]}`, `{New:[] Active:[]} 0 0`},
		{
			EndpointVisitPage, `{"list":[{"page_path":"b","page_visit_pv":1},{"page_path":"a","page_visit_pv":"3","page_staytime_pv":2},` +
				`{"page_path":"a","page_visit_pv":1,"page_staytime_pv":6,"entrypage_pv":1},{"page_path":""},{"page_path":"` + strings.Repeat("a", 1025) + `"},{}]}`,
			`[a:4/3 b:1] 1 3`,
		},
	} {
		r, err := statistic(t, test.endpoint).Decode([]byte(test.answer), mustDay(t, "20170313"))
		if err != nil {
			t.Errorf("%s: %v", test.answer, err)
			continue
		}
		if got := fmt.Sprintf("%s %d %d", describe(r.Numbers), r.Merged, r.Rejected); got != test.want {
			t.Errorf("%s: got %s, want %s", test.answer, got, test.want)
		}
	}
}

// describe writes numbers without those that are not known.
func describe(numbers Numbers) string {
	switch n := numbers.(type) {
	case Distribution:
		return fmt.Sprint(n.SourceSessions, n.SourceUsers, n.StayTimes, n.Depths)
	case Pages:
		var all []string
		for _, page := range n {
			text := fmt.Sprintf("%s:%d", page.Path, page.Visits.Value)
			if page.Stay.Known {
				text += fmt.Sprintf("/%v", page.Stay.Value)
			}
			all = append(all, text)
		}
		return fmt.Sprint(all)
	case Retention:
		return fmt.Sprintf("{New:%v Active:%v}", n.New, n.Active)
	}
	var all []string
	for field, value := range reflect.ValueOf(numbers).Fields() {
		switch v := value.Interface().(type) {
		case Count:
			if v.Known {
				all = append(all, fmt.Sprintf("%s:%d", field.Name, v.Value))
			}
		case Average:
			if v.Known {
				all = append(all, fmt.Sprintf("%s:%v", field.Name, v.Value))
			}
		}
	}
	return "{" + strings.Join(all, " ") + "}"
}

// Answers that are not the statistic are errors that say so.
func TestUnusableReports(t *testing.T) {
	for _, test := range []struct{ endpoint, answer, want string }{
		{EndpointDailyVisitTrend, `{"errcode":61503,"errmsg":"data not ready"}`, "errcode 61503"},
		{EndpointDailyVisitTrend, `{}`, "has no list"},
		{EndpointDailySummary, `{"list":{"a":1}}`, "list is an object, not a list"},
		{EndpointDailySummary, `{"list":[{"share_pv":"many"}]}`, "none of its 1 rows"},
		{EndpointVisitDistribution, `<html>`, "not JSON"},
		{EndpointVisitPage, `{"list":[{"page_path":7}]}`, "none of its 1 rows"},
		{EndpointDailyRetention, emptyPortrait, "visit_uv_new is an object, not a list"},
		{EndpointDailyRetention, `{"visit_uv":{"city":[]}}`, "visit_uv is an object, not a list"},
		{EndpointDailyRetention, `{"ref_date":"20170313"}`, "neither visit_uv nor visit_uv_new"},
	} {
		_, err := statistic(t, test.endpoint).Decode([]byte(test.answer), mustDay(t, "20170313"))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), test.endpoint+": ") {
			t.Errorf("%s: got %v, want %s", test.answer, err, test.want)
		}
	}
}

// A statistic is asked for with the same day twice, and its quota by its path.
func TestReportOnTheWire(t *testing.T) {
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			var sent []string
			client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				sent = append(sent, r.Method+" "+r.URL.Path+" "+string(body))
				return answer(http.StatusOK, `{"list":[],"visit_uv":[],"quota":{"daily_limit":1,"used":0,"remain":1}}`), nil
			}).client()}
			r, err := client.Report(t.Context(), s, mustDay(t, "20170313"))
			if err != nil || !r.Empty() {
				t.Fatalf("%s: %v, %v", s.Endpoint, r, err)
			}
			if _, err := client.Quota(t.Context(), s.Endpoint); err != nil {
				t.Fatal(err)
			}
			want := []string{
				"POST " + s.path + ` {"begin_date":"20170313","end_date":"20170313"}`,
				`POST /cgi-bin/openapi/quota/get {"cgi_path":"` + s.path + `"}`,
			}
			if !reflect.DeepEqual(sent, want) {
				t.Errorf("sent %q, want %q", sent, want)
			}
		}
	}
}

func TestNamesOfKeys(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{SourceName(1), "小程序历史列表"},
		{SourceName(8), "小程序主页"},
		{SourceName(10), "其他"},
		{SourceName(20), "卡包"},
		{SourceName(33), "微信广告"},
		{SourceName(46), "朋友圈"},
		{SourceName(57), "群工具"},
		{SourceName(58), "key_58"},
		{SourceName(0), "key_0"},
		{StayTimeName(1), "0-2s"},
		{StayTimeName(5), "20-30s"},
		{StayTimeName(8), ">100s"},
		{StayTimeName(9), "key_9"},
		{DepthName(1), "1"},
		{DepthName(6), "6-10"},
		{DepthName(7), ">10"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}
