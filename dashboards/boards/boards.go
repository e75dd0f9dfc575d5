// Package boards is the source of the dashboards. Each text stands here once, in all
// languages side by side.
package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// board is a dashboard.
type board struct {
	name  string                            // the uid in English
	short func(language) string             // the word for it in links
	build func(language) *grafana.Dashboard // without links
}

func boards() []board {
	return []board{
		{"wxapp-overview", func(l language) string { return l.text("Overview", "概览") }, overview},
		{"wxapp-portrait", func(l language) string { return l.text("Users", "用户") }, portrait},
		{"wxapp-visits", func(l language) string { return l.text("Visits", "访问") }, visits},
		{"wxapp-fleet", func(l language) string { return l.text("Apps", "小程序") }, fleet},
		{"wxapp-exporter", func(l language) string { return l.text("Exporter", "采集器") }, exporter},
	}
}

// Files returns the dashboards in every language, as JSON, by the names of their files.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, l := range languages() {
		for _, b := range boards() {
			content, err := b.in(l).JSON()
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", b.name, err)
			}
			files[b.file(l)] = content
		}
	}
	return files, nil
}

// in returns the dashboard in a language, with links to the others and to itself in the
// other language.
func (b board) in(l language) *grafana.Dashboard {
	d := b.build(l)
	for _, other := range boards() {
		if other.name != b.name {
			d.Link(other.short(l), other.build(l).Title, l.uid(other.name))
		}
	}
	twin := l.other()
	d.Link(twin.text("English", "中文"), twin.text("This dashboard in English", "此仪表盘的中文版"), twin.uid(b.name))
	return d
}

// file returns the name of the dashboard's file.
func (b board) file(l language) string {
	if l == english {
		return b.name + ".json"
	}
	return b.name + "." + string(l) + ".json"
}

// AlertPanels returns where an alert is shown: the dashboard and the id of the panel, by
// the name of the alert.
func AlertPanels() map[string]grafana.PanelRef {
	panels := map[string]grafana.PanelRef{}
	for _, b := range boards() {
		d := b.in(english)
		for alert, id := range d.AlertPanels() {
			panels[alert] = grafana.PanelRef{Dashboard: d.UID, Panel: id}
		}
	}
	return panels
}

// newDashboard returns a dashboard with the variables that all of them have.
func newDashboard(l language, name, title, description string) *grafana.Dashboard {
	d := grafana.New(l.uid(name), title, description, "wxapp", string(l))
	d.DatasourceVariable(l.text("Data source", "数据源"))
	job := d.QueryVariable("job", l.text("Job", "任务"), "label_values(wxapp_app_info, job)")
	job.Multi, job.IncludeAll, job.AllValue = true, true, ".*"
	job.Current = grafana.Choice{Text: "All", Value: "$__all"}
	back := d.HiddenVariable(series.LookingBack, l.text("Looking back", "回看"), series.Lookback(), series.LookingBack)
	back.Current = grafana.Choice{Text: ".*", Value: ".*"}
	return d
}
