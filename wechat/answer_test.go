package wechat

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func known(n int64) Count { return Count{n, true} }

// The answers that are documented or were recorded, and what they mean.
func TestDocumentedAnswers(t *testing.T) {
	for _, test := range []struct {
		series, sample string
		end, refDate   string
		want           Numbers
	}{
		{"7d", "portrait-documented.json", "20170617", "20170611", Portrait{
			{VisitUVNew, Province}: {{"广东省", 215}},
			{VisitUVNew, City}:     {{"广州", 78}},
			{VisitUVNew, Gender}:   {{"男", 2146}},
			{VisitUVNew, Platform}: {{"iPhone", 27642}},
			{VisitUVNew, Device}:   {{"OPPO R9", 61}},
			{VisitUVNew, Age}:      {{"17岁以下", 151}},
			{VisitUV, Province}:    {{"广东省", 1341}},
			{VisitUV, City}:        {{"广州", 234}},
			{VisitUV, Gender}:      {{"男", 14534}},
			{VisitUV, Platform}:    {{"iPhone", 21750}},
			{VisitUV, Device}:      {{"OPPO R9", 617}},
			{VisitUV, Age}:         {{"17岁以下", 3156}},
		}},
		{EndpointDailyVisitTrend, "visit-trend-documented.json", "20170313", "20170313", VisitTrend{
			Sessions: known(142549), PageViews: known(472351), Users: known(55500), NewUsers: known(5464),
			StayPerSession: Average{0, true}, Depth: Average{1.9838, true},
		}},
		{EndpointDailyVisitTrend, "visit-trend-recorded.json", "20210912", "20210912", VisitTrend{
			Sessions: known(1082), PageViews: known(4573), Users: known(495), NewUsers: known(0),
			StayPerUser: Average{86.0586, true}, StayPerSession: Average{39.3706, true}, Depth: Average{2.6562, true},
		}},
		{EndpointDailySummary, "summary-documented.json", "20170313", "20170313", Summary{
			CumulativeUsers: known(391), Shares: known(572), SharingUsers: known(383),
		}},
		{EndpointVisitDistribution, "visit-distribution-documented.json", "20170313", "20170313", Distribution{
			SourceSessions: []KeyCount{{8, 687}, {10, 5}},
			StayTimes:      []KeyCount{{8, 16329}},
			Depths:         []KeyCount{{1, 43201}, {5, 217}},
		}},
		{EndpointDailyRetention, "retention-documented.json", "20170313", "20170313", Retention{
			New: []KeyCount{{0, 5464}}, Active: []KeyCount{{0, 55500}},
		}},
		{EndpointVisitPage, "visit-page-documented.json", "20170313", "20170313", Pages{{
			Path: "pages/main/main.html", Visits: known(213429), Visitors: known(55423), Entries: known(117922),
			Exits: known(61304), Shares: known(180), Stay: Average{8.139198, true},
		}}},
	} {
		s, end := statistic(t, test.series), mustDay(t, test.end)
		a, err := s.Decode([]byte(sample(t, test.sample)), s.Window(end))
		if err != nil {
			t.Errorf("%s: %v", test.sample, err)
			continue
		}
		if !reflect.DeepEqual(a.Numbers, test.want) || string(a.Bytes) != sample(t, test.sample) {
			t.Errorf("%s: got %+v, want %+v", test.sample, a.Numbers, test.want)
		}
		if a.RefDate != test.refDate || !a.Covers(s.Window(end)) || a.Covers(s.Window(end.Add(1))) || a.Merged+a.Rejected != 0 || a.Empty() {
			t.Errorf("%s: day %q, %d merged, %d rejected", test.sample, a.RefDate, a.Merged, a.Rejected)
		}
	}
}

