package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// chart is a line of the totals of the last 60 days. Days that are not known are gaps.
type chart struct {
	Title      string
	Lines      []chartLine
	Horizontal []tick
	Vertical   []tick
	Days       []chartDay
	Summary    string
}

// chartLine is the line of one metric.
type chartLine struct{ Class, Name, Path string }

// chartDay is where the numbers of a day are told.
type chartDay struct{ X, Width, Title string }

// tick is a value at an axis.
type tick struct{ At, Text string }

// The plot inside the picture, in units of the picture.
const (
	plotLeft, plotRight = 70.0, 726.0
	plotTop, plotBottom = 12.0, 188.0
)

// A chart has no line before some days are known, and is never stretched to fewer days than two
// weeks.
const (
	fewestDays  = 3
	leastOfAxis = 14
)

func newChart(past []collector.Totals, w wechat.Window, language text.Language) chart {
	c := chart{Title: chartTitle(w.Range, language), Summary: summaryOf(past, language)}
	if len(past) < fewestDays {
		return c
	}
	days := min(collector.PastDays, max(leastOfAxis, w.End.Sub(past[0].End)+1))
	first := w.End.Add(1 - days)
	past = from(past, first)
	before := weekBefore(past, w.End)
	var most int64
	for _, totals := range slices.Concat(past, before) {
		most = max(most, totals.Users, totals.NewUsers)
	}
	step := tickStep(most)
	top := max(step, (most+step-1)/step*step)
	wide := (plotRight - plotLeft) / float64(days-1)
	x := func(day wechat.Day) float64 { return plotLeft + float64(day.Sub(first))*wide }
	y := func(users int64) float64 {
		return plotBottom - float64(users)/float64(top)*(plotBottom-plotTop)
	}
	for value := int64(0); value <= top; value += step {
		c.Horizontal = append(c.Horizontal, tick{coordinate(y(value)), short(value, language)})
	}
	every := max(7, (days-1)/4/7*7)
	for ago := (days - 1) / every * every; ago >= 0; ago -= every {
		day := w.End.Add(-ago)
		c.Vertical = append(c.Vertical, tick{coordinate(x(day)), day.DateOnly()[5:]})
	}
	line := func(class, name string, of []collector.Totals, users func(collector.Totals) int64) {
		if len(of) > 0 {
			c.Lines = append(c.Lines, chartLine{class, name, linePath(of,
				func(t collector.Totals) float64 { return x(t.End) },
				func(t collector.Totals) float64 { return y(users(t)) })})
		}
	}
	users := func(t collector.Totals) int64 { return t.Users }
	line("before", language.Say("users a week earlier", "一周前的用户"), before, users)
	line("new", language.Say("new users", "新增用户"), past, func(t collector.Totals) int64 { return t.NewUsers })
	line("users", language.Say("users", "用户"), past, users)
	for _, totals := range past {
		c.Days = append(c.Days, chartDay{coordinate(x(totals.End) - wide/2), coordinate(wide), dayTitle(totals, before, language)})
	}
	return c
}

// chartTitle says what each point is about.
func chartTitle(length wechat.Range, language text.Language) string {
	if length == wechat.Range1Day {
		return language.Say("Users of each day", "每日用户数")
	}
	return language.Say("Users of the %d days up to each day", "每日近 %d 天用户数", int(length))
}

// weekBefore returns the totals of a week before each day, as of that day.
func weekBefore(past []collector.Totals, end wechat.Day) []collector.Totals {
	var before []collector.Totals
	for _, totals := range past {
		if totals.End = totals.End.Add(7); !totals.End.After(end) {
			before = append(before, totals)
		}
	}
	return before
}

func dayTitle(totals collector.Totals, before []collector.Totals, language text.Language) string {
	title := weekday(totals.End, language) + " " + totals.End.DateOnly() + language.Say(": %s users, %s new", "：%s 位用户，其中新增 %s",
		text.Grouped(totals.Users), text.Grouped(totals.NewUsers))
	for _, earlier := range before {
		if earlier.End == totals.End {
			title += language.Say("; a week earlier %s", "；一周前 %s", text.Grouped(earlier.Users))
		}
	}
	return title
}

// summaryOf says in words what a chart shows, and all of it as long as there is no line.
func summaryOf(past []collector.Totals, language text.Language) string {
	if len(past) == 0 {
		return language.Say("No day is known yet.", "尚无任何一天的数据。")
	}
	if len(past) < fewestDays {
		var days []string
		for _, totals := range past {
			days = append(days, totals.End.DateOnly()+language.Say(": %s users, %s new", "：%s 位用户，其中新增 %s", text.Grouped(totals.Users), text.Grouped(totals.NewUsers)))
		}
		return strings.Join(days, language.Say("; ", "；")) + language.Say(". A line appears here after three days.", "。有三天的数据后显示曲线。")
	}
	low, high := extremes(past)
	between := language.Say("between %s and %s", "最少 %s，最多 %s", text.Grouped(low), text.Grouped(high))
	if low == high {
		between = text.Grouped(low)
	}
	first, last := past[0].End, past[len(past)-1].End
	summary := language.Say("%s to %s: %s.", "%s 至 %s：%s。", first.DateOnly(), last.DateOnly(), between)
	if missing := last.Sub(first) + 1 - len(past); missing > 0 {
		summary += language.Say(" %[1]s missing.", "缺少 %[2]d 天。", text.Plural(missing, "day"), missing)
	}
	return summary
}

// short returns a number of few digits.
func short(n int64, language text.Language) string {
	units := []struct {
		one  int64
		name string
	}{{1_000_000_000, "G"}, {1_000_000, "M"}, {1_000, "k"}}
	if language == text.Chinese {
		units[0].one, units[0].name = 100_000_000, "亿"
		units[1].one, units[1].name = 10_000, "万"
		units = units[:2]
	}
	for _, unit := range units {
		if n >= unit.one {
			return strconv.FormatFloat(float64(n)/float64(unit.one), 'g', 4, 64) + unit.name
		}
	}
	return text.Grouped(n)
}

// tickStep returns a round distance of at most four lines up to a number.
func tickStep(most int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, step := range []int64{unit, 2 * unit, 5 * unit} {
			if step*4 >= most || step > math.MaxInt64/100 {
				return step
			}
		}
	}
}

func coordinate(f float64) string { return fmt.Sprintf("%.1f", f) }
