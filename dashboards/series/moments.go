package series

import (
	"fmt"
	"slices"
	"strings"
)

// Moment is when series are read.
type Moment struct {
	shown  bool   // what is shown at the moment, and not only a sample of the last minutes
	window string // the last value in it is read; empty: the value of the moment
	offset int    // in hours
	ahead  bool   // of the end of the step
	at     string
	day    bool // see OnDay
	back   int  // of a day: so many days before it; negative: after it
}

// Live is the moment at which a rule is evaluated. What an exporter does not show just then
// has no value.
func Live() Moment { return Moment{} }

// Now is the moment of a query at one time.
func Now() Moment { return Moment{shown: true} }

// lookback is how long a past value is still used: longer than the pause between two
// samples of a history with one sample a day.
const lookback = "26h"

// OverTime is each moment of a query over time. It reads up to the end of the step, so that
// the newest value is drawn at once and not at the next step.
func OverTime() Moment { return Moment{window: lookback, ahead: true} }

// InStep is OverTime for what is drawn only where there are samples: nothing is carried over a
// gap.
func InStep() Moment { return Moment{window: "$__interval", ahead: true} }

// End is the end of the time shown, in PromQL.
const End = "${__to:date:seconds}"

// AtEnd is the end of the time shown, for a query over time, whose last step may be a day
// before it.
func AtEnd() Moment { return Moment{shown: true, at: End} }

// Within is the last value of a time up to that moment.
func Within(window string) Moment { return Moment{window: window} }

// WeekBefore is Live a week before.
func WeekBefore() Moment { return Moment{offset: 7 * hoursOfDay} }

// hoursAgo is a moment of the past.
func hoursAgo(hours int) Moment { return Moment{window: lookback, offset: hours} }

// settled is the time before hoursToSettle of a day in which its numbers are those of the
// newest day, whenever they were published.
const settled = "16h"

// OnDay is for queries over time with steps of a day, which Grafana lays on the midnights
// of the board's time zone: each step shows the numbers of the day that begins then, or of
// the day so many weeks before.
func OnDay(weeks int) Moment { return Moment{window: settled, day: true, back: 7 * weeks} }

// DaysAfter is OnDay for what is known of a day only so many days later.
func DaysAfter(days int) Moment { return Moment{window: settled, day: true, back: -days} }

// OfDay says whether the moment is that of a day.
func (m Moment) OfDay() bool { return m.day }

// read reads a selector at the moment.
func (m Moment) read(selector string) string {
	if m.window != "" {
		selector += "[" + m.window + "]"
	}
	if m.at != "" {
		selector += " @ " + m.at
	}
	if m.ahead {
		selector += " offset -$__interval"
	}
	if m.offset != 0 {
		selector += fmt.Sprintf(" offset %dh", m.offset)
	}
	if m.window != "" {
		return "last_over_time(" + selector + ")"
	}
	return selector
}

const (
	hoursOfDay    = 24
	secondsOfHour = 3600
	secondsOfDay  = hoursOfDay * secondsOfHour
	// hoursToSettle is how many hours after its midnight a day is settled, and its successor not yet
	// published: at 08:00 in China, on which the steps of subqueries lie.
	hoursToSettle = hoursOfDay + 32
	// publicationMoves is by how many hours publication moves from day to day.
	publicationMoves = 7
)

// At returns what a query by app answers at the moment. On a day that is the answer at a
// moment when the window of that day was the newest: a day is published from 33 to 40 hours
// after its midnight, and its successor 24 hours later, so that the last value before 56
// hours is the one. The newest day has no such value yet; it is what is shown at the end, and
// nothing that was published after that counts. That the window ended with the day is compared,
// never assumed.
func (a Apps) At(m Moment, of Window, query func(Moment) string) string {
	if !m.day {
		return query(m)
	}
	proof := func(seen Moment, end string) string {
		return fmt.Sprintf("on (appid) (%s == %s)", a.LastEnd(seen, of), end)
	}
	then, end := Moment{window: m.window, offset: m.back*hoursOfDay - hoursToSettle}, "time() + "+endOfDay(m.back)
	if m.back > 0 {
		return fmt.Sprintf("(%s and %s)", query(then), proof(then, end))
	}
	// Divided by 0, the end is infinite, and no window ends then.
	known := proof(then, fmt.Sprintf("%s / (time() <= bool %s - %d)", end, End, -then.offset*secondsOfHour))
	// Not "or on (appid)": over a time, VictoriaMetrics fills what has ended with the same names of the
	// right side, whatever else of the app is there.
	return fmt.Sprintf("((%s and %s) or (%s and %s unless %s))", query(then), known, query(AtEnd()), proof(AtEnd(), end), known)
}

// endOfDay returns how many seconds after the midnight of a day it ends, or the day so many
// days before it does.
func endOfDay(back int) string {
	if back > 0 {
		return fmt.Sprintf("%d - %d", secondsOfDay, back*secondsOfDay)
	}
	return fmt.Sprint((1 - back) * secondsOfDay)
}

// Ago returns what a query by app answers for the window that ends so many days before the newest one.
// Which day it was shown on depends on how long ago the newest one was published.
func (a Apps) Ago(days int, of Window, query func(Moment) string) string {
	end := fmt.Sprintf("%s - %d", a.LastEnd(AtEnd(), of), days*secondsOfDay)
	return a.ended(of, end, fmt.Sprintf("[2d:1d] offset %dd", days-1), query)
}

