package boards

import (
	"fmt"
	"strings"
)

// selector returns a selector of the metric with the selected job and more matchers.
func selector(metric string, matchers ...string) string {
	return metric + "{" + strings.Join(append([]string{`job=~"$job"`}, matchers...), ",") + "}"
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

// each returns a metric of each app, without counting replicas twice.
func (a apps) each(m moment, metric string, matchers ...string) string {
	return fmt.Sprintf("max by (appid) (%s)", m.read(selector(metric, a.with(matchers...)...)))
}

// users are the users that a query is about. The zero values of dimension and names stand
// for all.
type users struct {
	metric    string
	length    window
	dimension string
	names     string // a regular expression
	largest   int    // only so many names, those with the most users at the end of the time shown
}

// The metrics of users.
const (
	activeUsers = "visit_uv"
	newUsers    = "visit_uv_new"
)

// chosen are the users of the metric and the range that are chosen at the top.
func chosen() users { return users{metric: "$metric", length: "$range"} }

// active and fresh are the active and the new users of a range.
func active(length window) users { return users{metric: activeUsers, length: length} }
func fresh(length window) users  { return users{metric: newUsers, length: length} }

// by returns the users by a dimension.
func (u users) by(dimension string) users {
	u.dimension = dimension
	return u
}

// of returns the users of another metric.
func (u users) of(metric string) users {
	u.metric = metric
	return u
}

// filtered returns those users of a dimension that the variable of its name chooses.
// WeChat counts each dimension for itself, so that provinces choose among provinces only,
// and cities among cities.
func (u users) filtered() users {
	if u.dimension == "province" || u.dimension == "city" {
		u.names = "$" + u.dimension
	}
	return u
}

// andLargest keeps the largest names only. It stands next to the selector, so that all else
// is done for few series.
func (u users) andLargest() string {
	if u.largest == 0 {
		return ""
	}
	all := u
	all.largest = 0
	return fmt.Sprintf(" and on (name) topk(%d, %s)", u.largest, named(atEnd(), all))
}

func (u users) matchers() []string {
	matchers := []string{fmt.Sprintf("metric=%q", u.metric), fmt.Sprintf("range=%q", u.length)}
	if u.dimension != "" {
		operator := "="
		if strings.Contains(u.dimension, "|") {
			operator = "=~"
		}
		matchers = append(matchers, fmt.Sprintf("dimension%s%q", operator, u.dimension))
	}
	if u.names != "" {
		matchers = append(matchers, fmt.Sprintf("name=~%q", u.names))
	}
	return matchers
}

// users returns the users by app and further labels, without counting replicas twice.
func (a apps) users(m moment, u users, labels ...string) string {
	by := strings.Join(append([]string{"appid"}, labels...), ", ")
	return a.at(m, u.length, func(m moment) string {
		return fmt.Sprintf("max by (%s) (%s%s)", by, m.read(selector("wxapp_users", a.with(u.matchers()...)...)), u.andLargest())
	})
}

// total returns the users of each app. They are taken from the dimension gender
// alone, which covers everybody.
func (a apps) total(m moment, u users) string {
	return fmt.Sprintf("sum by (appid) (%s)", a.users(m, u.by("gender"), "name"))
}

// together returns the users of all chosen apps, a single number.
func together(m moment, u users) string { return fmt.Sprintf("sum(%s)", chosenApps.total(m, u)) }

// named returns the users by name, of all chosen apps together.
func named(m moment, u users) string {
	return fmt.Sprintf("sum by (name) (%s)", chosenApps.users(m, u, "name"))
}

// share returns the shares of the names of a dimension among all users that WeChat lists
// in it.
func share(m moment, u users) string {
	everybody := u
	everybody.names, everybody.largest = "", 0
	listed := chosenApps.at(m, u.length, func(m moment) string {
		return fmt.Sprintf("sum by (appid) (%s)", chosenApps.users(m, everybody, "name"))
	})
	return fmt.Sprintf("%s / on () group_left () sum(%s)", named(m, u), listed)
}

// index returns how much more often the names of a dimension occur among new users
// than among active ones. 1: as often.
func index(u users) string {
	return fmt.Sprintf("(%s) / (%s)", share(now(), u.of(newUsers)), share(now(), u.of(activeUsers)))
}

// most keeps the n names with most users now.
func most(n int, query string, u users) string {
	return fmt.Sprintf("(%s) and on (name) topk(%d, %s)", query, n, named(now(), u))
}

// change returns by how much the users of each app changed in so many weeks.
func (a apps) change(weeks int, u users) string {
	return fmt.Sprintf("%s / %s - 1", a.total(now(), u),
		a.ago(7*weeks, u.length, func(m moment) string { return a.total(m, u) }))
}

// changeTogether returns by how much the users of the chosen apps together changed in so
// many weeks. Apps whose past is not known are left out.
func changeTogether(weeks int, u users) string {
	before := chosenApps.ago(7*weeks, u.length, func(m moment) string { return chosenApps.total(m, u) })
	return fmt.Sprintf("sum(%s and on (appid) %s) / sum(%s) - 1", chosenApps.total(now(), u), before, before)
}

// changeByName returns by how much the users of each name changed in a week.
func changeByName(u users) string {
	return fmt.Sprintf("%s / sum by (name) (%s) - 1", named(now(), u),
		chosenApps.ago(7, u.length, func(m moment) string { return chosenApps.users(m, u, "name") }))
}

// newShare returns the share of new users among the active ones of each app.
func (a apps) newShare(m moment, length window) string {
	return fmt.Sprintf("%s / %s", a.total(m, fresh(length)), a.total(m, active(length)))
}

// stickiness returns the share of the users of 30 days who came on one day.
func stickiness(m moment) string {
	return fmt.Sprintf("%s / %s", together(m, active("1d")), together(m, active("30d")))
}

// appNames returns a series with the name of each app. An app that has two names,
// while it is renamed, has one of them.
func (a apps) appNames(m moment) string {
	return fmt.Sprintf("topk by (appid) (1, max by (app, appid) (%s))", m.read(selector("wxapp_app_info", a.with()...)))
}

// withName adds the label app to the answers of a query by app.
func (a apps) withName(m moment, query string) string {
	if m != now() {
		m = atEnd()
	}
	return fmt.Sprintf("(%s) * on (appid) group_left (app) %s", query, a.appNames(m))
}

// failures returns the failed polls within a time by app and reason.
func (a apps) failures(window string) string {
	return "max by (appid, reason) (" + increase(window, "wxapp_poll_failures_total", a.with()...) + ")"
}

// thatStep is the hour or day that begins at a step of a query over time, so that what
// happens is drawn at once, and on the day on which it happened.
const thatStep = "$__rate_interval"

// increase returns by how much a counter grew within a time.
func increase(window, metric string, matchers ...string) string {
	return "increase(" + during(window, metric, matchers...) + ")"
}

// during returns the values of a metric within a time.
func during(window, metric string, matchers ...string) string {
	values := selector(metric, matchers...) + "[" + window + "]"
	if window == thatStep {
		values += " offset -$__interval"
	}
	return values
}

// failing returns 0 for each app whose last poll failed on all replicas.
func (a apps) failing() string {
	return a.each(now(), "wxapp_up") + " == 0"
}
