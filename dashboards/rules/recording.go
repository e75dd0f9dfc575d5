package rules

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

const recordingComment = `Recording rules: totals, shares and week-over-week changes, ready to be drawn over
long times.

Replicas of an exporter show the same. Every rule takes max by (appid, …) before any sum, so
that they do not double the numbers.`

func recording() []group {
	return []group{
		{name: "wxapp-users", interval: "5m", rules: recordedUsers()},
		{name: "wxapp-usual", interval: "5m", rules: recordedUsual(), comment: `The usual range of a day: mean and standard deviation of the users on the same weekday
of the four weeks before the newest day, once three of the weeks are known.`},
		{name: "wxapp-visits", interval: "5m", rules: recordedVisits(), comment: "What the datasets visits, sources and retention of WXAPP_DATASETS tell."},
		{name: "wxapp-shares", interval: "30m", rules: recordedShares(), comment: `These are many and change once a day, so that they are kept every half hour only. Ask
for the last one with last_over_time.`},
	}
}

// all reads a metric of all apps by labels.
func all(m series.Moment, by, metric string, matchers ...string) string {
	return series.Everything.Max(m, strings.Split(by, ", "), metric, matchers...)
}

// gender is the dimension from which totals are taken: each dimension counts the same people.
const gender = `dimension="gender"`

// total returns the users by labels, of one kind or of each.
func total(m series.Moment, by string, matchers ...string) string {
	return fmt.Sprintf("sum by (%s) (%s)", by, all(m, by+", name", "wxapp_users", append([]string{gender}, matchers...)...))
}

// sameWeekday keeps what is about windows that end seven days after those that were the newest
// a week before. Publication moves between 09:00 and 16:00, so that another day may have been
// the newest then.
func sameWeekday(query, by, metric string, matchers ...string) string {
	end := func(m series.Moment) string { return all(m, by, metric, matchers...) }
	return fmt.Sprintf("(%s) and on (%s) (%s - %s == 604800)", query, by, end(series.Live()), end(series.WeekBefore()))
}

const (
	windowEnd  = "wxapp_data_end_timestamp_seconds"
	datasetEnd = "wxapp_dataset_end_timestamp_seconds"
)

func recordedUsers() []rule {
	const by = "appid, metric, range"
	return []rule{
		{
			record:  "appid_metric_range:wxapp_users:sum",
			comment: "Users of each app, metric and range. They come from the dimension gender alone:\nthe dimensions count the same people.",
			expr:    total(series.Live(), by),
		},
		{
			record:  "appid_range:wxapp_users:new_share",
			comment: "New users among the active ones.",
			expr: total(series.Live(), "appid, range", `metric="visit_uv_new"`) + " / " +
				total(series.Live(), "appid, range", `metric="visit_uv"`),
		},
		{
			record:  "appid_metric_range:wxapp_users:week_over_week",
			comment: "Change against the window that ended seven days earlier, the same weekday.\nPublication moves between 09:00 and 16:00, so seven days ago another day may have\nbeen the newest; then there is no value.",
			expr:    sameWeekday(total(series.Live(), by)+" / "+total(series.WeekBefore(), by)+" - 1", "appid, range", windowEnd),
		},
	}
}

func recordedUsual() []rule {
	const by, weekly = "appid, metric, range", "appid_metric_range_week:wxapp_users:sum"
	var rules []rule
	for week := 1; week <= 4; week++ {
		r := rule{
			record: weekly,
			labels: [][2]string{{"week", fmt.Sprint(week)}},
			expr: series.Everything.AgoLive(7*week, "1d", func(m series.Moment) string {
				return total(m, by, `range="1d"`)
			}),
		}
		if week == 1 {
			r.comment = "The users of the day that was one to four weeks before the newest one. Publication\nmoves between 09:00 and 16:00, so that day was shown seven hours later or seven hours\nearlier in the day than now; that its window ended at the right time is compared."
		}
		rules = append(rules, r)
	}
	known := fmt.Sprintf(" and count by (%s) (%s) >= 3", by, weekly)
	return append(rules,
		rule{record: "appid_metric_range:wxapp_users:mean_4w", expr: fmt.Sprintf("avg by (%s) (%s)", by, weekly) + known},
		rule{record: "appid_metric_range:wxapp_users:stddev_4w", expr: fmt.Sprintf("stddev by (%s) (%s)", by, weekly) + known})
}

func recordedVisits() []rule {
	const day = `period="day"`
	sessions := func(m series.Moment) string { return all(m, "appid, period", "wxapp_sessions", day) }
	users := func(by string) string { return all(series.Live(), by, "wxapp_active_users", day) }
	sources := all(series.Live(), "appid, period, source", "wxapp_source_sessions", day)
	return []rule{
		{
			record:  "appid_period:wxapp_sessions:per_user",
			comment: "How often a user opened the app on the newest day.",
			expr:    sessions(series.Live()) + " / " + users("appid, period"),
		},
		{
			record:  "appid_period:wxapp_sessions:week_over_week",
			comment: "Change against the same weekday a week before, as week_over_week above.",
			expr:    sameWeekday(sessions(series.Live())+" / "+sessions(series.WeekBefore())+" - 1", "appid", datasetEnd, `dataset="visits"`),
		},
		{
			record:  "appid:wxapp_users:coverage",
			comment: "Users in the portrait among all users, while both are of the same day.",
			expr: fmt.Sprintf("(%s / %s) and on (appid) (%s == %s)",
				total(series.Live(), "appid", `metric="visit_uv"`, `range="1d"`), users("appid"),
				all(series.Live(), "appid", windowEnd, `range="1d"`), all(series.Live(), "appid", datasetEnd, `dataset="visits"`)),
		},
		{
			record:  "appid_cohort_day:wxapp_retained_users:ratio",
			comment: "Users who came again among those of their day.",
			expr: all(series.Live(), "appid, cohort, day", "wxapp_retained_users") + " / " +
				all(series.Live(), "appid, cohort, day", "wxapp_retention_cohort_users"),
		},
		{
			record:  "appid_period_source:wxapp_source_sessions:share",
			comment: "Share of each source in the sessions of all sources.",
			expr:    fmt.Sprintf("%s / on (appid, period) group_left () sum by (appid, period) (%s)", sources, sources),
		},
	}
}

func recordedShares() []rule {
	users := all(series.Live(), "appid, dimension, metric, name, range", "wxapp_users")
	return []rule{{
		record:  "appid_dimension_metric_name_range:wxapp_users:share",
		comment: "Share of each name among all users that its dimension lists.",
		expr:    fmt.Sprintf("%s / on (appid, dimension, metric, range) group_left () sum by (appid, dimension, metric, range) (%s)", users, users),
	}}
}
