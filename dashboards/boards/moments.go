package boards

import (
	"fmt"
	"slices"
	"strings"
)

// moment is when a selector is read.
type moment struct {
	window string // the last value in it is read; empty: the value of the moment
	offset int    // in hours
	at     string
	day    bool // see onDay
	back   int  // of a day: so many days before it; negative: after it
}

// now is the moment of the query.
func now() moment { return moment{} }

// lookback is how long a past value is still used: longer than the pause between two
// samples of a history with one sample a day.
const lookback = "26h"

// overTime is each moment of a query over time with steps of an hour. It reads the hour
// that begins at the step, so that the newest value is drawn at once and not at the next
// full hour.
func overTime() moment { return moment{window: lookback, offset: -1} }

// atEnd is the end of the time shown, for a query over time. The last step of a query with
// steps of a day is a midnight, up to a day before the end.
func atEnd() moment { return moment{window: "25h", offset: -24, at: "end()"} }

// hoursAgo is a moment of the past.
func hoursAgo(hours int) moment { return moment{window: lookback, offset: hours} }

// onDay is for queries over time with steps of a day, which Grafana lays on the midnights
// of the board's time zone: each step shows the numbers of the day that begins then, or of
// the day so many weeks before.
func onDay(weeks int) moment { return moment{window: "24h", day: true, back: 7 * weeks} }

// daysAfter is onDay for what is known of a day only so many days later.
func daysAfter(days int) moment { return moment{window: "24h", day: true, back: -days} }

// recordedOnDay is onDay for recorded series, which have no gaps, so that an hour of each day
// tells as much as the whole day.
func recordedOnDay() moment { return moment{window: "1h", day: true} }

// read reads a selector at the moment.
func (m moment) read(selector string) string {
	if m.window != "" {
		selector += "[" + m.window + "]"
	}
	if m.at != "" {
		selector += " @ " + m.at
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
	hoursOfDay   = 24
	secondsOfDay = hoursOfDay * 3600
	// publicationMoves is by how many hours publication moves from day to day.
	publicationMoves = 7
)

// at returns what a query by app answers at the moment. On a day that is the answer at a
// moment when the window of that day was the newest: a day is published from 33 hours after
// its midnight on, and its successor 24 hours later, so that the last value before 56 hours
// is the one. The newest day has no such value yet; it is what is shown at the end. That the
// window ended with the day is compared, never assumed.
func (a apps) at(m moment, of window, query func(moment) string) string {
	if !m.day {
		return query(m)
	}
	proved := func(seen moment) string {
		return fmt.Sprintf("(%s and on (appid) (%s == time() + %s))", query(seen), a.dataEnd(seen, of), endOfDay(m.back))
	}
	then := proved(moment{window: m.window, offset: m.back*hoursOfDay - 56})
	if m.back > 0 {
		return then
	}
	return "(" + then + " or " + proved(moment{window: "24h", offset: -24, at: "end()"}) + ")"
}

// endOfDay returns how many seconds after the midnight of a day it ends, or the day so many
// days before it does.
func endOfDay(back int) string {
	if back > 0 {
		return fmt.Sprintf("%d - %d", secondsOfDay, back*secondsOfDay)
	}
	return fmt.Sprint((1 - back) * secondsOfDay)
}

// ago returns what a query answers for the window that ends so many days before the
// newest one. Publication moves between 09:00 and 16:00, so that window may have
// been shown up to seven hours earlier or later in the day than the newest one is now.
// Where it was shown at none of these times, there is no answer instead of one for
// another day.
func (a apps) ago(days int, of window, query func(moment) string) string {
	var alternatives []string
	for _, hours := range []int{0, -publicationMoves, publicationMoves} {
		then := hoursAgo(days*hoursOfDay + hours)
		alternatives = append(alternatives, fmt.Sprintf("(%s and on (appid) (%s == %s - %d))",
			query(then), a.dataEnd(then, of), a.dataEnd(now(), of), days*secondsOfDay))
	}
	return "(" + strings.Join(alternatives, " or ") + ")"
}

// monthBefore returns what a query answers for the month before the newest one. That was
// shown for 28 to 31 days before the newest was published, and publication moves, so that it
// was shown at one of two times at least.
func (a apps) monthBefore(query func(moment) string) string {
	end := a.dataEnd(now(), lastMonth)
	var alternatives []string
	for _, hours := range []int{28*hoursOfDay - publicationMoves, 31*hoursOfDay + publicationMoves} {
		then := hoursAgo(hours)
		alternatives = append(alternatives, fmt.Sprintf("(%s and on (appid) (%s == %s - %d * days_in_month(%s)))",
			query(then), a.dataEnd(then, lastMonth), end, secondsOfDay, end))
	}
	return "(" + strings.Join(alternatives, " or ") + ")"
}

// window names what ends with a day: a range of the user portrait, such as 7d, or the day
// of a dataset.
type window string

// The days of the datasets beside the user portrait.
const (
	visitsDay    window = "visits"
	sourcesDay   window = "sources"
	retentionDay window = "retention"
	pagesDay     window = "pages"
	adsDay       window = "ads"
)

// The natural weeks and months of the datasets beside the user portrait.
const (
	lastWeek  window = "weekly"
	lastMonth window = "monthly"
)

// datasets are the datasets beside the user portrait.
func datasets() []window {
	return []window{visitsDay, sourcesDay, retentionDay, pagesDay, adsDay, lastWeek, lastMonth}
}

// period is the matcher of what the numbers of a dataset are about.
func (w window) period() string {
	switch w {
	case lastWeek:
		return `period="week"`
	case lastMonth:
		return `period="month"`
	default:
		return `period="day"`
	}
}

// dataEnd returns the end of each app's window.
func (a apps) dataEnd(m moment, of window) string {
	metric, label := "wxapp_data_end_timestamp_seconds", "range"
	if slices.Contains(datasets(), of) {
		metric, label = "wxapp_dataset_end_timestamp_seconds", "dataset"
	}
	return a.each(m, metric, fmt.Sprintf("%s=%q", label, of))
}

// age returns the seconds since the end of each app's window.
func (a apps) age(m moment, of window) string { return "time() - " + a.dataEnd(m, of) }

// ageHours returns the hours since the end of each app's window.
func (a apps) ageHours(m moment, of window) string {
	return "(" + a.age(m, of) + ") / 3600"
}

// lastDay returns the last day of each app's window in milliseconds. The window ends with
// the midnight after that day.
func (a apps) lastDay(of window) string {
	return "(" + a.dataEnd(now(), of) + " - 1) * 1000"
}
