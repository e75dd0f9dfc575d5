package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// newDashboard returns a dashboard with the variables that all of them have.
func newDashboard(l language, name, title, description string) *grafana.Dashboard {
	d := grafana.New(l.uid(name), title, description, "wxapp", string(l))
	d.DatasourceVariable(l.text("Data source", "数据源"))
	job := d.QueryVariable("job", l.text("Job", "任务"), "label_values(wxapp_app_info, job)")
	job.Multi, job.IncludeAll, job.AllValue = true, true, ".+"
	job.Current = grafana.Choice{Text: "All", Value: "$__all"}
	return d
}

// chooseApps lets apps be chosen by their names.
func chooseApps(l language, d *grafana.Dashboard) {
	v := d.QueryVariable("appid", l.text("App", "小程序"), `query_result(max by (app, appid) (wxapp_app_info{job=~"$job"}))`)
	v.Regex = `/app="(?<text>[^"]+)",appid="(?<value>[^"]+)"/`
	v.Multi = true
}

// chooseMetric lets active or new users be chosen.
func chooseMetric(l language, d *grafana.Dashboard) {
	d.CustomVariable("metric", l.text("Users", "用户"),
		grafana.Choice{Text: l.text("active", "活跃"), Value: activeUsers},
		grafana.Choice{Text: l.text("new", "新增"), Value: newUsers},
	)
}

// chooseRange lets the length of the window be chosen.
func chooseRange(l language, d *grafana.Dashboard) {
	d.CustomVariable("range", l.text("Range", "统计周期"),
		grafana.Choice{Text: l.text("1 day", "1 天"), Value: "1d"},
		grafana.Choice{Text: l.text("7 days", "7 天"), Value: "7d"},
		grafana.Choice{Text: l.text("30 days", "30 天"), Value: "30d"},
	)
}
