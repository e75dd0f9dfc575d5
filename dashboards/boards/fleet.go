package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// fleet is the dashboard that compares all apps.
func fleet(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-fleet",
		l.text("WeChat Mini Program / All apps", "微信小程序 / 全部小程序"),
		l.text("All Mini Programs side by side: state, users, changes and data freshness.", "全部小程序对比：状态、用户数、变化与数据新鲜度。"))
	chooseMetric(l, d)
	chooseRange(l, d)
	annotate(l, d, allApps())

	fleetSummary(l, d)
	fleetTable(l, d)
	fleetMovers(l, d)
	fleetTrends(l, d)
	return d
}

// tile is a number with a link to the exporter's dashboard. If bad is a color, the number
// has it from 1 on; at 0 it is green.
func tile(l language, title, description, query, bad string) *grafana.Panel {
	p := grafana.Stat(title, description, grafana.Now(query, "")).Unit("locale").
		Link(l.text("What to do", "如何处理"), "/d/"+l.uid("wxapp-exporter")+"?${datasource:queryparam}&${job:queryparam}&${__url_time_range}").
		NoValue(l.text("no exporter", "没有采集器"))
	if bad != "" {
		return p.Thresholds(neutral, grafana.At(0, "green"), grafana.At(1, bad))
	}
	return p.Thresholds(neutral)
}

func fleetSummary(l language, d *grafana.Dashboard) {
	a := allApps()
	in := func(state int) string {
		return fmt.Sprintf("sum(%s == bool %d)", "("+a.state("$range")+")", state)
	}
	d.Line(4,
		tile(l, l.text("Apps", "小程序数"), l.text("Mini Programs that the exporter is configured for.", "采集器中配置的小程序数量。"),
			"count("+a.each(series.Now(), "wxapp_app_info")+")", "").Width(4),
		tile(l, l.text("Failing", "采集失败"), l.text("Mini Programs of which a dataset fails. The table below names them, with the reason.", "有数据集失败的小程序数量。下表列出名称与原因。"),
			in(broken), "red").Width(4),
		tile(l, l.text("Stale", "数据过期"), l.textf("Mini Programs whose selected range ended more than %d hours ago, later than any publication explains, and that do not fail.", "所选统计周期结束已超过 %d 小时（晚于任何一次正常发布）且没有失败的小程序数量。", hours(series.StaleAfter)),
			in(late), "orange").Width(4),
		tile(l, l.text("No data", "无数据"), l.text("Mini Programs without data for the selected range that do not fail: nothing is published for them yet, or nobody came.", "所选统计周期尚无数据且没有失败的小程序数量：尚未发布，或无人访问。"),
			in(empty), "orange").Width(4),
		grafana.Stat(l.text("Newest day", "最新日期"),
			l.text("Last day of the newest range of any app, in China time.", "所有小程序中最新统计周期的最后一天（北京时间）。"),
			grafana.Now("max("+a.lastDay("$range")+")", "")).
			Unit("time:YYYY-MM-DD").Thresholds(neutral).NoValue(l.text("none yet", "尚无")).Width(4),
		grafana.Stat(l.text("Median", "变化中位数"),
			l.text("Median of the changes of all apps against the same weekday last week: half of the apps did better. Up to 5% either way is gray.", "全部小程序较上周同一星期几变化的中位数：一半的小程序表现更好。5% 以内显示灰色。"),
			grafana.Now("quantile(0.5, "+a.change(1, chosen())+")", "")).
			Unit("percentunit").Decimals(1).Thresholds(neutral, changeSteps()...).
			NoValue(noWeekBefore(l)).Width(4),
	)
}

// fleetTable is one line for each app, those that fail first.
func fleetTable(l language, d *grafana.Dashboard) {
	a := allApps()
	count, state := l.text("Users", "用户数"), l.text("State", "状态")
	p := grafana.Table(l.text("All apps, ${metric:text}, ${range:text}", "全部小程序：${metric:text}，${range:text}"),
		l.text("One row per app, failing ones first; the name links to the app's portrait. The line shows the last days of the time shown. Users are de-duplicated per app and range: never add up ranges, or new and active users. A person who uses two apps counts in both rows.",
			"每个小程序一行，失败的在前，点击名称查看其用户画像。曲线为所选时间内的每日数据。用户数按小程序与周期去重：不同周期、新增与活跃均不可相加；同时使用两个小程序的人在两行中各计一次。"),
		state, true,
		grafana.NowTable(a.Names(series.Now())),
		grafana.NowTable(a.state("$range")),
		grafana.NowTable(a.reason()),
		grafana.NowTable(a.total(series.Now(), chosen())),
		grafana.Over(a.total(series.OverTime(), chosen()), ""), // without dates, so that which day is which does not matter
		grafana.NowTable(a.change(1, chosen())),
		grafana.NowTable(a.change(4, chosen())),
		grafana.NowTable(a.newShare(series.Now(), "$range")),
		grafana.NowTable(a.lastDay("$range")),
		grafana.NowTable(a.ageHours(series.Now(), "$range"))).
		Every("1d").
		Sparkline("E").Joined("appid").
		Columns([]string{"Value #A", "Value #C"},
			stateColumn(l, "Value #B", 90),
			appColumn(l, chosenParams),
			reasonColumn(l, 230),
			column("Value #D", count, 100, unit("locale"), decimals(0)),
			column("Trend #E", l.text("By day", "每日"), 200, unit("locale"),
				grafana.Property{ID: "color", Value: grafana.Color{Mode: "fixed", FixedColor: "blue"}},
				grafana.Property{ID: "custom.cellOptions", Value: grafana.Options{"type": "sparkline", "lineWidth": 2, "fillOpacity": 15, "hideValue": true}}),
			changeColumn("Value #F", l.text("vs last week", "较上周"), 115),
			changeColumn("Value #G", l.text("vs 4 weeks ago", "较四周前"), 130),
			column("Value #H", l.text("New share", "新增占比"), 95, unit("percentunit"), decimals(1)),
			dayColumn("Value #I", l.text("Day", "日期"), 100),
			ageColumn(l, "Value #J", l.text("Age", "距今"), 75),
			appidColumn()).
		NoValue(l.text("no exporter reports an app yet", "尚无采集器提供数据"))
	p.Options["sortBy"] = []grafana.Options{{"displayName": state, "desc": true}, {"displayName": count, "desc": true}}
	d.Line(14, p.Width(24))
}

