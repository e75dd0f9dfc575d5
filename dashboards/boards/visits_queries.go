package boards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// The metrics of the dataset visits that other queries are weighted with.
const (
	usersOfDay    = "wxapp_active_users"
	newUsersOfDay = "wxapp_new_users"
	sessionsOfDay = "wxapp_sessions"
)

// The metrics that are averages: of a user, in seconds, and of a session, in pages.
const (
	stayOfUsers     = "wxapp_user_stay_average_seconds"
	depthOfSessions = "wxapp_session_depth_average"
)

// cohortUsers is the metric of how many users came on the day of a cohort.
const cohortUsers = "wxapp_retention_cohort_users"

// daily returns a metric of a dataset by app and further labels, without counting replicas
// twice.
func daily(m series.Moment, of series.Window, metric string, labels ...string) string {
	return chosenApps().At(m, of, func(m series.Moment) string { return maxOf(m, of, metric, labels...) })
}

// weekAgo returns what daily did a week before the newest day.
func weekAgo(of series.Window, metric string, labels ...string) string {
	return chosenApps().Ago(7, of, func(m series.Moment) string { return maxOf(m, of, metric, labels...) })
}

func maxOf(m series.Moment, of series.Window, metric string, labels ...string) string {
	return chosenApps().Max(m, append([]string{"appid"}, labels...), metric, of.Period())
}

// sumOf returns a metric of a dataset of all chosen apps together.
func sumOf(m series.Moment, of series.Window, metric string, labels ...string) string {
	return added(daily(m, of, metric, labels...), labels...)
}

func added(query string, labels ...string) string {
	if len(labels) == 0 {
		return "sum(" + query + ")"
	}
	return fmt.Sprintf("sum by (%s) (%s)", strings.Join(labels, ", "), query)
}

// average returns the average of all chosen apps together of a metric that is an average of
// each, weighted with the users or sessions that it is about.
func average(values, weights string) string {
	return fmt.Sprintf("sum(%s * on (appid) %s) / sum(%s and on (appid) %s)", values, weights, weights, values)
}

// known keeps of the numbers of apps those of apps whose past is known, so that an app that was added
// since then is no growth.
func known(now, before string) string { return fmt.Sprintf("%s and on (appid) %s", now, before) }

// changeOfSum returns by how much the sum of the numbers of apps changed.
func changeOfSum(now, before string) string {
	return fmt.Sprintf("sum(%s) / %s - 1", known(now, before), enough("sum("+before+")"))
}

// changeOfAverage is changeOfSum for averages, weighted with the users or sessions that they are about:
// the apps are those whose weights of the past are known.
func changeOfAverage(values, weights, valuesBefore, weightsBefore string) string {
	return fmt.Sprintf("%s / (%s and %s) - 1",
		average("("+known(values, weightsBefore)+")", weights), average(valuesBefore, weightsBefore), enough("sum("+weightsBefore+")"))
}

// isCut says whether the list of the names of a label is cut: WeChat names the 20 most common devices, and
// WXAPP_TOP keeps as many cities and pages. Who is not on such a list is not 0.
func isCut(label string) bool { return slices.Contains([]string{"city", "device", "page"}, label) }

// listedInBoth explains the change of a name of such a list.
func listedInBoth(l language) string {
	return l.text(" The change is that of the apps that list the name in both weeks.", "变化只计两周都列出该名称的小程序。")
}

// changeOfListed returns by how much numbers by app and name changed, of what is on the lists of both weeks.
func changeOfListed(now, before, label string) string {
	return fmt.Sprintf("%s / %s - 1", added(fmt.Sprintf("(%s and %s)", now, before), label), enough(added(fmt.Sprintf("(%s and %s)", before, now), label)))
}

// ranked returns a metric of the names of a label now, and 0 for those that had some a week
// ago and have none now.
func ranked(of series.Window, metric, label string) string {
	if isCut(label) {
		return sumOf(series.Now(), of, metric, label)
	}
	return fmt.Sprintf("(%s or 0 * %s)", sumOf(series.Now(), of, metric, label), added(weekAgo(of, metric, label), label))
}

// changeOfNames returns by how much a metric of the names of a label changed in a week.
func changeOfNames(of series.Window, metric, label string) string {
	before := weekAgo(of, metric, label)
	if isCut(label) {
		return changeOfListed(daily(series.Now(), of, metric, label), before, label)
	}
	return fmt.Sprintf("(%s or 0 * %s) / %s - 1", added(known(daily(series.Now(), of, metric, label), before), label), added(before, label), enough(added(before, label)))
}

// largest keeps the n names with the most now.
func largest(n int, query string, of series.Window, metric, label string) string {
	return fmt.Sprintf("(%s) and on (%s) topk(%d, %s)", query, label, n, ranked(of, metric, label))
}

// overDays returns a metric of the n names of a label that have the most at the end of the
// time shown, on each day.
func overDays(n int, of series.Window, metric, label string) string {
	return fmt.Sprintf("(%s) and on (%s) topk(%d, %s)",
		sumOf(series.OnDay(0), of, metric, label), label, n, sumOf(series.AtEnd(), of, metric, label))
}

// retained returns the share of the users of a day who came again so many days later.
func retained(m series.Moment, days int) string {
	read := func(metric string) string {
		return ofCohort(m, metric, days)
	}
	came, again := read(cohortUsers), read("wxapp_retained_users")
	return fmt.Sprintf("sum(%s) / sum(%s and on (appid) %s)", again, came, again)
}

// cohortSize returns how many users came on a day.
func cohortSize() string {
	return "sum(" + ofCohort(series.DaysAfter(1), cohortUsers, 1) + ")"
}

// ofCohort returns a metric of the return of users so many days later, by app.
func ofCohort(m series.Moment, metric string, days int) string {
	return chosenApps().At(m, series.RetentionDay, func(m series.Moment) string { return cohortOf(m, metric, days) })
}

func cohortOf(m series.Moment, metric string, days int) string {
	return chosenApps().each(m, metric, `cohort="$cohort"`, fmt.Sprintf(`day="%d"`, days))
}

// coverage returns the users in the portrait of a day divided by all of its users, of those
// apps of which both are known.
func coverage(m series.Moment) string {
	portrait, all := chosenApps().total(m, active("1d")), daily(m, series.VisitsDay, usersOfDay)
	if !m.OfDay() { // both ends are the same day
		all = fmt.Sprintf("(%s and on (appid) (%s == %s))", all, chosenApps().DataEnd(m, "1d"), chosenApps().DataEnd(m, series.VisitsDay))
	}
	return fmt.Sprintf("sum(%s and on (appid) %s) / sum(%s and on (appid) %s)", portrait, all, all, portrait)
}
