package boards

import (
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// chooseApps lets apps be chosen by their names.
func chooseApps(l language, d *grafana.Dashboard) {
	v := d.QueryVariable("appid", l.text("App", "小程序"), "query_result("+series.OnBoard.Max(series.Now(), []string{"app", "appid"}, "wxapp_app_info")+")")
	v.Regex = `/app="(?<text>[^"]+)",appid="(?<value>[^"]+)"/`
	v.Multi = true
}

// chooseMetric lets active or new users be chosen.
func chooseMetric(l language, d *grafana.Dashboard) {
	d.CustomVariable("metric", l.text("Count", "指标"),
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

// choosePlaces lets provinces and cities be chosen.
func choosePlaces(l language, d *grafana.Dashboard) {
	for _, dimension := range []string{"province", "city"} {
		v := d.QueryVariable(dimension, l.dimension(dimension),
			`label_values(wxapp_users{job=~"$job",appid=~"$appid",metric="visit_uv",range="30d",dimension="`+dimension+`"}, name)`)
		v.Multi, v.IncludeAll, v.AllValue = true, true, ".*"
		v.Current = grafana.Choice{Text: "All", Value: "$__all"}
		v.Description = l.text(
			"Filters the map, the table and the trend of this kind of place. WeChat counts provinces, cities, genders, ages, platforms and devices each for themselves, so nothing else can be filtered by place.",
			"只筛选该类地区的地图、表格与趋势。微信对省份、城市、性别、年龄、平台、机型分别统计，因此其他面板无法按地区筛选。")
	}
}
