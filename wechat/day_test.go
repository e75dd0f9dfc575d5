package wechat

import (
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
	if got := leap.DateOnly(); got != "2024-02-29" {
		t.Errorf("people read %s", got)
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
