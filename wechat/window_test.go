package wechat

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDays(t *testing.T) {
	// 16:00 UTC is midnight in Shanghai.
	midnight := time.Date(2024, 2, 28, 16, 0, 0, 0, time.UTC)
	if before, after := DayOf(midnight.Add(-1)), DayOf(midnight); before.String() != "20240228" || after.String() != "20240229" {
		t.Errorf("got %s and %s", before, after)
	}
	leap := mustDay(t, "20240229")
	if !leap.Begin().Equal(midnight) || !leap.At(25*time.Hour).Equal(midnight.Add(25*time.Hour)) {
		t.Errorf("got %s and %s", leap.Begin(), leap.At(25*time.Hour))
	}
	if got := leap.Add(1).String() + " " + leap.Add(-60).String(); got != "20240301 20231231" {
		t.Errorf("got %s", got)
	}
	if got := InShanghai(midnight).Format(time.RFC3339); got != "2024-02-29T00:00:00+08:00" {
		t.Errorf("got %s", got)
	}
	if (Day{}).IsZero() == leap.IsZero() {
		t.Error("IsZero does not tell the zero Day from others")
	}
	for _, text := range []string{"", "2017-06-11", "20170631", "2017061", "201706111"} {
		if day, err := ParseDay(text); err == nil {
			t.Errorf("%q was parsed as %s", text, day)
		}
	}
}

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

func TestCovers(t *testing.T) {
	day, week := Window{mustDay(t, "20170617"), Range1Day}, week(t)
	for _, test := range []struct {
		refDate string
		window  Window
		want    bool
	}{
		{"20170617", day, true},
		{"2017-06-17", day, true},
		{"20170617-20170617", day, true},
		{"20170616", day, false},
		{"20170611-20170617", week, true},
		{"2017-06-11-2017-06-17", week, true},
		{"20170611", week, true},
		{"20170617", week, true},
		{"20170614", week, false},
		{"20170610-20170616", week, false},
		{"20170617-20170611", week, false},
		{"", week, false},
		{"-", day, false},
	} {
		if got := (&Portrait{RefDate: test.refDate}).Covers(test.window); got != test.want {
			t.Errorf("%q for %s: got %t", test.refDate, test.window, got)
		}
	}
}

func TestSecretsPrintAsSecrets(t *testing.T) {
	for secret, want := range map[Secret]string{"": "", "x": "[secret]"} {
		text, err := json.Marshal(secret)
		if got := fmt.Sprintf("%v %s %q %x %#v", secret, secret.String(), secret, secret, secret); err != nil ||
			got != strings.TrimPrefix(strings.Repeat(" "+want, 5), " ") || string(text) != `"`+want+`"` {
			t.Errorf("got %s and %s, %v", got, text, err)
		}
	}
}