// What is strange in an answer: what it means, and how many rows were merged and rejected.
func TestStrangeAnswers(t *testing.T) {
	for _, test := range []struct{ series, answer, want string }{
		{"7d", sample(t, "portrait-recorded-empty.json"), `map[] 0 0`},
		{"7d", emptyPortrait, `map[] 0 0`},
		{"7d", `{"visit_uv":{}}`, `map[] 0 0`},
		{"7d", `{"visit_uv":null,"visit_uv_new":null}`, `map[] 0 0`},
		{"7d", `{"visit_uv_new":{"province":null,"city":[]},"errcode":0,"errmsg":"ok"}`, `map[] 0 0`},
		{"7d", ` {"errcode":"0","visit_uv":{"something":{"new":[1,"]",{"a":[]}]}}} `, `map[] 0 0`},
		{EndpointDailyVisitTrend, `{"list":[]}`, `{} 0 0`},
		{EndpointDailyVisitTrend, `{"list":null,"errcode":0}`, `{} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170313"}]}`, `{} 0 0`},
		{
			EndpointDailyVisitTrend, `{"list":[null,7,{"visit_uv":"12","session_cnt":13.0,"visit_pv":-1,"visit_depth":"1.5"}]}`,
			`{Sessions:13 Users:12 Depth:1.5} 0 3`,
		},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170312","visit_uv":1},{"ref_date":20170313,"visit_uv":2}]}`, `{Users:2} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"13.3.2017","visit_uv":1},{"ref_date":"2017","visit_uv":2}]}`, `{Users:1} 0 0`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170313","visit_uv":1},{"ref_date":"2017-03-13","visit_uv":2}]}`, `{Users:1} 0 1`},
		{EndpointDailyVisitTrend, `{"list":[{"visit_uv":1},{"visit_uv":2},{"visit_uv":1},{"ref_date":"20170312","visit_uv":3}]}`, `{Users:1} 0 1`},
		{EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170312","visit_uv":2},{"ref_date":"20170313","visit_uv":1},{"visit_uv":3}]}`, `{Users:1} 0 0`},
		{EndpointDailySummary, `{"list":[{"ref_date":"20170313","share_pv":3},{"ref_date":"20170313","share_pv":3},{"ref_date":"20170313","share_pv":"x"}]}`, `{Shares:3} 0 1`},
		{
			EndpointVisitDistribution, `{"list":[{"index":"access_depth_info","item_list":[{"key":1,"value":2}]},{"index":"access_depth_info","item_list":[{"key":1,"value":3}]}]}`,
			`[] [] [] [{1 2}] 0 1`,
		},
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
		a, err := decode(t, test.series, "20170313", test.answer)
		if err != nil {
			t.Errorf("%s: %v", test.answer, err)
			continue
		}
		if got := fmt.Sprintf("%s %d %d", describe(a.Numbers), a.Merged, a.Rejected); got != test.want {
			t.Errorf("%s: got %s, want %s", test.answer, got, test.want)
		}
	}
}

