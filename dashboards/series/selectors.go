// Package series writes the parts of PromQL that boards, rules and alerts share: whose series
// are read, when, and what counts once. Nothing else knows of the labels of targets, of
// replicas, of exporters that are just starting, or of imported pasts.
package series

import (
	"fmt"
	"slices"
	"strings"
)

// Apps says whose series are read, as matchers. Series need neither a job nor an instance:
// some agents and backends write none.
type Apps string

const (
	// Chosen are the apps that are chosen at the top of a board.
	Chosen Apps = OnBoard + `,appid=~"$appid"`
	// OnBoard are all apps of the jobs that are chosen at the top of a board.
	OnBoard Apps = `job=~"$job"`
	// Everything is for rules and alerts.
	Everything Apps = ""
)

// Selector returns the selector of a metric with more matchers.
func (a Apps) Selector(metric string, matchers ...string) string {
	all := matchers
	if a != Everything {
		all = append([]string{string(a)}, matchers...)
	}
	if len(all) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(all, ",") + "}"
}

// Each returns what a metric of processes is at a moment, each for itself.
func (a Apps) Each(m Moment, metric string) string { return m.read(a.Selector(metric)) }

// Max returns what a metric is at a moment, by labels. Replicas of an exporter, which show
// the same, count once.
func (a Apps) Max(m Moment, by []string, metric string, matchers ...string) string {
	return a.MaxOf(m, by, "", metric, matchers...)
}

// Min is Max where the least value of the replicas counts.
func (a Apps) Min(m Moment, by []string, metric string, matchers ...string) string {
	return a.read("min", m, by, "", metric, matchers...)
}

// MaxOf is Max of what an operation after the selector keeps.
func (a Apps) MaxOf(m Moment, by []string, kept, metric string, matchers ...string) string {
	return a.read("max", m, by, kept, metric, matchers...)
}

func (a Apps) read(aggregation string, m Moment, by []string, kept, metric string, matchers ...string) string {
	read := func(m Moment, matchers ...string) string {
		return fmt.Sprintf("%s by (%s) (%s%s)", aggregation, strings.Join(by, ", "), m.read(a.Selector(metric, matchers...)), kept)
	}
	if !m.shown {
		return read(m, matchers...)
	}
	last := m
	last.window = lookback
	first := ""
	if slices.Contains(by, "appid") {
		first = " on (appid)"
	}
	return fmt.Sprintf("(%s or%s %s)", read(m, matchers...), first, read(last, append([]string{lookingBack}, matchers...)...))
}

// LookingBack is the name of a variable of boards. It is .* where what apps have shown last stands in for
// what they do not show at the moment, and else none, which is then not even read: no series has such a
// label.
const (
	LookingBack = "lookback"
	lookingBack = LookingBack + `=~"$` + LookingBack + `"`
)

// Lookback returns the values of that variable, as a label of its name. While all exporters of the last
// quarter of an hour are there and have read the archives of all of their apps, an app that shows nothing
// has nothing. Otherwise, as after a restart, it shows what it has shown last; and so does an imported
// past, which has no values between its samples.
func Lookback() string {
	restoring := OnBoard.Selector(restoringApps)
	whole := fmt.Sprintf("count(%s == 0) >= count(%s)", restoring, Within("15m").read(restoring))
	value := func(query, value string) string {
		return fmt.Sprintf(`label_replace(%s, %q, %q, "", "")`, query, LookingBack, value)
	}
	return value(whole, "none") + " or on () " + value("vector(1)", ".*")
}

// restoringApps are the apps of a process whose archives are still being read after a start.
const restoringApps = "wxapp_restoring_apps"

// Whole keeps what a query about missing apps answers while no exporter is reading archives:
// until it has, it does not show all of its apps.
func (a Apps) Whole(query string) string {
	return fmt.Sprintf("(%s) unless on () (max(%s) > 0)", query, a.Selector(restoringApps))
}

// Names returns a series with the name of each app. An app that has two names, while it is
// renamed, has one of them.
func (a Apps) Names(m Moment) string {
	return fmt.Sprintf("topk by (appid) (1, %s)", a.Max(m, []string{"app", "appid"}, "wxapp_app_info"))
}

// Failing returns 1 for each reason why a dataset of an app fails on all replicas.
func (a Apps) Failing(m Moment, matchers ...string) string {
	by := []string{"appid", "dataset"}
	return fmt.Sprintf(`(%s unless on (appid, dataset) (%s == 1) unless on (appid, dataset) label_replace(%s == 1, "dataset", "user_portrait", "", ""))`,
		a.Max(m, append(by, "reason"), "wxapp_failing", matchers...),
		a.Max(m, by, "wxapp_dataset_up"),
		a.Max(m, []string{"appid"}, "wxapp_up"))
}
