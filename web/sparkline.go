package web

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// sparkline is a small line of the users of the last 30 days. Days that are not known are gaps.
type sparkline struct {
	Path    string // empty: too few days are known
	X, Y    string // of the last day
	Summary string
}

// The days of a sparkline, and its size in units of its own.
const (
	sparkDays                 = 30
	sparkWidth, sparkHeight   = 120.0, 30.0
	sparkPadding              = 3.0
	sparkSmallest, sparkAlone = 0.3, "h0" // a line without length is drawn as a dot
)

func newSparkline(past collector.Past, w wechat.Window, language text.Language) sparkline {
	first := w.End.Add(1 - sparkDays)
	known := from(past[w.Range], first)
	if len(known) < fewestDays {
		return sparkline{}
	}
	low, high := extremes(known)
	// Small changes of many users stay small.
	room := max(float64(high-low), float64(high)*sparkSmallest, 1)
	x := func(t collector.Totals) float64 {
		return sparkPadding + float64(t.End.Sub(first))/(sparkDays-1)*(sparkWidth-2*sparkPadding)
	}
	y := func(t collector.Totals) float64 {
		middle := float64(low+high) / 2
		return sparkHeight/2 - (float64(t.Users)-middle)/room*(sparkHeight-2*sparkPadding)
	}
	s := sparkline{Path: linePath(known, x, y)}
	last := known[len(known)-1]
	s.X, s.Y = coordinate(x(last)), coordinate(y(last))
	s.Summary = language.Say("Users of %d of the last %d days: between %s and %s", "最近 %[2]d 天中 %[1]d 天的用户数：%[3]s 至 %[4]s",
		len(known), sparkDays, text.Grouped(low), text.Grouped(high))
	if low == high {
		s.Summary = language.Say("Users of %d of the last %d days: %s", "最近 %[2]d 天中 %[1]d 天的用户数：%[3]s", len(known), sparkDays, text.Grouped(low))
	}
	return s
}

// from returns the totals of a day and those after it.
func from(past []collector.Totals, first wechat.Day) []collector.Totals {
	for len(past) > 0 && past[0].End.Before(first) {
		past = past[1:]
	}
	return past
}

// extremes returns the fewest and the most users.
func extremes(past []collector.Totals) (low, high int64) {
	low, high = past[0].Users, past[0].Users
	for _, totals := range past {
		low, high = min(low, totals.Users), max(high, totals.Users)
	}
	return low, high
}

// linePath draws totals as a line that breaks where days are missing.
func linePath(past []collector.Totals, x, y func(collector.Totals) float64) string {
	var line strings.Builder
	for i, totals := range past {
		joined := i > 0 && past[i-1].End == totals.End.Add(-1)
		command := "L"
		if !joined {
			command = "M"
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", command, x(totals), y(totals))
		if next := i + 1; !joined && (next == len(past) || past[next].End != totals.End.Add(1)) {
			line.WriteString(sparkAlone)
		}
	}
	return line.String()
}