func fleetMovers(l language, d *grafana.Dashboard) {
	a := allApps()
	change := l.text("Change", "变化")
	note := l.textf(" Only what had at least %d users, since small numbers jump.", "只计不少于 %d 人的对象，因为小数目波动大。", few)
	diverging := func(title, description, x, query string, hidden ...string) *grafana.Panel {
		return grafana.BarChart(title, description+note, x, grafana.NowTable("sort_desc("+query+")")).
			Unit("percentunit").Decimals(1).
			Colored("thresholds").Thresholds(neutral, changeSteps()...).
			Option("orientation", "horizontal").Option("showValue", "always").
			FieldOption("axisCenteredZero", true).
			NoValue(noWeekBefore(l)).
			Fields(hidden, field(x, x), field("Value", change)).
			Transform("sortBy", grafana.Options{"sort": []grafana.Options{{"field": change, "desc": true}}})
	}
	ends := func(n int, query string) string {
		return fmt.Sprintf("(topk(%d, %s) or bottomk(%d, %s))", n, query, n, query)
	}
	before := a.Ago(7, "$range", func(m series.Moment) string { return a.total(m, chosen()) })
	apps := fmt.Sprintf("%s / %s - 1", a.total(series.Now(), chosen()), enough(before))
	groups := func(m series.Moment) string {
		return a.users(m, chosen().by("province|platform|device"), "dimension", "name")
	}
	group := fmt.Sprintf("%s / %s - 1", groups(series.Now()), enough(a.Ago(7, "$range", groups)))
	d.Line(9,
		diverging(l.text("Apps that moved most", "变化最大的小程序"),
			l.text("Change of users in the selected range against the same weekday last week: the eight apps that grew most and the eight that fell most.", "所选统计周期的用户数与上周同一星期几相比的变化：增幅与降幅最大的各八个小程序。"),
			"app", a.withName(series.Now(), ends(8, apps)), "appid").Width(16),
		alertList(l).Width(8))
	d.Row(l.text("Groups", "群体"))
	d.Line(12,
		diverging(l.text("Groups that moved most", "变化最大的群体"),
			l.text("Change of the provinces, platforms and devices of all apps against the same weekday last week. Cities are too many to compare those of all apps; see the portrait of an app.", "全部小程序的省份、平台与机型与上周同一星期几相比的变化。城市数量过多，请查看单个小程序的画像。"),
			"group", fmt.Sprintf(`label_join(%s, "group", " · ", "app", "name")`, a.withName(series.Now(), ends(8, group))),
			"appid", "app", "name", "dimension").Width(24))
}

// fleetTrends compares the largest apps over time.
func fleetTrends(l language, d *grafana.Dashboard) {
	a := allApps()
	d.Row(l.text("Over time", "变化趋势"))
	d.Line(10,
		grafana.TimeSeries(l.text("Largest apps, ${metric:text}, ${range:text}", "最大的小程序：${metric:text}，${range:text}"),
			l.text("The eight apps with the most users. A point stands on the last day of its range.", "用户数最多的八个小程序，每个点位于其统计周期的最后一天。"),
			grafana.Over(a.withName(series.OnDay(0), "("+a.total(series.OnDay(0), chosen())+") and on (appid) topk(8, "+a.total(series.AtEnd(), chosen())+")"), "{{app}}")).
			Unit("locale").Min(0).Every("1d").NoValue(fillsTomorrow(l)).Width(12),
		freshnessTable(l).Width(12))
}

// freshnessTable shows the age of each app's data for each range.
func freshnessTable(l language) *grafana.Panel {
	a := allApps()
	targets := []grafana.Target{grafana.NowTable(a.Names(series.Now()))}
	columns := []grafana.Column{appColumn(l, chosenParams)}
	for i, length := range []series.Window{"1d", "7d", "30d"} {
		targets = append(targets, grafana.NowTable(a.ageHours(series.Now(), length)))
		columns = append(columns, ageColumn(l, "Value #"+string(rune('B'+i)), l.lengths()[i].Text.(string), 120))
	}
	return grafana.Table(l.text("Freshness by app and range", "各小程序、各周期的数据新鲜度"),
		l.textf("Hours since the range ended. Up to %d is normal, because WeChat publishes a day by 16:00 of the next one; red above %d.",
			"距统计周期结束的小时数。微信最迟在次日 16 点发布，因此 %d 小时以内属正常，超过 %d 小时显示红色。",
			hours(series.LastPublication), hours(series.StaleAfter)),
		l.lengths()[0].Text.(string), true, targets...).
		Joined("appid").NoValue(fillsTomorrow(l)).
		Columns([]string{"Value #A"}, append(columns, appidColumn())...)
}
