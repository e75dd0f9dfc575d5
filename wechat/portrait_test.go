package wechat

import (
	"fmt"
	"strings"
	"testing"
)

// TestPortraitRows decodes one list, with a good row at its end.
func TestPortraitRows(t *testing.T) {
	const merged = "merged"
	name256 := strings.Repeat("a", 253) + "岁"
	for _, test := range []struct{ row, want string }{
		{`{"id":31,"name":"广东省","value":215}`, "广东省 215"},
		{`{"value" : 215 ,"name" : "广东省"}`, "广东省 215"},
		{`{"name":"a","access_source_visit_uv":7}`, "a 7"},
		{`{"name":"a","access_source_visit_uv":7,"value":5}`, "a 5"},
		{`{"name":"a","access_source_visit_uv":7,"value":0}`, "a 0"},
		{`{"name":"a","access_source_visit_uv":7,"value":null}`, "a 7"},
		{`{"\u006eame":"a","v\u0061lue":5}`, "a 5"},
		{`{"name":"a","value":"211"}`, "a 211"},
		{`{"name":"a","value":" 211 "}`, "a 211"},
		{`{"name":"a","value":492.3333}`, "a 492"},
		{`{"name":"a","value":"492.5"}`, "a 493"},
		{`{"name":"a","value":1.5e3}`, "a 1500"},
		{`{"name":"a","value":-0}`, "a 0"},
		{`{"name":"a","value":9007199254740992}`, "a 9007199254740992"},
		{`{"name":"a","value":9007199254740993}`, ""},
		{`{"name":"a","value":1e300}`, ""},
		{`{"name":"a","value":1e999}`, ""},
		{`{"name":"a","value":-1}`, ""},
		{`{"name":"a","value":-0.4}`, ""},
		{`{"name":"a","value":"NaN"}`, ""},
		{`{"name":"a","value":"Inf"}`, ""},
		{`{"name":"a","value":"0x1p4"}`, ""},
		{`{"name":"a","value":"1_000"}`, ""},
		{`{"name":"a","value":"1,000"}`, ""},
		{`{"name":"a","value":""}`, ""},
		{`{"name":"a","value":true}`, ""},
		{`{"name":"a","value":[5]}`, ""},
		{`{"name":"a","value":{"value":5}}`, ""},
		{`{"name":"a"}`, ""},
		{`{"value":5}`, ""},
		{`{"name":null,"value":5}`, ""},
		{`{"name":7,"value":5}`, ""},
		{`{"name":["a"],"value":5}`, ""},
		{`{"name":"","value":5}`, ""},
		{`{"NAME":"a","value":5}`, ""},
		{`{"name":"` + name256 + `","value":5}`, name256 + " 5"},
		{`{"name":"` + name256 + `a","value":5}`, ""},
		{"{\"name\":\"a\xff\",\"value\":5}", ""},
		{"{\"name\":\"a\xe5\xb9\",\"value\":5}", ""},
		{"{\"name\":\"\\u0061\xff\",\"value\":5}", ""},
		{"{\"name\":\"\xed\xa0\x80\",\"value\":5}", ""},
		{`{"name":"a\ud800","value":5}`, ""},
		{`{"name":"\udc00a","value":5}`, ""},
		{`{"name":"\ud83d\u0061","value":5}`, ""},
		{`{"name":"\ud83d\\ude00","value":5}`, ""},
		{`{"name":"\ud83d\ude00","value":5}`, "😀 5"},
		{`{"name":"\\ud800","value":5}`, `\ud800 5`},
		{`{"name":"\ufffd","value":5}`, "\uFFFD 5"},
		{"{\"name\":\"\uFFFD\",\"value\":5}", "\uFFFD 5"},
		{`{"name":"\u5e7f\u4e1c","value":5}`, "广东 5"},
		{`{"name":"a\/\"]}\n","value":5}`, "a/\"]}\n 5"},
		{`{"name":"a","name":"b","value":5}`, "b 5"},
		{`{"name":"good","value":41}`, merged},
		{`{"name":"good","value":9007199254740992}`, ""},
		{`null`, ""},
		{`[]`, ""},
		{`{}`, ""},
		{`"row"`, ""},
		{`17`, ""},
	} {
		a, err := decode(t, "7d", "20170617", `{"visit_uv":{"city":[`+test.row+`,{"name":"good","value":1}]}}`)
		if err != nil {
			t.Errorf("%s: %v", test.row, err)
			continue
		}
		rows := a.Numbers.(Portrait)[Breakdown{VisitUV, City}]
		var wantRows string
		wantRejected, wantMerged := 0, 0
		switch {
		case test.want == merged:
			wantRows, wantMerged = "[{good 42}]", 1
		case test.want != "":
			wantRows = "[{" + test.want + "} {good 1}]"
		case strings.Contains(test.row, `"good"`):
			wantRows, wantRejected = "[{good 9007199254740992}]", 1
		default:
			wantRows, wantRejected = "[{good 1}]", 1
		}
		if got := fmt.Sprint(rows); got != wantRows || a.Rejected != wantRejected || a.Merged != wantMerged {
			t.Errorf("%s: got %s, %d rejected, %d merged, want %s, %d, %d",
				test.row, got, a.Rejected, a.Merged, wantRows, wantRejected, wantMerged)
		}
	}
}

