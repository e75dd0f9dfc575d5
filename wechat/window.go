package wechat

import (
	"fmt"
	"time"
)

// Range is the length of a window in days. WeChat answers for three lengths only
// and refuses every other one with errcode 61501 (documented).
type Range int

// The ranges of the user portrait.
const (
	Range1Day   Range = 1
	Range7Days  Range = 7
	Range30Days Range = 30
)

// PortraitRanges returns the ranges of the user portrait, the shortest first.
func PortraitRanges() []Range { return []Range{Range1Day, Range7Days, Range30Days} }

// ParseRange parses a range as String writes it: 1d, 7d or 30d.
func ParseRange(s string) (Range, error) {
	for _, r := range PortraitRanges() {
		if s == r.String() {
			return r, nil
		}
	}
	return 0, fmt.Errorf("%q is not a range; ranges are 1d, 7d and 30d", s)
}

// String returns the range as the number of its days and the letter d, as in 7d.
func (r Range) String() string { return fmt.Sprintf("%dd", int(r)) }

// MarshalText returns the range as String does.
func (r Range) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText parses a range as ParseRange does.
func (r *Range) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRange(string(text))
	return err
}

// Window is the span of whole days that a portrait is for. WeChat answers for
// windows that end yesterday or the day before, nothing else (reported).
type Window struct {
	// End is the last day of the window, itself included.
	End Day `json:"end"`
	// Range is the number of days in the window.
	Range Range `json:"range"`
}

// FirstDay returns the first day of the window. It equals End for Range1Day.
func (w Window) FirstDay() Day { return w.End.Add(1 - int(w.Range)) }

// BeginTime returns 00:00 in Asia/Shanghai of the window's first day.
func (w Window) BeginTime() time.Time { return w.FirstDay().Begin() }

// EndTime returns 24:00 in Asia/Shanghai of the window's last day.
func (w Window) EndTime() time.Time { return w.End.Add(1).Begin() }

// String returns the first and last day of the window, as in 20170611-20170617,
// or its only day.
func (w Window) String() string {
	if w.Range == Range1Day {
		return w.End.String()
	}
	return w.FirstDay().String() + "-" + w.End.String()
}
