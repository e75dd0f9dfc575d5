package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// portraitPeople shows who the users are and which devices they use.
func portraitPeople(l language, d *grafana.Dashboard) {
	d.Row(l.text("People and devices", "人群与设备"))
	users, share := l.text("Users", "用户数"), l.text("Share", "占比")
	donut := func(dimension, note string) *grafana.Panel {
		p := grafana.Donut(l.dimension(dimension), note+deduplicated(l),
			grafana.Now(named(now(), chosenMetric, dimension), "{{name}}")).Unit("locale")
		return sameColors(p, dimension)
	}
	ages := named(now(), chosenMetric, "age")
	d.Line(10,
		donut("gender", l.text("Users by the gender in their WeChat profile; 未知 (unknown) means that none is given.", "按微信资料中的性别统计；“未知”表示未填写。")).Width(6),
		donut("platform", l.text("Users by operating system; 其他 (other) is neither iPhone nor Android.", "按操作系统统计；“其他”表示既非 iPhone 也非 Android。")).Width(6),
		grafana.BarChart(l.text("Ages", "年龄"),
			l.text("Users by age group, youngest first; 未知 (unknown) means that WeChat does not know the age.", "按年龄从小到大排列；“未知”表示微信不掌握。")+deduplicated(l), "name",
			grafana.NowTable(ages)).
			Unit("locale").Fixed("blue").
			Columns(nil, column("name", "name"), column("Value", users)).
			Transform("sortBy", grafana.Options{"sort": []grafana.Options{{"field": "name"}}}).Width(7),
		grafana.Table(l.text("Ages: users and share", "年龄：用户数与占比"),
			l.text("The same as a table, youngest first.", "同上，以数字显示，按年龄排列。")+deduplicated(l), l.dimension("age"), false,
			grafana.NowTable(ages), grafana.NowTable(shareNow("age"))).
			Unit("locale").
			Transform("merge", grafana.Options{}).
			Columns(nil,
				column("name", l.dimension("age")),
				column("Value #A", users, width(90)),
				column("Value #B", share, bar("percentunit")...)).Width(5),
	)
	d.Line(13,
		grafana.BarGauge(l.text("Top 20 devices", "机型前 20"),
			l.text("WeChat lists only the 20 most common devices; nothing is known about the others.", "微信只返回最常见的 20 个机型，其余不可知。")+deduplicated(l),
			grafana.Now("sort_desc(topk(20, "+named(now(), chosenMetric, "device")+"))", "{{name}}")).
			Unit("locale").Min(0).Colored("continuous-BlPu").Width(12),
		ranked(l, l.text("Devices: users and share", "机型：用户数与占比"), "device", 20,
			l.text("Shares are of the devices that WeChat lists, not of all users.", "占比以微信列出的机型为基数，而非全部用户。")).Width(12),
	)
}

// portraitHistory shows how the composition changed.
func portraitHistory(l language, d *grafana.Dashboard) {
	d.Row(l.text("Composition over time", "构成变化"))
	trend := func(dimension string, n int) *grafana.Panel {
		query := share(overTime(), chosenMetric, dimension)
		title := l.dimension(dimension) + l.text(": share over time", "：占比变化")
		note := l.text("Share of each name among all users listed in this dimension, in the range that was newest at the time. Each name keeps its color.",
			"各名称在该维度全部用户中的占比，取当时最新的统计周期。颜色与名称固定对应。")
		if n > 0 {
			query = most(n, atEnd(), query, chosenMetric, dimension)
			note += l.text(" Only the names with the most users now are shown.", "只显示当前用户数最多的名称。")
		}
		p := grafana.TimeSeries(title, note, grafana.Over(query, "{{name}}")).
			Unit("percentunit").Min(0).Every("1h")
		if n == 0 {
			p.Stacked().Max(1)
		}
		return sameColors(p, dimension)
	}
	d.Line(9, trend("platform", 0).Width(8), trend("gender", 0).Width(8), trend("age", 0).Width(8))
	d.Line(10, trend("province", 8).Width(8), trend("city", 8).Width(8), trend("device", 8).Width(8))
}

// portraitGrowth compares new users with active ones.
func portraitGrowth(l language, d *grafana.Dashboard) {
	d.Row(l.text("Who is growing: new against active users", "谁在增长：新增与活跃对比"))
	growth := func(dimension string, n int) *grafana.Panel {
		query := index(dimension)
		if n > 0 {
			query = most(n, now(), query, activeUsers, dimension)
		}
		heading := l.text("Index", "指数")
		return grafana.BarChart(l.dimension(dimension)+l.text(": index of new to active", "：新增/活跃指数"),
			l.text("Share among new users divided by the share among active users of the same range. Above 100%: the group is growing faster than the others. Only the provinces, cities and devices with the most active users are shown.",
				"在新增用户中的占比除以在同一周期活跃用户中的占比。高于 100% 表示该群体增长快于其他群体。省份、城市与机型只显示活跃用户最多的名称。"),
			"name", grafana.NowTable(query)).
			Unit("percentunit").Decimals(0).
			Option("orientation", "horizontal").Option("showValue", "always").
			Fixed("purple").
			Columns(nil, column("name", "name"), column("Value", heading)).
			Transform("sortBy", grafana.Options{"sort": []grafana.Options{{"field": heading, "desc": true}}})
	}
	d.Line(11, growth("province", 12).Width(8), growth("city", 12).Width(8), growth("device", 12).Width(8))
	d.Line(7, growth("age", 0).Width(8), growth("gender", 0).Width(8), growth("platform", 0).Width(8))
}

// portraitExport is a table with all data, for downloads.
func portraitExport(l language, d *grafana.Dashboard) {
	d.Row(l.text("Export", "导出"))
	a, everything := chosenApps, "dimension"
	users := func(metric string) string { return a.users(now(), metric, "", everything, "name") }
	by := func(metric string) string { return a.withName(now(), users(metric)) }
	share := func(metric string) string {
		return a.withName(now(), users(metric)+" / on (appid, dimension) group_left () sum by (appid, dimension) ("+users(metric)+")")
	}
	active := l.text("Active users", "活跃用户")
	d.Line(14, grafana.Table(l.text("All data, ${range:text}", "全部数据，${range:text}"),
		l.text("All data from WeChat for the selected range. To export it: panel menu, Inspect, Data, Download CSV. Empty means no users. The same people are counted in every dimension.",
			"微信针对所选统计周期给出的全部数据，可导出：面板菜单 → 检查 → 数据 → 下载 CSV。空白表示无人。各维度统计的是同一批用户。"),
		active, true,
		grafana.NowTable(by(activeUsers)),
		grafana.NowTable(share(activeUsers)),
		grafana.NowTable(by(newUsers)),
		grafana.NowTable(share(newUsers))).
		Unit("locale").MapValues(l.dimensions()...).
		FieldOption("filterable", true).
		Transform("merge", grafana.Options{}).
		Columns(nil,
			column("app", l.text("App", "小程序")),
			column("dimension", l.text("Dimension", "维度")),
			column("name", l.text("Name", "名称")),
			column("Value #A", active),
			column("Value #B", l.text("Share of active", "活跃占比"), unit("percentunit"), decimals(2)),
			column("Value #C", l.text("New users", "新增用户")),
			column("Value #D", l.text("Share of new", "新增占比"), unit("percentunit"), decimals(2)),
			column("appid", "appid")).
		Width(24))
}
