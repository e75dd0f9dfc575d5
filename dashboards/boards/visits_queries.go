package boards

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// The metrics of the dataset visits that other queries are weighted with.
const (
	usersOfDay    = "wxapp_active_users"
	sessionsOfDay = "wxapp_sessions"
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

// counts are the numbers of the datasets visits that add up over apps, and averages those
// that do not, with what they are averages of. The order is that of the table.
func counts() []string {
	return []string{usersOfDay, "wxapp_new_users", sessionsOfDay, "wxapp_page_views", "wxapp_shares", "wxapp_sharing_users"}
}

func averages() [][2]string {
	return [][2]string{{"wxapp_user_stay_average_seconds", usersOfDay}, {"wxapp_session_depth_average", sessionsOfDay}}
}

// newest returns the numbers of the newest day, week or month of the chosen apps, by the label
// figure: the name of the metric.
func newest(of series.Window) string {
	alternatives := []string{added(countsOf(of)(series.Now()), "figure")}
	for _, a := range averages() {
		alternatives = append(alternatives, figure(a[0], "round("+average(daily(series.Now(), of, a[0]), daily(series.Now(), of, a[1]))+", 0.1)"))
	}
	return strings.Join(alternatives, " or ")
}

// past turns a query by app into one about the past.
type past func(query func(series.Moment) string) string

// daysBefore is the past so many days before the newest day or week.
func daysBefore(days int, of series.Window) past {
	return func(query func(series.Moment) string) string { return chosenApps().Ago(days, of, query) }
}

// changeSince returns by how much the newest numbers differ from those of the past. Apps whose
// past is not known are left out of what adds up.
func changeSince(then past, of series.Window) string {
	counts := countsOf(of)
	before := then(counts)
	alternatives := []string{fmt.Sprintf("sum by (figure) (%s and on (appid, figure) %s) / %s - 1",
		counts(series.Now()), before, enough(fmt.Sprintf("sum by (figure) (%s)", before)))}
	for _, a := range averages() {
		weighted := then(func(m series.Moment) string { return maxOf(m, of, a[0]) + " * on (appid) " + maxOf(m, of, a[1]) })
		weights := then(func(m series.Moment) string { return maxOf(m, of, a[1]) + " and on (appid) " + maxOf(m, of, a[0]) })
		alternatives = append(alternatives, figure(a[0], fmt.Sprintf("(%s) / (sum(%s) / %s) - 1",
			average(daily(series.Now(), of, a[0]), daily(series.Now(), of, a[1])), weighted, enough("sum("+weights+")"))))
	}
	return strings.Join(alternatives, " or ")
}

// countsOf returns what adds up, by app and figure.
func countsOf(of series.Window) func(series.Moment) string {
	return func(m series.Moment) string {
		everything := chosenApps().Max(m, []string{"__name__", "appid"}, "", fmt.Sprintf("__name__=~%q", strings.Join(counts(), "|")), of.Period())
		return fmt.Sprintf(`label_replace(%s, "figure", "$1", "__name__", "(.+)")`, everything)
	}
}

// figure gives a single number the label figure.
func figure(name, query string) string {
	return fmt.Sprintf(`label_replace(%s, "figure", "%s", "", "")`, query, name)
}

// ranked returns a metric of the names of a label now, and 0 for those that had some a week
// ago and have none now.
func ranked(of series.Window, metric, label string) string {
	return fmt.Sprintf("(%s or 0 * %s)", sumOf(series.Now(), of, metric, label), added(weekAgo(of, metric, label), label))
}

// changeOfNames returns by how much a metric of the names of a label changed in a week.
func changeOfNames(of series.Window, metric, label string) string {
	return fmt.Sprintf("%s / %s - 1", ranked(of, metric, label), enough(added(weekAgo(of, metric, label), label)))
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
	return chosenApps().At(m, series.RetentionDay, func(m series.Moment) string {
		return chosenApps().each(m, metric, `cohort="$cohort"`, fmt.Sprintf(`day="%d"`, days))
	})
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
