package boards

import (
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// portraitDimensions shows one table for each dimension that is not on the first screen.
func portraitDimensions(l language, d *grafana.Dashboard) {
	count := l.text("Users", "用户数")
	d.Row(l.text("Cities and places", "城市与地区"))
	d.Line(14,
		dimensionTable(l, chosen().by("city").filtered(), 100,
			l.text("The 100 cities with the most users, or those of them that are chosen. Shares are of all users listed by city.", "用户数最多的 100 个城市（或其中所选）；占比以城市维度中的全部用户为基数。")).Width(16),
		grafana.Table(l.text("Not on the map", "未在地图上的名称"),
			l.text("Province names without coordinates, such as 未知 (unknown). With WXAPP_LOCATION_INFO=false all provinces are listed here.",
				"没有坐标的省份名称，例如“未知”。设置 WXAPP_LOCATION_INFO=false 时全部省份都在此列出。"),
			count, true,
			grafana.NowTable(named(series.Now(), chosen().by("province"))+" unless on (name) "+onMap())).
			NoValue(l.text("all names are on the map", "所有名称都在地图上")).
			Columns(nil, column("name", l.dimension("province"), 0, l.mapped("gender")), column("Value", count, 110, unit("locale"))).Width(8),
	)
	d.Row(l.text("Genders, ages, platforms, devices", "性别、年龄、平台、机型"))
	d.Line(9,
		dimensionTable(l, chosen().by("gender").filtered(), allNames, l.text("Users by the gender in their WeChat profile; unknown means that none is given.", "按微信资料中的性别统计；“未知”表示未填写。")).Width(12),
		dimensionTable(l, chosen().by("platform").filtered(), allNames, l.text("Users by operating system; other is neither iPhone nor Android.", "按操作系统统计；“其他”表示既非 iPhone 也非 Android。")).
			Alerts("WxappShareCollapsed").Width(12),
	)
	d.Line(12,
		dimensionTable(l, chosen().by("age").filtered(), allNames, l.text("Users by age group, youngest first; unknown means that WeChat does not know the age.", "按年龄从小到大排列；“未知”表示微信不掌握。")).Width(12),
		dimensionTable(l, chosen().by("device").filtered(), 20, l.text("WeChat lists only the 20 most common devices; nothing is known about the others, and shares are of those listed.", "微信只返回最常见的 20 个机型，其余不可知；占比以列出的机型为基数。")).Width(12),
	)
}

// portraitHistory shows how the composition changed.
func portraitHistory(l language, d *grafana.Dashboard) {
	d.Row(l.text("Over time", "变化趋势"))
	d.Line(8,
		grafana.TimeSeries(l.text("Users by app, ${metric:text}, ${range:text}", "各小程序用户：${metric:text}，${range:text}"),
			l.text("Users of each app; a point stands on the last day of its range, so the lines for 7 and 30 days move slowly.",
				"各小程序的用户数；每个点位于其统计周期的最后一天，因此 7 天和 30 天的曲线变化较慢。")+deduplicated(l),
			grafana.Over(chosenApps().withName(series.OnDay(0), chosenApps().total(series.OnDay(0), chosen())), "{{app}}")).
			Unit("locale").Min(0).Every("1d").NoValue(fillsTomorrow(l)).Width(8),
		grafana.TimeSeries(l.text("New-user share, ${range:text}", "新增占比，${range:text}"),
			l.text("New users divided by active users of the same range, on the last day of the range.", "同一统计周期内新增用户数除以活跃用户数，位于周期的最后一天。"),
			grafana.Over(chosenApps().withName(series.OnDay(0), chosenApps().newShare(series.OnDay(0), "$range")), "{{app}}")).
			Unit("percentunit").Min(0).Every("1d").NoValue(fillsTomorrow(l)).Width(8),
		grafana.TimeSeries(l.text("Stickiness over time", "黏性趋势"),
			l.text("Active users of one day divided by those of 30 days, of all chosen apps together. Weekends stand out.", "1 天活跃用户数除以 30 天活跃用户数，所选小程序合计。周末会有起伏。"),
			grafana.Over(stickiness(series.OnDay(0)), l.text("stickiness", "黏性"))).
			Unit("percentunit").Min(0).Every("1d").NoValue(fillsTomorrow(l)).Width(8),
	)
	trend := func(dimension string, n int) *grafana.Panel {
		u := chosen().by(dimension).filtered()
		u.largest = n
		query := share(series.OnDay(0), u)
		note := l.text("Share of each name among all users listed in this dimension, on the last day of the range.",
			"各名称在该维度全部用户中的占比，位于统计周期的最后一天。")
		if n > 0 {
			note += l.text(" Only the names with the most users now are shown.", "只显示当前用户数最多的名称。")
		}
		p := grafana.TimeSeries(l.dimension(dimension)+l.text(", share over time", "占比趋势"), note, grafana.Over(query, "{{name}}")).
			Unit("percentunit").Min(0).Every("1d").NoValue(fillsTomorrow(l))
		if n == 0 {
			p.Stacked().Max(1)
		}
		return l.displayed(p, dimension)
	}
	d.Line(9, trend("platform", 0).Width(8), trend("gender", 0).Width(8), trend("age", 0).Width(8))
	d.Line(10, trend("province", 8).Width(8), trend("city", 8).Width(8), trend("device", 8).Width(8))
}

// portraitExport is a table with all data, for downloads.
func portraitExport(l language, d *grafana.Dashboard) {
	d.Row(l.text("Export", "导出"))
	a := chosenApps()
	read := func(metric string) string {
		return a.users(series.Now(), users{metric: metric, length: "$range"}, "dimension", "name")
	}
	by := func(metric string) string { return a.withName(series.Now(), read(metric)) }
	share := func(metric string) string {
		return a.withName(series.Now(), read(metric)+" / on (appid, dimension) group_left () sum by (appid, dimension) ("+read(metric)+")")
	}
	activeOnes := l.text("Active users", "活跃用户")
	d.Line(14, grafana.Table(l.text("All data, ${range:text} up to ${day}", "全部数据，截至 ${day} 的 ${range:text}"),
		l.text("All data from WeChat for the selected range. To export it: panel menu, Inspect, Data, Download CSV. A dash means no users. The same people are counted in every dimension.",
			"微信针对所选统计周期给出的全部数据，可导出：面板菜单 → 检查 → 数据 → 下载 CSV。“–”表示无人。各维度统计的是同一批用户。"),
		activeOnes, true,
		grafana.NowTable(by(activeUsers)),
		grafana.NowTable(share(activeUsers)),
		grafana.NowTable(by(newUsers)),
		grafana.NowTable(share(newUsers))).
		FieldOption("filterable", true).
		Merged().NoValue(fillsTomorrow(l)).
		Columns(nil,
			column("app", l.text("App", "小程序"), 220),
			column("dimension", l.text("Dimension", "维度"), 120, mappings(l.dimensions()...)),
			column("name", l.text("Name", "名称"), 0, l.mapped("gender", "platform", "age")),
			column("Value #A", activeOnes, 140, unit("locale")),
			column("Value #B", l.text("Share of active", "活跃占比"), 140, unit("percentunit"), decimals(2)),
			column("Value #C", l.text("New users", "新增用户"), 140, unit("locale")),
			column("Value #D", l.text("Share of new", "新增占比"), 140, unit("percentunit"), decimals(2)),
			column("appid", "appid", 190)).
		Width(24))
}
