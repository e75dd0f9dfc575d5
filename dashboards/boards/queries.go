package boards

import (
	"fmt"
	"strings"
)

// lookback is how long a past value is still used: longer than the pause between two
// samples of a history with one sample a day.
const lookback = "26h"

// selector returns a selector of the metric with the selected job and more matchers.
func selector(metric string, matchers ...string) string {
	return metric + "{" + strings.Join(append([]string{`job=~"$job"`}, matchers...), ",") + "}"
}

// moment is when a selector is read.
type moment struct {
	held   bool // the last value within lookback is read, as over time and for the past
	offset int  // in hours
	at     string
}

// now is the moment of the query.
func now() moment { return moment{} }

// overTime is each moment of a query over time.
func overTime() moment { return moment{held: true} }

// atEnd is the end of the time shown, for a query over time.
func atEnd() moment { return moment{held: true, at: "end()"} }

// hoursAgo is a moment of the past.
func hoursAgo(hours int) moment { return moment{held: true, offset: hours} }

// read reads a selector at the moment.
func (m moment) read(selector string) string {
	if m.held {
		selector += "[" + lookback + "]"
	}
	if m.at != "" {
		selector += " @ " + m.at
	}
	if m.offset != 0 {
		selector += fmt.Sprintf(" offset %dh", m.offset)
	}
	if m.held {
		return "last_over_time(" + selector + ")"
	}
	return selector
}

// apps selects the apps of a query: a matcher, or nothing for all.
type apps string

const (
	chosenApps apps = `appid=~"$appid"`
	allApps    apps = ""
)

func (a apps) with(matchers ...string) []string {
	if a == allApps {
		return matchers
	}
	return append([]string{string(a)}, matchers...)
}

// The metrics of users.
const (
	chosenMetric = "$metric"
	activeUsers  = "visit_uv"
	newUsers     = "visit_uv_new"
)

// users returns the users of a dimension by app and further labels, without counting
// replicas twice.
func (a apps) users(m moment, metric, dimension string, labels ...string) string {
	matchers := []string{fmt.Sprintf("metric=%q", metric), `range="$range"`}
	operator := "="
	if strings.Contains(dimension, "|") {
		operator = "=~"
	}
	if dimension != "" {
		matchers = append(matchers, fmt.Sprintf("dimension%s%q", operator, dimension))
	}
	users := selector("wxapp_users", a.with(matchers...)...)
	return fmt.Sprintf("max by (%s) (%s)", strings.Join(append([]string{"appid"}, labels...), ", "), m.read(users))
}

// total returns the users of each app. They are taken from the dimension gender
// alone, which covers everybody.
func (a apps) total(m moment, metric string) string {
	return fmt.Sprintf("sum by (appid) (%s)", a.users(m, metric, "gender", "name"))
}

// named returns the users by name, of all chosen apps together.
func named(m moment, metric, dimension string) string {
	return fmt.Sprintf("sum by (name) (%s)", chosenApps.users(m, metric, dimension, "name"))
}

// share returns the shares of the names of a dimension.
func share(m moment, metric, dimension string) string {
	users := named(m, metric, dimension)
	return fmt.Sprintf("%s / scalar(sum(%s))", users, users)
}

// index returns how much more often the names of a dimension occur among new users
// than among active ones. 1: as often.
func index(dimension string) string {
	return fmt.Sprintf("(%s) / (%s)", share(now(), newUsers, dimension), share(now(), activeUsers, dimension))
}

// most keeps the n names with most users at the end of the time shown.
func most(n int, m moment, query, metric, dimension string) string {
	return fmt.Sprintf("(%s) and on (name) topk(%d, %s)", query, n, named(m, metric, dimension))
}

// dataEnd returns the end of each app's window.
func (a apps) dataEnd(m moment, length string) string {
	return fmt.Sprintf("max by (appid) (%s)", m.read(selector("wxapp_data_end_timestamp_seconds", a.with(fmt.Sprintf("range=%q", length))...)))
}

// ago returns what a query answers for the window that ends so many days before the
// newest one. Publication moves between 09:00 and 16:00, so that window may have
// been shown up to seven hours earlier or later in the day than the newest one is now.
// Where it was shown at none of these times, there is no answer instead of one for
// another day.
func (a apps) ago(days int, query func(moment) string) string {
	const publicationMoves = 7
	var alternatives []string
	for _, hours := range []int{days * 24, days*24 - publicationMoves, days*24 + publicationMoves} {
		then := hoursAgo(hours)
		alternatives = append(alternatives, fmt.Sprintf("(%s and on (appid) (%s == %s - %d))",
			query(then), a.dataEnd(then, "$range"), a.dataEnd(now(), "$range"), days*86400))
	}
	return "(" + strings.Join(alternatives, " or ") + ")"
}

// change returns by how much the users of each app changed in so many days.
func (a apps) change(days int) string {
	return fmt.Sprintf("%s / %s - 1", a.total(now(), chosenMetric),
		a.ago(days, func(m moment) string { return a.total(m, chosenMetric) }))
}

// newShare returns the share of new users among the active ones of each app.
func (a apps) newShare(m moment) string {
	return fmt.Sprintf("%s / %s", a.total(m, newUsers), a.total(m, activeUsers))
}

// appNames returns a series with the name of each app. An app that has two names,
// while it is renamed, has one of them.
func (a apps) appNames(m moment) string {
	return fmt.Sprintf("topk by (appid) (1, max by (app, appid) (%s))", m.read(selector("wxapp_app_info", a.with()...)))
}

// withName adds the label app to the answers of a query by app.
func (a apps) withName(m moment, query string) string {
	if m.held {
		m = atEnd()
	}
	return fmt.Sprintf("(%s) * on (appid) group_left (app) %s", query, a.appNames(m))
}

// age returns the seconds since the end of each app's window.
func (a apps) age(m moment, length string) string { return "time() - " + a.dataEnd(m, length) }

// day returns the last day of each app's window in milliseconds. The window ends with
// the midnight after that day.
func (a apps) day(length string) string { return "(" + a.dataEnd(now(), length) + " - 1) * 1000" }
