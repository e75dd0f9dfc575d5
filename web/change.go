package web

import (
	"fmt"
	"math"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// change is a change against the week before. Without a text there is nothing to compare with
// yet.
type change struct {
	Class string
	Text  string // ▲ +3.5%
	Since string // from a week earlier
}

// changeOf returns the change of a number of a window against that of a week earlier.
func changeOf(past collector.Past, w wechat.Window, users int64, of func(collector.Totals) int64, language text.Language) change {
	week := wechat.Window{End: w.End.Add(-7), Range: w.Range}
	before, known := past.At(week)
	if !known && (len(past[w.Range]) == 0 || past[w.Range][0].End.After(week.End)) {
		return change{}
	}
	return newChange(users, of(before), known, language)
}

// newChange returns the change of a number against that of a week earlier. Small changes
// have no color, unknown ones neither.
func newChange(now, before int64, known bool, language text.Language) change {
	switch {
	case !known:
		return change{Text: language.Say("a week earlier: unknown", "一周前：未知")}
	case before == 0:
		return change{Text: language.Say("a week earlier: none", "一周前：无")}
	}
	ratio := float64(now-before) / float64(before) * 100
	c := change{Since: language.Say("from a week earlier", "较一周前")}
	remarkable := math.Abs(float64(now-before)) >= chance(float64(before))
	switch {
	case ratio >= 0.05:
		c.Text = fmt.Sprintf("▲ +%.1f%%", ratio)
		if remarkable {
			c.Class = "up"
		}
	case ratio <= -0.05:
		c.Text = fmt.Sprintf("▼ −%.1f%%", -ratio)
		if remarkable {
			c.Class = "down"
		}
	default:
		c.Text = "±0.0%"
	}
	return c
}

func percent(part, whole int64) string {
	return fmt.Sprintf("%.1f%%", float64(part)/float64(max(1, whole))*100)
}
