package boards

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// The table of the numbers of a day, week or month is made of queries whose answers have the label
// figure: the name of the metric.

// countsOf returns what adds up, by app and figure.
func countsOf(of series.Window) func(series.Moment) string {
	return figuresOf(of, usersOfDay, newUsersOfDay, sessionsOfDay, "wxapp_page_views", "wxapp_shares", "wxapp_sharing_users")
}

// averagesOf returns what is an average of each app, and weightsOf the users or sessions that it is
// an average of.
func averagesOf(of series.Window) func(series.Moment) string {
	return figuresOf(of, stayOfUsers, depthOfSessions)
}

func weightsOf(of series.Window) func(series.Moment) string {
	weights := figuresOf(of, usersOfDay, sessionsOfDay)
	return func(m series.Moment) string {
		return fmt.Sprintf(`label_replace(label_replace(%s, "figure", "%s", "figure", "%s"), "figure", "%s", "figure", "%s")`,
			weights(m), stayOfUsers, usersOfDay, depthOfSessions, sessionsOfDay)
	}
}

// figuresOf returns metrics by app and figure.
func figuresOf(of series.Window, metrics ...string) func(series.Moment) string {
	return func(m series.Moment) string {
		everything := chosenApps().Max(m, []string{"__name__", "appid"}, "", fmt.Sprintf("__name__=~%q", strings.Join(metrics, "|")), of.Period())
		return fmt.Sprintf(`label_replace(%s, "figure", "$1", "__name__", "(.+)")`, everything)
	}
}

// newest returns the numbers of the newest day, week or month of the chosen apps.
func newest(of series.Window) string {
	values, weights := averagesOf(of)(series.Now()), weightsOf(of)(series.Now())
	return fmt.Sprintf("%s or round(%s / %s, 0.1)", added(countsOf(of)(series.Now()), "figure"),
		added(weighted(values, weights), "figure"), added(counted(weights, values), "figure"))
}

// weighted is an average times its weight, and counted the weights that have one.
func weighted(values, weights string) string { return values + " * on (appid, figure) " + weights }

func counted(weights, values string) string { return weights + " and on (appid, figure) " + values }

// past turns a query by app into one about the past.
type past func(query func(series.Moment) string) string

// daysBefore is the past so many days before the newest day or week.
func daysBefore(days int, of series.Window) past {
	return func(query func(series.Moment) string) string { return chosenApps().Ago(days, of, query) }
}

// changeSince returns by how much the newest numbers differ from those of the past. Apps whose
// past is not known are left out.
func changeSince(then past, of series.Window) string {
	counts, values, weights := countsOf(of), averagesOf(of), weightsOf(of)
	there := then(func(m series.Moment) string { return chosenApps().LastEnd(m, of) })
	average := func(read func(query func(series.Moment) string) string, enough func(string) string) string {
		return fmt.Sprintf("%s / %s",
			added(read(func(m series.Moment) string { return weighted(values(m), weights(m)) }), "figure"),
			enough(added(read(func(m series.Moment) string { return counted(weights(m), values(m)) }), "figure")))
	}
	now := func(query func(series.Moment) string) string { return known(query(series.Now()), there) }
	return fmt.Sprintf("%s / %s - 1 or %s / (%s) - 1",
		added(now(counts), "figure"), enough(added(then(counts), "figure")),
		average(now, func(weights string) string { return weights }), average(then, enough))
}
