package wechat

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func digestOf(t testing.TB, series, answer string) string {
	t.Helper()
	return digestOn(t, "20170313", series, answer)
}

func digestOn(t testing.TB, end, series, answer string) string {
	t.Helper()
	a, err := decode(t, series, end, answer)
	if err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	text, err := a.Digest().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Digests are kept in the archive, so those of the documented answers never change.
func TestDigestsOfDocumentedAnswers(t *testing.T) {
	for _, test := range []struct{ series, sample, want string }{
		{EndpointDailyVisitTrend, "visit-trend-documented.json", "ddea57afbdaef5ca"},
		{EndpointDailySummary, "summary-documented.json", "b6585ef7eb9e7446"},
		{EndpointVisitDistribution, "visit-distribution-documented.json", "ea390b9561a040a1"},
		{EndpointDailyRetention, "retention-documented.json", "ef0e3d4fbf4b7c23"},
		{EndpointVisitPage, "visit-page-documented.json", "f52f3b8b844d77e2"},
	} {
		if got := digestOf(t, test.series, sample(t, test.sample)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.sample, got, test.want)
		}
	}
	for series, end := range map[string]string{"1d": "20170611", "7d": "20170617"} {
		if got := digestOn(t, end, series, sample(t, "portrait-documented.json")); got != "6988b11d217ee11a" {
			t.Errorf("%s: got %s", series, got)
		}
	}
}

// The same numbers have the same digest, however the answer is written, and others another.
func TestDigestIsOfTheNumbers(t *testing.T) {
	for _, test := range []struct {
		series, answer string
		same, others   []string
	}{
		{
			"7d",
			`{"ref_date":"20170313","visit_uv":{"city":[{"id":1,"name":"广州","value":5},{"id":2,"name":"深圳","value":7}],"genders":[{"name":"男","value":12}]}}`,
			[]string{
				`{"visit_uv":{"genders":[{"name":"男","value":12}],"city":[{"name":"深圳","value":7},{"name":"广州","value":5}]}}`,
				`{ "visit_uv" : {"city":[{"value":"5","name":"\u5e7f\u5dde"},{"value":7.0,"name":"深圳"}],"genders":[{"name":"男","value":1.2e1}]},"visit_uv_new":{"city":[]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":2},{"name":"深圳","value":7},{"name":"广州","value":3}],"genders":[{"name":"男","value":12},{"name":"","value":1}]}}`,
			},
			[]string{
				`{"visit_uv":{"city":[{"name":"广州","value":6},{"name":"深圳","value":6}],"genders":[{"name":"男","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":7},{"name":"深圳","value":5}],"genders":[{"name":"男","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":5},{"name":"深圳","value":7}],"genders":[{"name":"女","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":5},{"name":"深圳","value":7}],"ages":[{"name":"男","value":12}]}}`,
				`{"visit_uv_new":{"city":[{"name":"广州","value":5},{"name":"深圳","value":7}],"genders":[{"name":"男","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":5},{"name":"深圳","value":7},{"name":"珠海","value":0}],"genders":[{"name":"男","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州深","value":5},{"name":"圳","value":7}],"genders":[{"name":"男","value":12}]}}`,
				`{"visit_uv":{"city":[{"name":"广州","value":5},{"name":"深圳","value":7}]}}`,
				emptyPortrait,
			},
		},
		{
			EndpointDailyVisitTrend, `{"list":[{"ref_date":"20170313","visit_uv":5,"visit_pv":7,"visit_depth":1.5}]}`,
			[]string{
				`{"list":[{"visit_depth":"1.50","visit_pv":"7","visit_uv":5.0}]}`,
				`{"list":[{"ref_date":"20170312","visit_uv":1},{"ref_date":"20170313","visit_uv":5,"visit_pv":7,"visit_depth":15e-1}]}`,
			},
			[]string{
				`{"list":[{"visit_uv":7,"visit_pv":5,"visit_depth":1.5}]}`,
				`{"list":[{"visit_uv":5,"visit_pv":7,"visit_depth":1.5,"session_cnt":0}]}`,
				`{"list":[{"visit_uv":5,"visit_pv":7,"visit_depth":1.5000001}]}`,
				`{"list":[]}`,
			},
		},
		{
			EndpointDailySummary, `{"list":[{"visit_total":391,"share_pv":5,"share_uv":5}]}`,
			[]string{`{"list":[{"share_uv":"5","share_pv":5,"visit_total":391.0}]}`},
			[]string{`{"list":[{"visit_total":391,"share_pv":6,"share_uv":4}]}`, `{"list":[{"visit_total":391,"share_pv":5}]}`},
		},
		{
			EndpointVisitDistribution,
			`{"list":[{"index":"access_depth_info","item_list":[{"key":1,"value":5},{"key":2,"value":7}]},{"index":"access_staytime_info","item_list":[{"key":1,"value":1}]}]}`,
			[]string{
				`{"list":[{"index":"access_staytime_info","item_list":[{"key":1,"value":1}]},{"index":"access_depth_info","item_list":[{"value":"7","key":"2"},{"key":1,"value":5}]}]}`,
				`{"list":[{"index":"access_depth_info","item_list":[{"key":2,"value":3},{"key":1,"value":5},{"key":2,"value":4}]},{"index":"access_staytime_info","item_list":[{"key":1,"value":1}]}]}`,
			},
			[]string{
				`{"list":[{"index":"access_depth_info","item_list":[{"key":1,"value":6},{"key":2,"value":6}]},{"index":"access_staytime_info","item_list":[{"key":1,"value":1}]}]}`,
				`{"list":[{"index":"access_staytime_info","item_list":[{"key":1,"value":5},{"key":2,"value":7}]},{"index":"access_depth_info","item_list":[{"key":1,"value":1}]}]}`,
			},
		},
		{
			EndpointDailyRetention, `{"visit_uv":[{"key":0,"value":9},{"key":1,"value":4}],"visit_uv_new":[{"key":0,"value":2}]}`,
			[]string{`{"visit_uv_new":[{"value":"2","key":"0"}],"visit_uv":[{"key":1,"value":4},{"key":0,"value":9}]}`},
			[]string{
				`{"visit_uv":[{"key":0,"value":8},{"key":1,"value":5}],"visit_uv_new":[{"key":0,"value":2}]}`,
				`{"visit_uv":[{"key":0,"value":9},{"key":2,"value":4}],"visit_uv_new":[{"key":0,"value":2}]}`,
				`{"visit_uv_new":[{"key":0,"value":9},{"key":1,"value":4}],"visit_uv":[{"key":0,"value":2}]}`,
			},
		},
		{
			EndpointVisitPage, `{"list":[{"page_path":"a","page_visit_pv":5,"page_staytime_pv":1.5},{"page_path":"b","page_visit_pv":7}]}`,
			[]string{`{"ref_date":"20170313","list":[{"page_visit_pv":"7","page_path":"b"},{"page_path":"\u0061","page_visit_pv":5,"page_staytime_pv":"1.50"}]}`},
			[]string{
				`{"list":[{"page_path":"a","page_visit_pv":6,"page_staytime_pv":1.5},{"page_path":"b","page_visit_pv":6}]}`,
				`{"list":[{"page_path":"a","page_visit_pv":7},{"page_path":"b","page_visit_pv":5,"page_staytime_pv":1.5}]}`,
				`{"list":[{"page_path":"a","page_visit_pv":5,"page_staytime_pv":1.5}]}`,
			},
		},
	} {
		want := digestOf(t, test.series, test.answer)
		for _, answer := range test.same {
			if got := digestOf(t, test.series, answer); got != want {
				t.Errorf("%s has another digest than %s", answer, test.answer)
			}
		}
		seen := map[string]string{want: test.answer}
		for _, answer := range test.others {
			got := digestOf(t, test.series, answer)
			if before, ok := seen[got]; ok {
				t.Errorf("%s has the digest of %s", answer, before)
			}
			seen[got] = answer
		}
	}
}

