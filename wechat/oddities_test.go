package wechat

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// oddRows are a row of each statistic that has rows, with a hole for what is odd, and a good
// one.
var oddRows = []struct{ series, answer, odd, good string }{
	{"7d", `{"ref_date":"20170611-20170617","visit_uv":{"city":[%s]}}`, `{"name":"OPPO%s","value":%s}`, `{"name":"good","value":1}`},
	{
		EndpointVisitPage, `{"ref_date":"20170617","list":[%s]}`,
		`{"page_path":"odd%s","page_visit_pv":%s}`, `{"page_path":"good","page_visit_pv":1}`,
	},
	{
		EndpointDailyVisitTrend, `{"list":[%s]}`,
		`{"ref_date":"20170616","note":"%s","visit_uv":%s}`, `{"ref_date":"20170617","visit_uv":1}`,
	},
	{
		EndpointDailySummary, `{"list":[%s]}`,
		`{"ref_date":"20170616","note":"%s","share_pv":%s}`, `{"ref_date":"20170617","share_pv":1}`,
	},
	{
		EndpointWeeklyVisitTrend, `{"list":[%s]}`,
		`{"ref_date":"20170605-20170611","note":"%s","visit_uv":%s}`, `{"ref_date":"20170611-20170617","visit_uv":1}`,
	},
	{
		EndpointMonthlyVisitTrend, `{"list":[%s]}`,
		`{"ref_date":"201705","note":"%s","visit_uv":%s}`, `{"ref_date":"201706","visit_uv":1}`,
	},
	{
		EndpointVisitDistribution, `{"ref_date":"20170617","list":[{"index":"access_depth_info","item_list":[%s]}]}`,
		`{"note":"%s","key":2,"value":%s}`, `{"key":1,"value":1}`,
	},
	{EndpointDailyRetention, `{"ref_date":"20170617","visit_uv":[%s]}`, `{"note":"%s","key":2,"value":%s}`, `{"key":1,"value":1}`},
	{EndpointWeeklyRetention, `{"ref_date":"20170611-20170617","visit_uv":[%s]}`, `{"note":"%s","key":2,"value":%s}`, `{"key":1,"value":1}`},
	{EndpointMonthlyRetention, `{"ref_date":"201706","visit_uv":[%s]}`, `{"note":"%s","key":2,"value":%s}`, `{"key":1,"value":1}`},
	{
		EndpointAdIncome, `{"base_resp":{"ret":0},"list":[%s]}`,
		`{"ad_slot":"odd%s","date":"2017-06-17","click_count":%s}`, `{"ad_slot":"good","date":"2017-06-17","click_count":1}`,
	},
}

// What no JSON may have costs at most the row in which it stands, in every statistic: the
// good row has the number that it has without, and the answer is kept as it came.
func TestOddities(t *testing.T) {
	type oddity struct {
		name        string
		text, value string              // in the odd row
		alter       func(string) string // the whole answer
	}
	var all []oddity
	for c := range byte(0x20) {
		all = append(all, oddity{name: fmt.Sprintf("control character %#02x", c), text: string(rune(c)) + "R9"})
	}
	for _, text := range []string{`\x41`, `\u12`, `\'`, `\ud800`, `C:\windows`, "\xff\xfe", "\x7f"} {
		all = append(all, oddity{name: "text " + text, text: text})
	}
	for _, value := range []string{
		"NaN", "nan", "-NaN", "Infinity", "-Infinity", "undefined", "None", "nil", "True", "0x1F", "01", "+5", ".5", "5.", "1.2.3", "--1", "1_000", "",
	} {
		all = append(all, oddity{name: "value " + value, value: value})
	}
	for name, alter := range map[string]func(string) string{
		"byte order mark":           func(s string) string { return "\xef\xbb\xbf" + s },
		"trailing NUL":              func(s string) string { return s + "\x00" },
		"trailing NULs":             func(s string) string { return s + "\x00\x00\n\x00" },
		"comma after each value":    func(s string) string { return strings.NewReplacer("]", ",]", "}", ",}").Replace(s) },
		"comma before each value":   func(s string) string { return strings.NewReplacer("[", "[,", "{", "{,").Replace(s) },
		"two commas":                func(s string) string { return strings.ReplaceAll(s, ",", " , ,\n") },
		"no commas between rows":    func(s string) string { return strings.ReplaceAll(s, "},{", "}{") },
		"all of it":                 func(s string) string { return "\xef\xbb\xbf" + strings.ReplaceAll(s, "}", ",}") + "\x00" },
		"errcode as a decimal":      func(s string) string { return `{"errcode":0.0,` + s[1:] },
		"control character in keys": func(s string) string { return "{\"no\tte\":\"\x01\"," + s[1:] },
	} {
		all = append(all, oddity{name: name, alter: alter})
	}
	tested := map[string]bool{}
	for _, of := range oddRows {
		tested[of.series] = true
		s := statistic(t, of.series)
		day := mustDay(t, "20170617")
		if s.Period == PeriodMonth {
			day = mustDay(t, "20170630")
		}
		w := s.Window(day)
		alone, err := s.Decode(fmt.Appendf(nil, of.answer, of.good), w)
		if err != nil || alone.Empty() {
			t.Fatal(of.series, err)
		}
		for _, odd := range all {
			value := odd.value
			if !strings.HasPrefix(odd.name, "value") {
				value = "7"
			}
			text := fmt.Sprintf(of.answer, of.good+","+fmt.Sprintf(of.odd, odd.text, value)+","+strings.ReplaceAll(of.good, "good", "fine"))
			if odd.alter != nil {
				text = odd.alter(text)
			}
			sent := strings.Clone(text)
			a, err := s.Decode([]byte(text), w)
			if err != nil {
				t.Errorf("%s, %s: %v\n%q", of.series, odd.name, err, text)
				continue
			}
			if missing := missing(alone.Numbers, a.Numbers); missing != "" || a.Rejected > 1 || string(a.Bytes) != sent {
				t.Errorf("%s, %s: lost %s, %d rejected: %q", of.series, odd.name, missing, a.Rejected, text)
			}
		}
	}
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			if s.Endpoint != EndpointUserPortrait && !tested[s.Series()] {
				t.Errorf("add rows of %s", s.Series())
			}
		}
	}
}

