package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// portrait is the dashboard that shows who the users of an app are.
func portrait(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-portrait",
		l.text("WeChat Mini Program / Who our users are", "微信小程序 / 用户画像"),
		l.text("Users of one or several Mini Programs by province, city, gender, age, platform and device, as WeChat publishes them once a day.",
			"一个或多个小程序的用户画像：省份、城市、性别、年龄、平台与机型，由微信每日发布一次。"))
	chooseApps(l, d)
	chooseMetric(l, d)
	chooseRange(l, d)

	portraitSummary(l, d)
	portraitPlaces(l, d)
	portraitPeople(l, d)
	portraitHistory(l, d)
	portraitGrowth(l, d)
	portraitExport(l, d)
	return d
}

// deduplicated explains what a number of users counts.
func deduplicated(l language) string {
	return l.text(
		" Within the range every person counts once, so never add up ranges, dimensions, or new and active users. When several apps are selected, a person who uses two of them counts twice.",
		"在所选统计周期内，每人只计一次；因此不同周期、不同维度、新增与活跃之间都不能相加。选择多个小程序时，同时使用其中两个的人会计两次。")
}

func portraitSummary(l language, d *grafana.Dashboard) {
	a := chosenApps
	d.Line(5,
		grafana.Stat(l.text("${metric:text} users, ${range:text}", "${metric:text}用户，${range:text}"),
			l.text("Users in the newest range that WeChat has published, summed over genders.", "微信最新发布的统计周期内的用户数，按性别维度合计。")+deduplicated(l),
			grafana.Now(a.withName(now(), a.total(now(), chosenMetric)), "{{app}}")).
			Unit("locale").Thresholds("blue").
			NoValue(l.text("no data", "无数据")).Width(5),
		changePanel(l.text("Against the same weekday last week", "与上周同一天相比"),
			l.text("Change against the range that ended exactly 7 days earlier, the same weekday. Two such ranges of 30 days have 23 days in common. Empty when there is no data for the same day last week.",
				"与恰好 7 天前结束的统计周期（星期几相同）相比的变化。30 天的周期有 23 天重叠。没有上周同一天的数据时为空。"),
			a.withName(now(), a.change(7))).
			NoValue(l.text("no data last week", "无上周数据")).Width(4),
		changePanel(l.text("Against 30 days ago", "与 30 天前相比"),
			l.text("Change against the range that ended exactly 30 days earlier. For 30 days this is the previous period, with no day in common. For 1 day, note that the weekday differs.",
				"与恰好 30 天前结束的统计周期相比的变化。对 30 天周期而言即上一个周期，两者无重叠；对 1 天周期，请注意星期几不同。"),
			a.withName(now(), a.change(30))).
			NoValue(l.text("no data last month", "无上月数据")).Width(4),
		grafana.Stat(l.text("New-user share", "新用户占比"),
			l.text("New users divided by active users of the same range: the share of visitors who came for the first time.", "同一统计周期内新增用户数除以活跃用户数，即来访者中首次来访的比例。"),
			grafana.Now(a.withName(now(), a.newShare(now())), "{{app}}")).
			Unit("percentunit").Decimals(1).Thresholds("purple").Width(3),
		grafana.Stat(l.text("Data for", "数据日期"),
			l.text("Last day of the range in China time. WeChat publishes a day between 09:00 and 16:00 of the next one.", "统计周期的最后一天（北京时间）。微信在次日 9 点至 16 点之间发布。"),
			grafana.Now(a.withName(now(), a.day("$range")), "{{app}}")).
			Unit("time:YYYY-MM-DD ddd").Thresholds("text").
			NoValue(l.text("no data yet", "尚无数据")).Width(5),
		freshness(l, l.text("Freshness", "是否过期"),
			l.textf("Red when the range ended more than %d hours ago, which is later than any publication explains. If so, see the exporter dashboard.",
				"统计周期结束超过 %d 小时后变红，此时已晚于任何一次正常发布。请查看采集器仪表盘。", hours(StaleAfter)),
			a.withName(now(), a.age(now(), "$range"))).Width(3),
	)
	d.Line(8,
		grafana.TimeSeries(l.text("${metric:text} users over time, ${range:text}", "${metric:text}用户趋势，${range:text}"),
			l.text("Each point is the range that was newest at that time, so the lines for 7 and 30 days move slowly. A day appears when it is published.",
				"每个点是当时最新的统计周期，因此 7 天和 30 天的曲线变化较慢。数据在发布时才出现。")+deduplicated(l),
			grafana.Over(a.withName(overTime(), a.total(overTime(), chosenMetric)), "{{app}}")).
			Unit("locale").Min(0).Every("1h").Width(14),
		grafana.TimeSeries(l.text("New-user share over time, ${range:text}", "新用户占比趋势，${range:text}"),
			l.text("New users divided by active users of the same range.", "同一统计周期内新增用户数除以活跃用户数。"),
			grafana.Over(a.withName(overTime(), a.newShare(overTime())), "{{app}}")).
			Unit("percentunit").Min(0).Every("1h").Width(10),
	)
}

