package boards

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// apps are the apps of a query.
type apps struct{ series.Apps }

// chosenApps are those that are chosen at the top, and allApps those of the chosen jobs.
func chosenApps() apps { return apps{series.Chosen} }
func allApps() apps    { return apps{series.OnBoard} }

// selector returns the selector of a metric that is read as it is: of processes, each of
// which counts, or over a time.
func selector(metric string) string {
	return series.OnBoard.Selector(metric)
}

// each returns a metric of each app, without counting replicas twice.
func (a apps) each(m series.Moment, metric string, matchers ...string) string {
	return a.Max(m, []string{"appid"}, metric, matchers...)
}

// users are the users that a query is about. The zero values of dimension and names stand
// for all.
type users struct {
	metric    string
	length    series.Window
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
func active(length series.Window) users { return users{metric: activeUsers, length: length} }
func fresh(length series.Window) users  { return users{metric: newUsers, length: length} }

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
	return fmt.Sprintf(" and on (name) topk(%d, %s)", u.largest, named(series.AtEnd(), all))
}

func (u users) matchers() []string {
	one := func(label, value string) string {
		operator := "="
		if strings.Contains(value, "|") {
			operator = "=~"
		}
		return label + operator + strconv.Quote(value)
	}
	matchers := []string{one("metric", u.metric), one("range", string(u.length))}
	if u.dimension != "" {
		matchers = append(matchers, one("dimension", u.dimension))
	}
	if u.names != "" {
		matchers = append(matchers, fmt.Sprintf("name=~%q", u.names))
	}
	return matchers
}

// users returns the users by app and further labels, without counting replicas twice.
func (a apps) users(m series.Moment, u users, labels ...string) string {
	by := append([]string{"appid"}, labels...)
	return a.At(m, u.length, func(m series.Moment) string {
		return a.MaxOf(m, by, u.andLargest(), "wxapp_users", u.matchers()...)
	})
}

// total returns the users of each app. They are taken from the dimension gender
// alone, which covers everybody.
func (a apps) total(m series.Moment, u users) string { return a.listed(m, u.by("gender")) }

// listed returns the users of each app that WeChat lists by a dimension. They are added up before
// the day is proved, so that that is done for few series.
func (a apps) listed(m series.Moment, u users) string {
	return a.At(m, u.length, func(m series.Moment) string {
		return fmt.Sprintf("sum by (appid) (%s)", a.users(m, u, "name"))
	})
}

// together returns the users of all chosen apps, a single number.
func together(m series.Moment, u users) string {
	return fmt.Sprintf("sum(%s)", chosenApps().total(m, u))
}

// named returns the users by name, of all chosen apps together.
func named(m series.Moment, u users) string {
	return fmt.Sprintf("sum by (name) (%s)", chosenApps().users(m, u, "name"))
}

// share returns the shares of the names of a dimension among all users that WeChat lists
// in it.
func share(m series.Moment, u users) string {
	everybody := u
	everybody.names, everybody.largest = "", 0
	return fmt.Sprintf("%s / on () group_left () sum(%s)", named(m, u), chosenApps().listed(m, everybody))
}

// index returns how much more often the names of a dimension occur among new users
// than among active ones. 1: as often.
func index(u users) string {
	return fmt.Sprintf("(%s) / (%s)", share(series.Now(), u.of(newUsers)), share(series.Now(), u.of(activeUsers)))
}

// allNames is for dimensions with few names, of which most keeps all.
const allNames = 0

// most keeps the n names with most users now.
func most(n int, query string, u users) string {
	if n == allNames {
		return query
	}
	return fmt.Sprintf("(%s) and on (name) topk(%d, %s)", query, n, named(series.Now(), u))
}

// few is how many there have to be before, so that a change means something: small numbers jump.
const few = 100

// enough keeps the numbers of the past whose change means something.
func enough(before string) string { return fmt.Sprintf("(%s >= %d)", before, few) }

// change returns by how much the users of each app changed in so many weeks.
func (a apps) change(weeks int, u users) string {
	return fmt.Sprintf("%s / %s - 1", a.total(series.Now(), u),
		enough(a.Ago(7*weeks, u.length, func(m series.Moment) string { return a.total(m, u) })))
}

// changeTogether returns by how much the users of the chosen apps together changed in so
// many weeks. Apps whose past is not known are left out.
func changeTogether(weeks int, u users) string {
	a := chosenApps()
	total := func(m series.Moment) string { return a.total(m, u) }
	return changeOfSum(total(series.Now()), a.Ago(7*weeks, u.length, total))
}

// changeByName returns by how much the users of each name changed in a week, of apps whose past is
// known.
func changeByName(u users) string {
	a := chosenApps()
	byName := func(m series.Moment) string { return a.users(m, u, "name") }
	if isCut(u.dimension) {
		return changeOfListed(byName(series.Now()), a.Ago(7, u.length, byName), "name")
	}
	there := a.Ago(7, u.length, func(m series.Moment) string { return a.users(m, u) })
	return fmt.Sprintf("%s / %s - 1", added(known(byName(series.Now()), there), "name"), enough(added(a.Ago(7, u.length, byName), "name")))
}

// newShare returns the share of new users among the active ones of each app.
func (a apps) newShare(m series.Moment, length series.Window) string {
	return fmt.Sprintf("%s / %s", a.total(m, fresh(length)), a.total(m, active(length)))
}

// stickiness returns the share of the users of 30 days who came on one day.
func stickiness(m series.Moment) string {
	return fmt.Sprintf("%s / %s", together(m, active("1d")), together(m, active("30d")))
}

// withName adds the label app to the answers of a query by app.
func (a apps) withName(m series.Moment, query string) string {
	if m != series.Now() {
		m = series.AtEnd()
	}
	return fmt.Sprintf("(%s) * on (appid) group_left (app) %s", query, a.Names(m))
}

// thatStep is the hour or day that begins at a step of a query over time, so that what
// happens is drawn at once, and on the day on which it happened.
const thatStep = "$__rate_interval"

// increase returns by how much a counter grew within a time.
func (a apps) increase(window, metric string) string {
	return "increase(" + a.during(window, metric) + ")"
}

// during returns the values of a metric within a time.
func (a apps) during(window, metric string) string {
	values := a.Selector(metric) + "[" + window + "]"
	if window == thatStep {
		values += " offset -$__interval"
	}
	return values
}

// failing returns 1 for each app of which a dataset fails on all replicas.
func (a apps) failing(matchers ...string) string {
	return "max by (appid) (" + a.Failing(series.Now(), matchers...) + ")"
}

// hoursOfDay is the length of a day.
const hoursOfDay = 24

// age returns the seconds since the end of each app's window.
func (a apps) age(m series.Moment, of series.Window) string { return "time() - " + a.DataEnd(m, of) }

// ageHours returns the hours since the end of each app's window.
func (a apps) ageHours(m series.Moment, of series.Window) string {
	return "(" + a.age(m, of) + ") / 3600"
}

// lastDay returns the last day of each app's window in milliseconds. The window ends with
// the midnight after that day.
func (a apps) lastDay(of series.Window) string {
	return "(" + a.DataEnd(series.Now(), of) + " - 1) * 1000"
}