// missing describes the numbers of an answer that another does not have.
func missing(want, have Numbers) string {
	var lost []string
	contains := func(all, element any) {
		list := reflect.ValueOf(all)
		for i := range list.Len() {
			if reflect.DeepEqual(list.Index(i).Interface(), element) {
				return
			}
		}
		lost = append(lost, fmt.Sprint(element))
	}
	switch want := want.(type) {
	case Portrait:
		for breakdown, rows := range want {
			for _, row := range rows {
				contains(have.(Portrait)[breakdown], row)
			}
		}
	case Pages:
		for _, page := range want {
			contains(have, page)
		}
	case AdIncome:
		for _, slot := range want {
			contains(have, slot)
		}
	case Distribution:
		for _, c := range want.Depths {
			if c.Key == 1 && !hasKey(have.(Distribution).Depths, c.Key) {
				lost = append(lost, fmt.Sprint(c))
			}
		}
	case Retention:
		for _, c := range want.Active {
			if !hasKey(have.(Retention).Active, c.Key) {
				lost = append(lost, fmt.Sprint(c))
			}
		}
	default:
		if !reflect.DeepEqual(want, have) {
			lost = append(lost, fmt.Sprintf("%+v for %+v", have, want))
		}
	}
	return strings.Join(lost, ", ")
}

func hasKey(list []KeyCount, key int64) bool {
	for _, c := range list {
		if c.Key == key {
			return true
		}
	}
	return false
}

// A name with a control character is the name, whether or not that was escaped.
func TestControlCharactersInNames(t *testing.T) {
	for _, spelled := range []string{"OPPO\tR9", `OPPO\tR9`, `OPPO\u0009R9`} {
		a, err := decode(t, "7d", "20170617", `{"visit_uv":{"devices":[{"name":"`+spelled+`","value":61}]}}`)
		if err != nil || a.Rejected != 0 {
			t.Fatal(err)
		}
		if rows := a.Numbers.(Portrait)[Breakdown{VisitUV, Device}]; len(rows) != 1 || rows[0] != (Row{"OPPO\tR9", 61}) {
			t.Errorf("%q: got %v", spelled, rows)
		}
	}
}

