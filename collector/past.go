package collector

import (
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// PastDays is how many days the Past of an app goes back.
const PastDays = 60

// Totals are the users of all names of a window.
type Totals struct {
	// End is the last day of the window.
	End wechat.Day
	// Users came in the window, NewUsers came for the first time.
	Users, NewUsers int64
}

// Past holds the totals of the windows of the newest PastDays days, by range and the
// earliest first. Days that are not known are absent. A Past is never changed; the nil
// Past is empty.
type Past map[wechat.Range][]Totals

// With returns the Past with the totals of more windows of a range. They replace those of
// the same windows.
func (p Past) With(length wechat.Range, more ...Totals) Past {
	if len(more) == 0 {
		return p
	}
	merged := slices.Clone(p[length])
	for _, totals := range more {
		i, found := slices.BinarySearchFunc(merged, totals.End, endsBefore)
		if found {
			merged[i] = totals
		} else {
			merged = slices.Insert(merged, i, totals)
		}
	}
	first, _ := slices.BinarySearchFunc(merged, merged[len(merged)-1].End.Add(1-PastDays), endsBefore)
	result := Past{}
	for other, totals := range p {
		result[other] = totals
	}
	result[length] = slices.Clip(slices.Clone(merged[first:]))
	return result
}

// Merge returns the Past with all totals of a newer one, which replace its own.
func (p Past) Merge(newer Past) Past {
	for length, totals := range newer {
		p = p.With(length, totals...)
	}
	return p
}

// At returns the totals of a window, or false if they are not known.
func (p Past) At(w wechat.Window) (Totals, bool) {
	if i, found := slices.BinarySearchFunc(p[w.Range], w.End, endsBefore); found {
		return p[w.Range][i], true
	}
	return Totals{}, false
}

func endsBefore(t Totals, end wechat.Day) int { return t.End.Compare(end) }

// TotalsOf returns the totals of a portrait whose window ends on a day. WeChat gives no
// totals. Every user has a gender, be it unknown, so the genders are added up, as the
// recording rules do; without genders it is another dimension.
func TotalsOf(p wechat.Portrait, end wechat.Day) Totals {
	sum := func(metric wechat.Metric) (total int64) {
		for _, dimension := range totalled() {
			rows := p[wechat.Breakdown{Metric: metric, Dimension: dimension}]
			for _, row := range rows {
				total += row.Users
			}
			if len(rows) > 0 {
				break
			}
		}
		return total
	}
	return Totals{End: end, Users: sum(wechat.VisitUV), NewUsers: sum(wechat.VisitUVNew)}
}

// totalled returns the dimensions whose rows make a total, the best first.
func totalled() []wechat.Dimension {
	return []wechat.Dimension{wechat.Gender, wechat.Platform, wechat.Age, wechat.Province, wechat.City, wechat.Device}
}

// Total returns the users of all names of a portrait, and false if there are none.
func (n Numbers) Total(metric wechat.Metric) (total int64, ok bool) {
	for _, dimension := range totalled() {
		rows, _ := n.List(wechat.Breakdown{Metric: metric, Dimension: dimension})
		for _, row := range rows {
			total += row.Users
		}
		if len(rows) > 0 {
			return total, true
		}
	}
	return 0, false
}