// ranked is a table of the names of a dimension with users and share.
func ranked(l language, title, dimension string, n int, note string) *grafana.Panel {
	users, share := l.text("Users", "用户数"), l.text("Share", "占比")
	values := named(now(), chosenMetric, dimension)
	return grafana.Table(title, note+deduplicated(l), users, true,
		grafana.NowTable(most(n, now(), values, chosenMetric, dimension)),
		grafana.NowTable(most(n, now(), shareNow(dimension), chosenMetric, dimension))).
		Unit("locale").
		Transform("merge", grafana.Options{}).
		Columns(nil,
			column("name", l.dimension(dimension)),
			column("Value #A", users, width(110)),
			column("Value #B", share, bar("percentunit")...))
}

func shareNow(dimension string) string { return share(now(), chosenMetric, dimension) }

func portraitPlaces(l language, d *grafana.Dashboard) {
	d.Row(l.text("Where", "地域"))
	users := l.text("Users", "用户数")
	provinces := named(now(), chosenMetric, "province")
	where := selector("wxapp_location_info", `dimension="province"`)
	d.Line(14,
		grafana.MarkerMap(l.text("Provinces: ${metric:text}, ${range:text}", "省份分布：${metric:text}，${range:text}"),
			l.text("One circle per province, at its capital; its size and color show the number of users. The coordinates come with the data (wxapp_location_info). Names without coordinates are in the list below.",
				"每个省份一个圆，位于省会，大小与颜色表示用户数。坐标随数据提供（wxapp_location_info）。没有坐标的名称见下方列表。")+deduplicated(l),
			users,
			grafana.NowTable(provinces+" * on (name) group_left (latitude, longitude) topk by (name) (1, max by (name, latitude, longitude) ("+where+"))")).
			Unit("locale").
			Columns(nil, column("name", "name"), column("Value", users)).Width(12),
		grafana.BarGauge(l.text("Provinces ranked", "省份排行"),
			l.text("The 20 provinces with the most users.", "用户数最多的 20 个省份。")+deduplicated(l),
			grafana.Now("sort_desc(topk(20, "+provinces+"))", "{{name}}")).
			Unit("locale").Min(0).Colored("continuous-BlPu").Width(6),
		ranked(l, l.text("Provinces: users and share", "省份：用户数与占比"), "province", 40,
			l.text("All provinces, with their share of all users listed by province.", "全部省份及其在省份维度中的占比。")).Width(6),
	)
	d.Line(12,
		grafana.BarGauge(l.text("Top cities", "城市排行"),
			l.text("The 20 cities with the most users.", "用户数最多的 20 个城市。")+deduplicated(l),
			grafana.Now("sort_desc(topk(20, "+named(now(), chosenMetric, "city")+"))", "{{name}}")).
			Unit("locale").Min(0).Colored("continuous-BlPu").Width(9),
		ranked(l, l.text("Cities: users and share", "城市：用户数与占比"), "city", 50,
			l.text("The 50 cities with the most users. Shares are of all users listed by city.", "用户数最多的 50 个城市；占比以城市维度中的全部用户为基数。")).Width(9),
		grafana.Table(l.text("Not on the map", "未在地图上的名称"),
			l.text("Province names without coordinates, such as 未知 (unknown). With WXAPP_LOCATION_INFO=false all provinces are listed here.",
				"没有坐标的省份名称，例如“未知”。设置 WXAPP_LOCATION_INFO=false 时全部省份都在此列出。"),
			users, true,
			grafana.NowTable(provinces+" unless on (name) "+where)).
			Unit("locale").NoValue(l.text("all names are on the map", "所有名称都在地图上")).
			Columns(nil, column("name", l.dimension("province")), column("Value", users)).Width(6),
	)
}