// describe writes numbers without those that are not known.
func describe(numbers Numbers) string {
	switch n := numbers.(type) {
	case Portrait:
		return fmt.Sprint(map[Breakdown][]Row(n))
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
func TestUnusableAnswers(t *testing.T) {
	const row = `{"name":"a","value":1}`
	for _, test := range []struct{ series, answer, says string }{
		{"7d", ``, "not JSON; it is empty"},
		{"7d", `{"visit_uv":{"city":[` + row, "not JSON (unexpected end of JSON input)"},
		{"7d", `{"visit_uv":{"city":[` + row + `]}} x`, "not JSON (invalid character 'x' after top-level value)"},
		{"7d", emptyPortrait + emptyPortrait, "not JSON"},
		{"7d", `<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>`, `begins "<!DOCTYPE html>`},
		{"7d", "\x1f\x8b\x08\x00\xff\xfe\x00", `\x1f\x8b`},
		{"7d", `[]`, "an array, not an object"},
		{"7d", `null`, "null, not an object"},
		{"7d", ` 17`, "a number, not an object"},
		{"7d", `"ok"`, "a string, not an object"},
		{"7d", `true`, "a boolean, not an object"},
		{"7d", `{"list":[{"ref_date":"20170611"}]}`, "neither visit_uv nor visit_uv_new"},
		{"7d", `{"errcode":0,"errmsg":"ok"}`, "neither visit_uv nor visit_uv_new"},
		{"7d", `{"ref_date":"20170611","visit_uv_new":[{"key":0,"value":5464}],"visit_uv":[{"key":0,"value":55500}]}`, "visit_uv is an array"},
		{"7d", `{"visit_uv":{"city":[` + row + `]},"visit_uv_new":[]}`, "visit_uv_new is an array"},
		{"7d", `{"visit_uv":"none"}`, "visit_uv is a string"},
		{"7d", `{"visit_uv":{"city":[{"name":"a"},{"value":1}]},"visit_uv_new":{"ages":[7]}}`, "none of its 3 rows and numbers"},
		{"7d", `{"visit_uv":{"city":{},"ages":1}}`, "none of its 2 rows and numbers"},
		{"7d", `{"errcode":"none","visit_uv":{}}`, "errcode is not a whole number"},
		{"7d", `{"errcode":{},"visit_uv":{}}`, "errcode is not a whole number"},
		{EndpointDailyVisitTrend, `{}`, "has no list"},
		{EndpointDailySummary, `{"list":{"a":1}}`, "list is an object, not a list"},
		{EndpointDailySummary, `{"list":[{"share_pv":"many"}]}`, "none of its 1 rows"},
		{EndpointVisitDistribution, `<html>`, "not JSON"},
		{EndpointVisitPage, `{"list":[{"page_path":7}]}`, "none of its 1 rows"},
		{EndpointDailyRetention, emptyPortrait, "visit_uv_new is an object, not a list"},
		{EndpointDailyRetention, `{"visit_uv":{"city":[]}}`, "visit_uv is an object, not a list"},
		{EndpointDailyRetention, `{"ref_date":"20170313"}`, "neither visit_uv nor visit_uv_new"},
	} {
		a, err := decode(t, test.series, "20170313", test.answer)
		e, ok := errors.AsType[*Error](err)
		if !ok || a != nil || e.Reason != ReasonDecode || e.Code != "decode" || e.Endpoint != statistic(t, test.series).Endpoint {
			t.Errorf("%s: got %+v, %#v", test.answer, a, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), e.Endpoint+": ") || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %q, want it to say %q", test.answer, err, test.says)
		}
	}
}

// An answer with an errcode is an error, whatever was asked.
func TestAnswersThatAreErrors(t *testing.T) {
	for _, test := range []struct {
		answer string
		reason Reason
		code   string
	}{
		{`{"errcode":61503,"errmsg":"data not ready"}`, ReasonNotReady, "61503"},
		{`{"errmsg":"https:\/\/x","errcode":"45009"}`, ReasonQuota, "45009"},
		{`{"errcode":61501}`, ReasonRequest, "61501"},
		{`{"errcode":-1,"errmsg":{"no":"string"}}`, ReasonBusy, "-1"},
		{`{"errcode":61501,"visit_uv":{}}`, ReasonRequest, "61501"},
		{"{\"errcode\":61501,\"errmsg\":\"\xff\x00\"}", ReasonRequest, "61501"},
		{"{\"errcode\":61501,\"errmsg\":\"\xff\"}", ReasonRequest, "61501"},
	} {
		for _, series := range []string{"7d", EndpointDailyVisitTrend} {
			_, err := decode(t, series, "20170617", test.answer)
			if e, ok := errors.AsType[*Error](err); !ok || e.Reason != test.reason || e.Code != test.code || e.Endpoint != statistic(t, series).Endpoint {
				t.Errorf("%s: got %v", test.answer, err)
			} else if test.reason != ReasonDecode && !strings.HasPrefix(err.Error(), e.Endpoint+": errcode "+test.code) {
				t.Errorf("%s: got %q", test.answer, err)
			}
		}
	}
}

func TestRefDate(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{`"20170611"`, "20170611"},
		{`"2017-06-11-2017-06-17"`, "2017-06-11-2017-06-17"},
		{`20170611`, "20170611"},
		{`null`, ""},
		{`{"a":1}`, ""},
		{`"a\nb"`, "a b"},
		{`"` + strings.Repeat("7", 65) + `"`, strings.Repeat("7", 64)},
	} {
		a, err := decode(t, "7d", "20170617", `{"visit_uv":{},"ref_date":`+test.json+`}`)
		if err != nil || a.RefDate != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.json, a.RefDate, err, test.want)
		}
	}
}
