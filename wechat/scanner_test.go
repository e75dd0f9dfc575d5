package wechat

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// sameAsEncodingJSON fails if encoding/json reads another value than the scanner, or if the
// portrait in it has other rows.
func sameAsEncodingJSON(t *testing.T, answer []byte) {
	t.Helper()
	top, other, wrong := topLevel(answer, nil)
	if strings.Contains(wrong, "nested") {
		return // encoding/json goes deeper
	}
	var want any
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	if !json.Valid(answer) || decoder.Decode(&want) != nil {
		return
	}
	if wrong != "" {
		t.Fatalf("valid JSON is refused: %s", wrong)
	}
	if other == nil {
		other = bytes.TrimLeft(answer, " \t\r\n")
	}
	if got := tree(other); !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v, want %#v", got, want)
	}
	if _, isObject := want.(map[string]any); isObject {
		samePortrait(t, answer, top)
	}
}

// tree returns a value as encoding/json does.
func tree(value []byte) any {
	switch value[0] {
	case '{':
		all := map[string]any{}
		for _, m := range membersOf(value) {
			all[string([]rune(string(m.key)))] = tree(m.value)
		}
		return all
	case '[':
		all := []any{}
		s := scanner{text: value}
		for s.enter(); s.more(']'); {
			all = append(all, tree(s.value()))
		}
		return all
	case '"':
		return lenientText(value)
	}
	switch string(value) {
	case "null":
		return nil
	case "true", "false":
		return string(value) == "true"
	}
	return json.Number(value)
}

// samePortrait fails if the rows of a portrait are not those that encoding/json finds.
func samePortrait(t *testing.T, answer []byte, top object) {
	a, err := statistic(t, "7d").Decode(answer, week(t))
	if err != nil {
		return
	}
	want := Portrait{}
	rejected, merged := 0, 0
	for _, metric := range Metrics() {
		var lists map[string]json.RawMessage
		if value := top.get(string(metric)); !isNull(value) && json.Unmarshal(value, &lists) != nil {
			t.Fatalf("%s is no object", metric)
		}
		for _, key := range []string{"province", "city", "genders", "platforms", misspelledPlatforms, "devices", "ages"} {
			dimension, _ := dimensionOf(key)
			if key == misspelledPlatforms && want[Breakdown{metric, Platform}] != nil {
				continue
			}
			rows, left, again := rowsByEncodingJSON(lists[key])
			if rejected, merged = rejected+left, merged+again; len(rows) > 0 {
				want[Breakdown{metric, dimension}] = rows
			}
		}
	}
	if !reflect.DeepEqual(a.Numbers, want) || a.Rejected != rejected || a.Merged != merged {
		t.Fatalf("got %v, %d rejected, %d merged, want %v, %d, %d", a.Numbers, a.Rejected, a.Merged, want, rejected, merged)
	}
}

func rowsByEncodingJSON(list json.RawMessage) (rows []Row, rejected, merged int) {
	if isNull(list) {
		return nil, 0, 0
	}
	var all []json.RawMessage
	if json.Unmarshal(list, &all) != nil {
		return nil, 1, 0
	}
	places := map[string]int{}
	for _, text := range all {
		var row map[string]json.RawMessage
		if json.Unmarshal(text, &row) != nil || row == nil {
			rejected++
			continue
		}
		value := row["value"]
		if isNull(value) {
			value = row["access_source_visit_uv"]
		}
		users, usable := count(value)
		name, valid := nameText(row["name"], 256)
		place, again := places[name]
		switch {
		case !usable || !valid || again && rows[place].Users+users > maxCount:
			rejected++
		case again:
			rows[place].Users += users
			merged++
		default:
			places[name] = len(rows)
			rows = append(rows, Row{name, users})
		}
	}
	return rows, rejected, merged
}

// The scanner reads valid JSON as encoding/json does, and ends on everything else: no
// beginning of an answer is an answer, and no change of a byte makes it panic.
func TestScanner(t *testing.T) {
	for _, text := range []string{
		`{"a\u0062":[1,-2.5e+3,"x\ty\ud83d\ude00\ud800",true,false,null,{},[],{"a":{"b":[[]]}}],"a":1 , "a" : 2 }`,
		`{"visit_uv":{"city":[{"name":"a","value":1},{"name":"\u5e7f","value":"2"}]},"errcode":0,"ref_date":"20170617"}`,
	} {
		sameAsEncodingJSON(t, []byte(text))
		for n := range len(strings.TrimSpace(text)) {
			if _, _, wrong := topLevel([]byte(text[:n]), nil); wrong == "" {
				t.Errorf("%q is taken for an answer", text[:n])
			}
			for _, c := range []byte("\x00\t\",:{}[]\\a0-\xff") {
				changed := []byte(text)
				changed[n] = c
				sameAsEncodingJSON(t, changed)
				_, _ = statistic(t, "7d").Decode(changed, week(t))
			}
		}
	}
}