// MonthBefore returns what a query by app answers for the month before the newest one, which was shown for
// 28 to 31 days, up to 31 days ago.
func (a Apps) MonthBefore(query func(Moment) string) string {
	newest := a.LastEnd(AtEnd(), LastMonth)
	end := fmt.Sprintf("%s - %d * days_in_month(%s)", newest, secondsOfDay, newest)
	return a.ended(LastMonth, end, "[39d:7d]", query)
}

// ended returns the last answer to a query for the windows with an end. The steps are those of a subquery,
// which lie at 08:00 in China, when what is shown is settled.
func (a Apps) ended(of Window, end, steps string, query func(Moment) string) string {
	seen := Moment{window: settled}
	return fmt.Sprintf("last_over_time((%s and on (appid) (%s == %s))%s)", query(seen), a.LastEnd(seen, of), end, steps)
}

// AgoLive is Ago for rules, which are evaluated now and not at a time that is shown. Publication moves
// between 09:00 and 16:00, so that window may have been published later in the day than it is now, or
// replaced earlier: it was shown seven hours later or seven hours earlier. Where it was shown at neither
// time, there is no answer instead of one for another day.
func (a Apps) AgoLive(days int, of Window, query func(Moment) string) string {
	var alternatives []string
	for _, hours := range []int{-publicationMoves, publicationMoves} {
		then := hoursAgo(days*hoursOfDay + hours)
		alternatives = append(alternatives, fmt.Sprintf("(%s and on (appid) (%s == %s - %d))",
			query(then), a.LastEnd(then, of), a.LastEnd(Now(), of), days*secondsOfDay))
	}
	return "(" + strings.Join(alternatives, " or on (appid) ") + ")"
}

// SameWeekdays returns the sums over apps of what a query by app answered for the newest day less 7,
// 14, 21 and 28 days, as a subquery for a function over time: at 08:00 in China, on which subqueries
// lie, a day is settled. The apps are those that OnNewest and Earlier keep. What is compared with is named
// by its time: end() in a subquery is the end of that for VictoriaMetrics.
func (a Apps) SameWeekdays(of Window, query func(Moment) string) string {
	seen := Moment{window: settled}
	return fmt.Sprintf("sum(%s and on (appid) ((%s - on () group_left () max(%s)) %% %d == 0)%s%s)[27d:1d] offset 6d",
		query(seen), a.LastEnd(seen, of), a.LastEnd(AtEnd(), of), 7*secondsOfDay, a.OnNewest(of), a.Earlier(of))
}

// PastWeekdays returns what a function over time makes of the sums over apps of what a query by app
// answered for the same weekday of the four weeks before the day that begins at a step. A subquery has
// steps of its own, which are all days for all steps: so each is told by its weekday.
func (a Apps) PastWeekdays(function string, of Window, query func(Moment) string) string {
	seen := Moment{window: settled}
	return fmt.Sprintf("sum(%s((sum(%s and on (appid) (%s == time() - %d)) * on () group_right () %s)[22d:1d] offset %dh) and on (weekday) %s)",
		function, query(seen), a.LastEnd(seen, of), (hoursToSettle-hoursOfDay)*secondsOfHour,
		weekday("time()"), 7*hoursOfDay-hoursToSettle, weekday(fmt.Sprintf("time() + %d", hoursToSettle*secondsOfHour)))
}

// weekday returns 1, with the weekday of a moment as a label.
func weekday(moment string) string {
	return fmt.Sprintf(`count_values("weekday", day_of_week(vector(%s)))`, moment)
}

// Earlier keeps the apps that were there three to four weeks ago.
func (a Apps) Earlier(of Window) string {
	return " and on (appid) " + a.LastEnd(Moment{window: "8d", offset: 21 * hoursOfDay, at: End}, of)
}

// OnNewest keeps the apps that have the newest day of any of them.
func (a Apps) OnNewest(of Window) string {
	ends := a.LastEnd(AtEnd(), of)
	return fmt.Sprintf(" and on (appid) (%s == on () group_left () max(%s))", ends, ends)
}

// Window names what ends with a day: a range of the user portrait, such as 7d, or the day
// of a dataset.
type Window string

// The days of the datasets beside the user portrait, and their natural weeks and months.
const (
	VisitsDay    Window = "visits"
	SourcesDay   Window = "sources"
	RetentionDay Window = "retention"
	PagesDay     Window = "pages"
	AdsDay       Window = "ads"
	LastWeek     Window = "weekly"
	LastMonth    Window = "monthly"
)

// Datasets are the datasets beside the user portrait.
func Datasets() []Window {
	return []Window{VisitsDay, SourcesDay, RetentionDay, PagesDay, AdsDay, LastWeek, LastMonth}
}

// Period is the matcher of what the numbers of a dataset are about.
func (w Window) Period() string {
	switch w {
	case LastWeek:
		return `period="week"`
	case LastMonth:
		return `period="month"`
	default:
		return `period="day"`
	}
}

// DataEnd returns the end of each app's window.
func (a Apps) DataEnd(m Moment, of Window) string {
	metric, label := "wxapp_data_end_timestamp_seconds", "range"
	if slices.Contains(Datasets(), of) {
		metric, label = "wxapp_dataset_end_timestamp_seconds", "dataset"
	}
	return a.Max(m, []string{"appid"}, metric, fmt.Sprintf("%s=%q", label, of))
}

// LastEnd is DataEnd to compare with, next to what an app shows. Ends only grow, so that the last
// one within a day is the one.
func (a Apps) LastEnd(m Moment, of Window) string {
	if m.shown {
		m = Moment{window: lookback, at: m.at}
	}
	return a.DataEnd(m, of)
}
