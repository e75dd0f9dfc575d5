package wechat

import (
	"testing"
)

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
