package wechat

import (
	"encoding/json"
	"testing"
	"time"
)

func TestWindows(t *testing.T) {
	for _, test := range []struct{ text, json, begin string }{
		{"20170617", `{"end":"20170617","range":"1d"}`, "2017-06-17T00:00:00+08:00"},
		{"20170611-20170617", `{"end":"20170617","range":"7d"}`, "2017-06-11T00:00:00+08:00"},
		{"20170519-20170617", `{"end":"20170617","range":"30d"}`, "2017-05-19T00:00:00+08:00"},
	} {
		var w Window
		if err := json.Unmarshal([]byte(test.json), &w); err != nil {
			t.Fatal(err)
		}
		if w.String() != test.text || w.BeginTime().Format(time.RFC3339) != test.begin || w.EndTime().Format(time.RFC3339) != "2017-06-18T00:00:00+08:00" {
			t.Errorf("%s: got %s from %s to %s", test.json, w, w.BeginTime(), w.EndTime())
		}
		if text, err := json.Marshal(w); err != nil || string(text) != test.json {
			t.Errorf("got %s, %v, want %s", text, err, test.json)
		}
	}
	for _, text := range []string{"", "7", "2d", "7D"} {
		if r, err := ParseRange(text); err == nil {
			t.Errorf("%q was parsed as %s", text, r)
		}
	}
}
