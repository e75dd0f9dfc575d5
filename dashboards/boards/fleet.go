package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// fleet is the dashboard that compares all apps.
func fleet(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-fleet",
		l.text("WeChat Mini Program / All apps", "微信小程序 / 全部小程序"),
		l.text("All Mini Programs side by side: users, changes and data freshness.", "全部小程序对比：用户数、变化与数据新鲜度。"))
	chooseMetric(l, d)
	chooseRange(l, d)

	fleetSummary(l, d)
	fleetRanking(l, d)
	fleetMovers(l, d)
	return d
}

func fleetSummary(l language, d *grafana.Dashboard) {
	a := allApps
	count := func(title, description, query, color string) *grafana.Panel {
		p := grafana.Stat(title, description, grafana.Now(query, "")).Unit("locale").Thresholds(color)
		if color == "green" {
			p.Thresholds("green", grafana.At(1, "red"))
		}
		return p
	}
	d.Line(4,
		count(l.text("Apps", "小程序数"), l.text("Mini Programs that the exporter is configured for.", "采集器中配置的小程序数量。"),
			"count(max by (appid) ("+selector("wxapp_app_info")+"))", "blue").Width(4),
		count(l.text("With data", "有数据"), l.text("Mini Programs with data for the selected range.", "所选统计周期有数据的小程序数量。"),
			"count("+a.total(now(), chosenMetric)+") or vector(0)", "text").Width(4),
		count(l.text("Failing", "采集失败"), l.text("Mini Programs whose last poll failed. The status page of the exporter says what to do.", "最近一次轮询失败的小程序数量。处理办法见采集器状态页。"),
			"count(max by (appid) ("+selector("wxapp_up")+") == 0) or vector(0)", "green").Width(4),
		count(l.text("With stale data", "数据过期"), l.textf("Mini Programs whose selected range ended more than %d hours ago, later than any publication explains.", "所选统计周期结束已超过 %d 小时（晚于任何一次正常发布）的小程序数量。", hours(StaleAfter)),
			"count("+stale(a.age(now(), "$range"))+") or vector(0)", "green").Width(4),
		grafana.Stat(l.text("Newest data is for", "最新数据日期"),
			l.text("Last day of the newest range of any app, in China time.", "所有小程序中最新统计周期的最后一天（北京时间）。"),
			grafana.Now("max("+a.day("$range")+")", "")).
			Unit("time:YYYY-MM-DD ddd").Width(8),
	)
}

// appColumn shows the name of an app, with a link to its portrait.
func appColumn(l language) grafana.Column {
	return column("app", l.text("App", "小程序"), grafana.Property{ID: "links", Value: []grafana.Options{{
		"title": l.text("Portrait", "用户画像"),
		"url":   "/d/" + l.uid("wxapp-portrait") + "?var-appid=${__data.fields.appid}&${__all_variables}&${__url_time_range}",
	}}})
}

func fleetRanking(l language, d *grafana.Dashboard) {
	a := allApps
	users := l.text("Users", "用户数")
	d.Row(l.text("Ranking", "小程序排行"))
	d.Line(12,
		grafana.Table(l.text("All apps: ${metric:text} users, ${range:text}", "全部小程序：${metric:text}用户，${range:text}"),
			l.text("One row per app; its name links to its portrait. Users are de-duplicated per app and range: never add up ranges, or new and active users. A person who uses two apps counts in both rows.",
				"每个小程序一行，点击名称查看其用户画像。用户数按小程序与周期去重：不同周期、新增与活跃均不可相加；同时使用两个小程序的人在两行中各计一次。"),
			users, true,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable(a.total(now(), chosenMetric)),
			grafana.NowTable(a.change(7)),
			grafana.NowTable(a.change(30)),
			grafana.NowTable(a.newShare(now())),
			grafana.NowTable(a.day("$range"))).
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				appColumn(l),
				column("Value #B", users, append(bar("locale"), decimals(0))...),
				changeColumn("Value #C", l.text("Same weekday last week", "较上周同一天")),
				changeColumn("Value #D", l.text("30 days ago", "较 30 天前")),
				column("Value #E", l.text("New-user share", "新用户占比"), unit("percentunit"), decimals(1)),
				dayColumn("Value #F", l.text("Data for", "数据日期")),
				column("appid", "appid")).
			Width(24))
	d.Line(9,
		grafana.TimeSeries(l.text("${metric:text} users over time, ${range:text}", "${metric:text}用户趋势，${range:text}"),
			l.text("The 20 apps with the most users. Each point is the range that was newest at that time.", "用户数最多的 20 个小程序。每个点是当时最新的统计周期。"),
			grafana.Over(a.withName(overTime(), a.total(overTime(), chosenMetric)+" and on (appid) topk(20, "+a.total(atEnd(), chosenMetric)+")"), "{{app}}")).
			Unit("locale").Min(0).Every("1h").Width(12),
		freshnessTable(l).Width(12))
}

func fleetMovers(l language, d *grafana.Dashboard) {
	a := allApps
	d.Row(l.text("Biggest changes, compared with the same weekday last week", "变化最大者（与上周同一天相比）"))
	mover := func(title, function string) *grafana.Panel {
		return grafana.BarGauge(title,
			l.text("Change of users in the selected range, compared with the range that ended 7 days earlier.", "所选统计周期的用户数与 7 天前结束的周期相比的变化。"),
			grafana.Now(a.withName(now(), function+"(10, "+a.change(7)+")"), "{{app}}")).
			Unit("percentunit").Decimals(1).Option("displayMode", "basic").
			NoValue(noLastWeek(l)).
			Thresholds("red", grafana.At(0, "green"))
	}
	d.Line(9,
		mover(l.text("Apps that grew most", "增幅最大的小程序"), "topk").Width(12),
		mover(l.text("Apps that fell most", "降幅最大的小程序"), "bottomk").Width(12))

	dimensions := "province|city|platform|device"
	difference := func(m moment) string { return a.users(m, chosenMetric, dimensions, "dimension", "name") }
	change := difference(now()) + " - " + a.ago(7, difference)
	group := func(title, function string, desc bool) *grafana.Panel {
		heading := l.text("Change in users", "用户数变化")
		return grafana.Table(title,
			l.text("The provinces, cities, platforms and devices of all apps whose number of users changed most.", "全部小程序中用户数变化最大的省份、城市、平台与机型。"),
			heading, desc,
			grafana.NowTable(a.withName(now(), function+"(15, "+change+")"))).
			Unit("locale").MapValues(l.dimensions()...).
			NoValue(noLastWeek(l)).
			Columns(nil,
				appColumn(l),
				column("dimension", l.text("Dimension", "维度")),
				column("name", l.text("Name", "名称")),
				column("Value", heading),
				column("appid", "appid"))
	}
	d.Line(12,
		group(l.text("Groups that grew most", "增长最多的群体"), "topk", true).Width(12),
		group(l.text("Groups that fell most", "下降最多的群体"), "bottomk", false).Width(12))
}
