package boards

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// chooseApps lets apps be chosen by their names. The one with the most users stands first. Of
// apps that have one name, the appid tells which is which.
func chooseApps(l language, d *grafana.Dashboard) {
	all := allApps()
	names := all.Names(series.Now())
	again := fmt.Sprintf("count by (app) (%s) > 1", all.Max(series.Within("26h"), []string{"app", "appid"}, "wxapp_app_info"))
	told := fmt.Sprintf(`(%s unless on (app) (%s) or label_join(%s and on (app) (%s), "app", " · ", "app", "appid"))`, names, again, names, again)
	users := all.total(series.Now(), active("30d"))
	v := d.QueryVariable("appid", l.text("App", "小程序"), fmt.Sprintf("query_result(sort_desc(%s * on (appid) group_left () %s or 0 * %s))", told, users, told))
	v.Regex = `/app="(?<text>(?:[^"\\]|\\.)+)",appid="(?<value>[^"]+)"/`
	v.Sort = 0 // as they are
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
	d.CustomVariable("range", l.text("Range", "统计周期"), l.lengths()...)
}

// lengths are the words for the ranges.
func (l language) lengths() []grafana.Choice {
	return []grafana.Choice{
		{Text: l.text("1 day", "1 天"), Value: "1d"},
		{Text: l.text("7 days", "7 天"), Value: "7d"},
		{Text: l.text("30 days", "30 天"), Value: "30d"},
	}
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

// nameDay keeps the newest day of a window as a text for titles, or that of the first of others that
// there is.
func nameDay(l language, d *grafana.Dashboard, name string, of ...series.Window) {
	var days []string
	for _, window := range of {
		days = append(days, "max("+chosenApps().DataEnd(series.Now(), window)+" - 1)")
	}
	part := func(label, function string) string {
		return fmt.Sprintf(`label_replace(count_values("%s", %s(%s)), "%s", "0$1", "%s", "(.)")`, label, function, strings.Join(days, " or "), label, label)
	}
	d.HiddenVariable(name, l.text("Day", "日期"), fmt.Sprintf(`label_join(%s * on () group_left (m) %s * on () group_left (d) %s, "day", "-", "y", "m", "d")`,
		part("y", "year"), part("m", "month"), part("d", "day_of_month")), "day")
}

// ofNewest names in a title the newest day of a dataset, which has a variable.
func (l language) ofNewest(title string, of series.Window) string {
	return title + l.text(", ", "，") + "${" + dayOf(of) + "}"
}

// dayOf is the variable with the newest day of a dataset.
func dayOf(of series.Window) string { return string(of) + "_day" }
