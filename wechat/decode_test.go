package wechat

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestDocumentedPortrait(t *testing.T) {
	p, err := DecodePortrait([]byte(sample(t, "portrait-documented.json")))
	if err != nil {
		t.Fatal(err)
	}
	want := map[Breakdown][]Row{
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
	}
	if !maps.EqualFunc(p.Rows, want, slices.Equal) {
		t.Errorf("got %v, want %v", p.Rows, want)
	}
	if p.RefDate != "20170611" || p.Merged != 0 || p.Rejected != 0 || p.Empty() {
		t.Errorf("got %q, %d merged, %d rejected", p.RefDate, p.Merged, p.Rejected)
	}
}

func TestEmptyPortraits(t *testing.T) {
	for _, answer := range []string{
		sample(t, "portrait-recorded-empty.json"),
		emptyPortrait,
		`{"visit_uv":{}}`,
		`{"visit_uv":null,"visit_uv_new":null}`,
		`{"visit_uv_new":{"province":null,"city":[]},"errcode":0,"errmsg":"ok"}`,
		` {"errcode":"0","visit_uv":{"something":{"new":[1,"]}",{"a":[]}]}}} `,
	} {
		p, err := DecodePortrait([]byte(answer))
		if err != nil || !p.Empty() || p.Rejected != 0 {
			t.Errorf("%s: got %+v, %v", answer, p, err)
		}
	}
}

// TestRows decodes one list, with a good row at its end.
func TestRows(t *testing.T) {
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
		p, err := DecodePortrait([]byte(`{"visit_uv":{"city":[` + test.row + `,{"name":"good","value":1}]}}`))
		if err != nil {
			t.Errorf("%s: %v", test.row, err)
			continue
		}
		rows := p.Rows[Breakdown{VisitUV, City}]
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
		if got := fmt.Sprint(rows); got != wantRows || p.Rejected != wantRejected || p.Merged != wantMerged {
			t.Errorf("%s: got %s, %d rejected, %d merged, want %s, %d, %d",
				test.row, got, p.Rejected, p.Merged, wantRows, wantRejected, wantMerged)
		}
	}
}

func TestLists(t *testing.T) {
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
			p, err := DecodePortrait([]byte(`{"visit_uv_new":{` + test.lists + `}}`))
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(p.Rows[Breakdown{VisitUVNew, test.group}])
			if got != test.want || p.Rejected != test.rejected || len(p.Rows) != test.sets || p.Merged != 0 {
				t.Errorf("got %+v, want %s", p, test.want)
			}
		})
	}
}

func TestEndlessList(t *testing.T) {
	for _, test := range []struct{ sent, rows, rejected int }{{20_000, 20_000, 0}, {20_003, 20_000, 3}} {
		var list strings.Builder
		for n := range test.sent {
			fmt.Fprintf(&list, `{"name":"%d","value":1},`, n)
		}
		p, err := DecodePortrait([]byte(`{"visit_uv":{"city":[` + strings.TrimSuffix(list.String(), ",") + `],"ages":[{"name":"a","value":1}]}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Rows[Breakdown{VisitUV, City}]); got != test.rows || p.Rejected != test.rejected || len(p.Rows[Breakdown{VisitUV, Age}]) != 1 {
			t.Errorf("%d rows sent: got %d, %d rejected", test.sent, got, p.Rejected)
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
		p, err := DecodePortrait([]byte(`{"visit_uv":{},"ref_date":` + test.json + `}`))
		if err != nil || p.RefDate != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.json, p.RefDate, err, test.want)
		}
	}
}

func TestMalformedPortraits(t *testing.T) {
	row := `{"name":"a","value":1}`
	for _, test := range []struct{ name, answer, says string }{
		{"empty", ``, "not JSON; it is empty"},
		{"cut", `{"visit_uv":{"city":[` + row, "not JSON (unexpected end of JSON input)"},
		{"trailing garbage", `{"visit_uv":{"city":[` + row + `]}} x`, "not JSON (invalid character 'x' after top-level value)"},
		{"two answers", emptyPortrait + emptyPortrait, "not JSON"},
		{"HTML", `<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>`, `begins "<!DOCTYPE html>`},
		{"binary", "\x1f\x8b\x08\x00\xff\xfe\x00", `\x1f\x8b`},
		{"array", `[]`, "an array, not an object"},
		{"null", `null`, "null, not an object"},
		{"number", ` 17`, "a number, not an object"},
		{"string", `"ok"`, "a string, not an object"},
		{"true", `true`, "a boolean, not an object"},
		{"other endpoint", `{"list":[{"ref_date":"20170611"}]}`, "neither visit_uv nor visit_uv_new"},
		{"success without data", `{"errcode":0,"errmsg":"ok"}`, "neither visit_uv nor visit_uv_new"},
		{
			"retention", `{"ref_date":"20170611","visit_uv_new":[{"key":0,"value":5464}],"visit_uv":[{"key":0,"value":55500}]}`,
			"visit_uv is an array",
		},
		{"half retention", `{"visit_uv":{"city":[` + row + `]},"visit_uv_new":[]}`, "visit_uv_new is an array"},
		{"string of lists", `{"visit_uv":"none"}`, "visit_uv is a string"},
		{"all rows lost", `{"visit_uv":{"city":[{"name":"a"},{"value":1}]},"visit_uv_new":{"ages":[7]}}`, "none of the 3 rows"},
		{"all lists lost", `{"visit_uv":{"city":{},"ages":1}}`, "none of the 2 rows"},
		{"errcode in words", `{"errcode":"none","visit_uv":{}}`, "errcode is not a whole number"},
		{"errcode object", `{"errcode":{},"visit_uv":{}}`, "errcode is not a whole number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := DecodePortrait([]byte(test.answer))
			e, ok := errors.AsType[*Error](err)
			if !ok || p != nil || e.Reason != ReasonDecode || e.Code != "decode" || e.Endpoint != EndpointUserPortrait {
				t.Fatalf("got %+v, %#v", p, err)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %q, want it to say %q", err, test.says)
			}
		})
	}
}

func TestPortraitsThatAreErrors(t *testing.T) {
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
		{"{\"errcode\":61501,\"errmsg\":\"\xff\x00\"}", ReasonDecode, "decode"},
		{"{\"errcode\":61501,\"errmsg\":\"\xff\"}", ReasonRequest, "61501"},
	} {
		_, err := DecodePortrait([]byte(test.answer))
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != test.reason || e.Code != test.code {
			t.Errorf("%s: got %v", test.answer, err)
		}
	}
}