func TestPortraitLists(t *testing.T) {
	for _, test := range []struct {
		name, lists    string
		group          Dimension
		want           string
		rejected, sets int
	}{
		{"platfomrs", `"platfomrs":[{"name":"iPhone","value":1}]`, Platform, "[{iPhone 1}]", 0, 1},
		{"platforms first", `"platfomrs":[{"name":"iPhone","value":1}],"platforms":[{"name":"iPhone","value":2}]`, Platform, "[{iPhone 2}]", 0, 1},
		{"platforms without rows", `"platforms":[],"platfomrs":[{"name":"iPhone","value":1}]`, Platform, "[{iPhone 1}]", 0, 1},
		{"no array", `"city":{"name":"a","value":1},"ages":[{"name":"b","value":1}]`, Age, "[{b 1}]", 1, 1},
		{"string", `"city":"none","ages":[{"name":"b","value":1}]`, Age, "[{b 1}]", 1, 1},
		{"order", `"ages":[{"name":"b","value":1},{"name":"a","value":3},{"name":"c","value":2}]`, Age, "[{b 1} {a 3} {c 2}]", 0, 1},
		{"same name in two lists", `"ages":[{"name":"未知","value":1}],"genders":[{"name":"未知","value":2}]`, Gender, "[{未知 2}]", 0, 2},
		{"unknown list", `"moods":[{"name":"b","value":1}],"ages":[{"name":"b","value":1}]`, Age, "[{b 1}]", 0, 1},
		{"all rows of one list", `"city":[{"name":"a"}],"ages":[{"name":"b","value":1}]`, Age, "[{b 1}]", 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := decode(t, "7d", "20170617", `{"visit_uv_new":{`+test.lists+`}}`)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(a.Numbers.(Portrait)[Breakdown{VisitUVNew, test.group}])
			if got != test.want || a.Rejected != test.rejected || len(a.Numbers.(Portrait)) != test.sets || a.Merged != 0 {
				t.Errorf("got %+v, want %s", a, test.want)
			}
		})
	}
}

func TestEndlessPortraitList(t *testing.T) {
	for _, test := range []struct{ sent, rows, rejected int }{{20_000, 20_000, 0}, {20_003, 20_000, 3}} {
		var list strings.Builder
		for n := range test.sent {
			fmt.Fprintf(&list, `{"name":"%d","value":1},`, n)
		}
		a, err := decode(t, "7d", "20170617", `{"visit_uv":{"city":[`+strings.TrimSuffix(list.String(), ",")+`],"ages":[{"name":"a","value":1}]}}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(a.Numbers.(Portrait)[Breakdown{VisitUV, City}]); got != test.rows || a.Rejected != test.rejected || len(a.Numbers.(Portrait)[Breakdown{VisitUV, Age}]) != 1 {
			t.Errorf("%d rows sent: got %d, %d rejected", test.sent, got, a.Rejected)
		}
	}
}
