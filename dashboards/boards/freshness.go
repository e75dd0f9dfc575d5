package boards

import (
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// hours returns a duration in hours, as it stands in texts.
func hours(d time.Duration) int { return int(d / time.Hour) }

// stale keeps those ages of a query that are stale.
func stale(ages string) string { return fmt.Sprintf("%s > %.0f", ages, series.StaleAfter.Seconds()) }

// staleDatasets returns 1 for each dataset of each app that is stale, and 0 for the others.
// The numbers of a week or month stand until those of the next one are published. A day is asked
// for when the user portrait has it: after a start in the morning that is a day later, so that
// a dataset that is a day behind a fresh portrait is not late.
func (a apps) staleDatasets() string {
	const days = `dataset!~"weekly|monthly"`
	const week, month = 7 * hoursOfDay * time.Hour, 31 * hoursOfDay * time.Hour
	age := func(matcher string) string {
		return "time() - " + a.Max(series.Now(), []string{"appid", "dataset"}, "wxapp_dataset_end_timestamp_seconds", matcher)
	}
	portrait := a.each(series.Now(), "wxapp_data_end_timestamp_seconds")
	behind := fmt.Sprintf("0 * (%s >= on (appid) group_left () (%s - %d and time() - %s <= %.0f))",
		a.Max(series.Now(), []string{"appid", "dataset"}, "wxapp_dataset_end_timestamp_seconds", days), portrait, hoursOfDay*3600, portrait, series.StaleAfter.Seconds())
	return fmt.Sprintf(`(%s or %s > bool %.0f or %s > bool %.0f or %s > bool %.0f)`,
		behind, age(days), series.StaleAfter.Seconds(),
		age(`dataset="weekly"`), (week - hoursOfDay*time.Hour + series.StaleAfter).Seconds(),
		age(`dataset="monthly"`), (month - hoursOfDay*time.Hour + series.StaleAfter).Seconds())
}

// datasetState returns the state of each dataset of each app as a number, the worst of those
// that hold.
func (a apps) datasetState() string {
	up := a.Max(series.Now(), []string{"appid", "dataset"}, "wxapp_dataset_up")
	failing := "max by (appid, dataset) (" + a.Failing(series.Now(), `dataset!="user_portrait"`) + ")"
	stale := a.staleDatasets()
	return fmt.Sprintf("(0 * %s + %d) or (0 * (%s unless on (appid, dataset) %s) + %d) or (0 * (%s == 1) + %d) or (0 * %s + %d)",
		failing, broken, up, stale, empty, stale, late, up, fine)
}

// redWhenStale is the step of a color that begins where data are stale, in hours.
func redWhenStale() grafana.Step { return grafana.At(series.StaleAfter.Hours(), "red") }

// ageColumn shows how many hours ago a window ended.
func ageColumn(l language, field, heading string, width int) grafana.Column {
	return column(field, heading, width, append(colored(neutral, redWhenStale()), unit(l.hours()), decimals(0))...)
}

// The states of an app, the worst one last.
const (
	fine = iota
	late
	empty
	broken
)

// state returns the state of each app as a number, the worst of those that hold.
func (a apps) state(length series.Window) string {
	known := a.each(series.Now(), "wxapp_app_info")
	return fmt.Sprintf("(0 * %s + %d) or (0 * (%s unless on (appid) %s) + %d) or (0 * (%s) + %d) or (0 * %s + %d)",
		a.failing(), broken,
		known, a.DataEnd(series.Now(), length), empty,
		stale(a.age(series.Now(), length)), late,
		known, fine)
}

// stateTexts shows states in words and colors.
func stateTexts(l language) []grafana.Mapping {
	return grafana.ValueMappings(
		grafana.Choice{Value: fmt.Sprint(fine), Text: l.text("fresh", "正常"), Color: "green"},
		grafana.Choice{Value: fmt.Sprint(late), Text: l.text("STALE", "过期"), Color: "orange"},
		grafana.Choice{Value: fmt.Sprint(empty), Text: l.text("no data", "无数据"), Color: gray},
		grafana.Choice{Value: fmt.Sprint(broken), Text: l.text("FAILING", "失败"), Color: "red"},
	)
}

// stateColumn shows the state of an app.
func stateColumn(l language, field string, width int) grafana.Column {
	return column(field, l.text("State", "状态"), width, append(filled("transparent"),
		grafana.Property{ID: "mappings", Value: stateTexts(l)})...)
}
