package wechat

import (
	"cmp"
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
	days := []Day{{}, mustDay(t, "20231231"), mustDay(t, "20240101"), mustDay(t, "20240131"), leap, mustDay(t, "20250101")}
	for i, day := range days {
		for j, other := range days {
			if got, want := day.Compare(other), cmp.Compare(i, j); got != want {
				t.Errorf("%s against %s: %d, want %d", day, other, got, want)
			}
			if day.Before(other) != (i < j) || day.After(other) != (i > j) {
				t.Errorf("%s against %s: before %t, after %t", day, other, day.Before(other), day.After(other))
			}
		}
	}
	for _, days := range []int{0, 1, -1, 29, -60, 365, 366, 7000, -40000} {
		if got := leap.Add(days).Sub(leap); got != days {
			t.Errorf("%d days after %s are %d days", days, leap, got)
		}
	}
	for _, text := range []string{"", "2017-06-11", "20170631", "2017061", "201706111"} {
		if day, err := ParseDay(text); err == nil {
			t.Errorf("%q was parsed as %s", text, day)
		}
	}
}
