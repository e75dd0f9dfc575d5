package wechat

import (
	"cmp"
	"fmt"
	"time"
)

// shanghai is the zone of WeChat's days (inferred; all reports fit). China has
// kept UTC+8 without daylight saving time since 1991, and a fixed zone works in
// images that carry no zone data.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// InShanghai returns t with the location that WeChat's days are in.
func InShanghai(t time.Time) time.Time { return t.In(shanghai) }

// dayLayout is WeChat's form of a date: yyyymmdd (documented and reported).
const dayLayout = "20060102"

// Day is a calendar day in Asia/Shanghai. Days are comparable with ==; the zero
// Day is not a day.
type Day struct {
	year  int
	month time.Month
	day   int
}

// DayOf returns the day in Asia/Shanghai in which t lies.
func DayOf(t time.Time) Day {
	year, month, day := t.In(shanghai).Date()
	return Day{year, month, day}
}

// ParseDay parses a day of the form yyyymmdd.
func ParseDay(s string) (Day, error) {
	t, err := time.ParseInLocation(dayLayout, s, shanghai)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day of the form yyyymmdd", s)
	}
	return DayOf(t), nil
}

// Begin returns the first moment of the day: 00:00 in Asia/Shanghai.
func (d Day) Begin() time.Time { return d.At(0) }

// At returns the moment of the day at which the clock in Asia/Shanghai shows
// sinceMidnight. Values of 24 h and more lie in later days.
func (d Day) At(sinceMidnight time.Duration) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, shanghai).Add(sinceMidnight)
}

// Add returns the day n days later, or earlier when n is negative.
func (d Day) Add(n int) Day {
	return DayOf(time.Date(d.year, d.month, d.day+n, 0, 0, 0, 0, shanghai))
}

// Compare returns -1 if d is before other, 0 if it is the same day, and +1 if it is after it.
func (d Day) Compare(other Day) int {
	return cmp.Or(cmp.Compare(d.year, other.year), cmp.Compare(d.month, other.month), cmp.Compare(d.day, other.day))
}

// Before reports whether d is before other.
func (d Day) Before(other Day) bool { return d.Compare(other) < 0 }

// After reports whether d is after other.
func (d Day) After(other Day) bool { return d.Compare(other) > 0 }

// Sub returns how many days d is after other; negative if it is before it.
func (d Day) Sub(other Day) int { return int(d.Begin().Sub(other.Begin()) / (24 * time.Hour)) }

// IsZero reports whether d is the zero Day.
func (d Day) IsZero() bool { return d == Day{} }

// String returns the day in the form yyyymmdd.
func (d Day) String() string { return d.Begin().Format(dayLayout) }

// DateOnly returns the day in the form that people read, yyyy-mm-dd.
func (d Day) DateOnly() string { return d.Begin().Format(time.DateOnly) }

// MarshalText returns the day in the form yyyymmdd.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText parses a day of the form yyyymmdd.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}