// However few users move from one row to another, the digest changes.
func TestDigestOfMovedUsers(t *testing.T) {
	const rows = 40
	portrait := func(from, to, moved int) string {
		list := make([]string, rows)
		for i := range list {
			users := 1000
			if i == from {
				users -= moved
			}
			if i == to {
				users += moved
			}
			list[i] = fmt.Sprintf(`{"name":"城市%d","value":%d}`, i, users)
		}
		return `{"visit_uv":{"city":[` + strings.Join(list, ",") + `]}}`
	}
	seen := map[string]string{digestOf(t, "1d", portrait(0, 0, 0)): "nobody"}
	for from := range rows {
		for to := range rows {
			for _, moved := range []int{1, 2, 256} {
				if from == to {
					continue
				}
				what := fmt.Sprintf("%d from %d to %d", moved, from, to)
				got := digestOf(t, "1d", portrait(from, to, moved))
				if before, ok := seen[got]; ok {
					t.Errorf("%s: the digest is that of %s", what, before)
				}
				seen[got] = what
			}
		}
	}
}

// A digest is kept as text.
func TestDigestAsText(t *testing.T) {
	for text, want := range map[string]Digest{`"0"`: 0, `"ff"`: 255, `"ffffffffffffffff"`: 1<<64 - 1} {
		var got Digest
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, got, err)
		}
		if written, err := json.Marshal(want); err != nil || string(written) != text {
			t.Errorf("%d is written %s, %v", want, written, err)
		}
	}
	for _, text := range []string{`""`, `"g"`, `"-1"`, `"10000000000000000"`} {
		var got Digest
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %d", text, got)
		}
	}
}
