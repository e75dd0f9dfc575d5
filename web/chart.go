package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// chart is a line of the totals of the last 60 days. Days that are not known are gaps.
type chart struct {
	Lines       []chartLine
	Horizontal  []tick
	Vertical    []tick
	Days        int // that are known
	First, Last string
	Summary     string
}

// chartLine is the line of one metric.
type chartLine struct {
	Class string
	Path  string
	Dots  []dot // days whose neighbors are not known
}

type dot struct{ X, Y string }

// tick is a value at an axis.
type tick struct{ At, Text string }

// The plot inside the picture, in units of the picture.
const (
	plotLeft, plotRight = 56.0, 728.0
	plotTop, plotBottom = 12.0, 188.0
)

func newChart(past []collector.Totals, end wechat.Day, language text.Language) chart {
	c := chart{Days: len(past)}
	if len(past) == 0 {
		return c
	}
	first := end.Add(1 - collector.PastDays)
	var most, low, high int64
	low = math.MaxInt64
	for _, totals := range past {
		most = max(most, totals.Users, totals.NewUsers)
		low, high = min(low, totals.Users), max(high, totals.Users)
	}
	step := tickStep(most)
	top := max(step, (most+step-1)/step*step)
	x := func(day wechat.Day) float64 {
		return plotLeft + float64(day.Sub(first))/float64(collector.PastDays-1)*(plotRight-plotLeft)
	}
	y := func(users int64) float64 {
		return plotBottom - float64(users)/float64(top)*(plotBottom-plotTop)
	}
	for value := int64(0); value <= top; value += step {
		c.Horizontal = append(c.Horizontal, tick{coordinate(y(value)), short(value, language)})
	}
	for ago := collector.PastDays - 4; ago >= 0; ago -= 14 {
		day := end.Add(-ago)
		c.Vertical = append(c.Vertical, tick{coordinate(x(day)), day.DateOnly()[5:]})
	}
	line := func(class string, users func(collector.Totals) int64) chartLine {
		l := chartLine{Class: class}
		var path strings.Builder
		for i, totals := range past {
			if totals.End.Before(first) {
				continue
			}
			after := i > 0 && past[i-1].End == totals.End.Add(-1)
			before := i+1 < len(past) && past[i+1].End == totals.End.Add(1)
			px, py := coordinate(x(totals.End)), coordinate(y(users(totals)))
			if !after && !before {
				l.Dots = append(l.Dots, dot{px, py})
				continue
			}
			command := "L"
			if !after {
				command = "M"
			}
			path.WriteString(command + px + " " + py)
		}
		l.Path = path.String()
		return l
	}
	c.Lines = []chartLine{
		line("users", func(t collector.Totals) int64 { return t.Users }),
		line("new", func(t collector.Totals) int64 { return t.NewUsers }),
	}
	c.First, c.Last = past[0].End.DateOnly(), past[len(past)-1].End.DateOnly()
	c.Summary = language.Say(
		"Users from %s to %s: between %s and %s; %d of %d days are known.",
		"%s 至 %s 的用户数：最少 %s，最多 %s；%[6]d 天中有 %[5]d 天数据。",
		c.First, c.Last, text.Grouped(low), text.Grouped(high), len(past), collector.PastDays,
	)
	return c
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