// Errors are understood, however they are written.
func TestOddErrors(t *testing.T) {
	for _, test := range []struct{ answer, want string }{
		{"{\"errcode\":45009,\"errmsg\":\"a\tb\"}", "45009 quota a b"},
		{"{\"errcode\":45009,\"errmsg\":\"a\x00\x1fb\"}\x00", "45009 quota a  b"},
		{"\xef\xbb\xbf{\"errcode\":45009,\"errmsg\":\"a\"}", "45009 quota a"},
		{`{"errcode":40001.0,"errmsg":"a",}`, "40001 token a"},
		{`{"errcode":"40001.0","errmsg":"a"}`, "40001 token a"},
		{`{"errcode":4.0001e4,"errmsg":"a"}`, "40001 token a"},
		{`{"errcode":-1.0,"errmsg":"\q"}`, "-1 busy \uFFFD"},
		{`{"errcode":40001.5,"errmsg":"a"}`, "decode decode"},
		{`{"errcode":NaN,"errmsg":"a"}`, "decode decode"},
		{`{"errcode":1e300,"errmsg":"a"}`, "decode decode"},
	} {
		for _, series := range []string{"7d", EndpointDailySummary, EndpointVisitPage} {
			_, err := decode(t, series, "20170617", test.answer)
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("%q: got %v", test.answer, err)
			}
			got := e.Code + " " + string(e.Reason)
			if e.Reason != ReasonDecode {
				got += " " + e.Message
			}
			if got != test.want {
				t.Errorf("%s: %q: got %q, want %q", series, test.answer, got, test.want)
			}
		}
	}
}

// What is no JSON says where it stops being any.
func TestNoJSON(t *testing.T) {
	row := `{"visit_uv":{"city":[{"name":"a","value":1},`
	for _, test := range []struct{ answer, says string }{
		{row, "unexpected end of JSON input"},
		{row + `{"na`, "unexpected end of JSON input"},
		{row + `{"name":"\`, "unexpected end of JSON input"},
		{row + `{"name"`, "unexpected end of JSON input"},
		{row + `{"name":`, "unexpected end of JSON input"},
		{row + `{"name":"b","value":"`, "unexpected end of JSON input"},
		{row + "\x00", "unexpected end of JSON input"},
		{row + `{"name";"b"}]}}`, "invalid character ';' after object key"},
		{row + `{name:"b"}]}}`, "invalid character 'n' looking for beginning of object key string"},
		{row + `;]}}`, "invalid character ';' looking for beginning of value"},
		{row + `}]}`, "invalid character '}' looking for beginning of value"},
		{row + `{"name":]}}`, "invalid character ']' looking for beginning of value"},
		{row + "\x00]}}", `invalid character '\x00' looking for beginning of value`},
		{row + `]}}岁`, "invalid character '岁' after top-level value"},
		{`{"visit_uv":` + strings.Repeat("[", 1<<20), "objects and lists are nested more than 100 deep"},
		{`{"visit_uv":` + strings.Repeat(`{"a":`, 1<<20), "objects and lists are nested more than 100 deep"},
		{`{"other":` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`, "objects and lists are nested more than 100 deep"},
		{`<html>`, "invalid character '<' looking for beginning of value"},
		{"\xff", `invalid character '�' looking for beginning of value`},
	} {
		_, err := decode(t, "7d", "20170617", test.answer)
		if err == nil || !strings.Contains(err.Error(), "the answer is not JSON ("+test.says+")") {
			t.Errorf("%.80q: got %v, want %q", test.answer, err, test.says)
		}
	}
}

// An answer that is cut anywhere is no JSON, also where numbers are strings.
func TestCutAnswers(t *testing.T) {
	for series, answer := range map[string]string{
		"7d":                    `{"ref_date":"20170617","visit_uv":{"city":[{"id":1,"name":"\u5e7f","value":"1"},{"name":"b","access_source_visit_uv":"2"}]},"visit_uv_new":{"ages":[]}}`,
		EndpointDailyVisitTrend: `{"list":[{"ref_date":"20170617","session_cnt":"142549","visit_uv":1,"visit_depth":"1.98"}]}`,
		EndpointDailyRetention:  `{"ref_date":"20170617","visit_uv_new":[{"key":"0","value":"5464"}],"visit_uv":[{"key":0,"value":55500}]}`,
		EndpointVisitPage:       `{"ref_date":"20170617","list":[{"page_path":"a\"b","page_visit_pv":"213429","page_staytime_pv":"8.1"}]}`,
		EndpointAdIncome:        `{"base_resp":{"err_msg":"ok","ret":"0"},"list":[{"ad_slot":"a","date":"2017-06-17","income":"1"}],"total_num":"1"}`,
	} {
		if _, err := decode(t, series, "20170617", answer); err != nil {
			t.Errorf("%s: %v", series, err)
		}
		for n := 1; n < len(answer); n++ {
			if _, err := decode(t, series, "20170617", answer[:n]); ReasonOf(err) != ReasonDecode || !strings.Contains(err.Error(), "not JSON") {
				t.Errorf("%s: %s: %v", series, answer[:n], err)
			}
		}
	}
}
