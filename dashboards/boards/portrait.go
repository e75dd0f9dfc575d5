package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// portrait is the dashboard that shows who the users of an app are.
func portrait(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-portrait",
		l.text("WeChat Mini Program / Who our users are", "微信小程序 / 用户画像"),
		l.text("Users of one or several Mini Programs by province, city, gender, age, platform and device, as WeChat publishes them once a day.",
			"一个或多个小程序的用户画像：省份、城市、性别、年龄、平台与机型，由微信每日发布一次。"))
	chooseApps(l, d)
	chooseMetric(l, d)
	chooseRange(l, d)
	nameDay(l, d, "day", "$range")
	choosePlaces(l, d)
	annotate(l, d, chosenApps())

	portraitNumbers(l, d)
	portraitDays(l, d)
	portraitPlaces(l, d)
	portraitDimensions(l, d)
	portraitHistory(l, d)
	portraitExport(l, d)
	return d
}

// deduplicated explains what a number of users counts.
func deduplicated(l language) string {
	return l.text(
		" Within the range every person counts once, so never add up ranges, dimensions, or new and active users. When several apps are selected, a person who uses two of them counts twice.",
		"在所选统计周期内，每人只计一次；因此不同周期、不同维度、新增与活跃之间都不能相加。选择多个小程序时，同时使用其中两个的人会计两次。")
}

// fillsTomorrow stands where a day is still missing.
func fillsTomorrow(l language) string {
	return l.text("no data yet; WeChat publishes a day by 16:00 of the next", "尚无数据；微信最迟在次日 16 点发布")
}

// noWeekBefore stands where there is nothing to compare with, or too little.
func noWeekBefore(l language) string {
	return l.text("no week to compare with", "没有可比较的一周")
}

// portraitNumbers answers in numbers who, how many, against what, and how fresh.
func portraitNumbers(l language, d *grafana.Dashboard) {
	var lengths []grafana.Target
	for _, length := range []struct {
		length series.Window
		text   string
	}{
		{"1d", l.text("1 day", "1 天")}, {"7d", l.text("7 days", "7 天")}, {"30d", l.text("30 days", "30 天")},
	} {
		lengths = append(lengths, grafana.Now(together(series.Now(), active(length.length)), length.text))
	}
	limit := fmt.Sprintf("%.0f", series.StaleAfter.Seconds())
	d.Line(4,
		grafana.Stat(l.text("Active users", "活跃用户"),
			l.text("Users in the newest windows of 1, 7 and 30 days, summed over genders.", "最近 1 天、7 天、30 天窗口的活跃用户数，按性别维度合计。")+deduplicated(l),
			lengths...).
			Unit("locale").Option("textMode", "value_and_name").
			Thresholds(neutral, grafana.At(0, "blue")).
			NoValue(fillsTomorrow(l)).Width(8),
		grafana.Stat(l.text("Change, ${metric:text}, ${range:text}", "变化：${metric:text}，${range:text}"),
			l.text("Change against the same weekday one week and four weeks ago. Up to 5% either way is gray. A range of 30 days shares 23 days with that of last week, and two with that of four weeks ago.",
				"与一周前、四周前的同一星期几相比的变化，5% 以内显示灰色。30 天的周期与一周前有 23 天重叠，与四周前有 2 天重叠。"),
			grafana.Now(changeTogether(1, chosen()), l.text("vs last week", "较上周")),
			grafana.Now(changeTogether(4, chosen()), l.text("vs 4 weeks ago", "较四周前"))).
			Unit("percentunit").Decimals(1).Option("textMode", "value_and_name").
			Thresholds(neutral, changeSteps()...).
			NoValue(noWeekBefore(l)).Width(6),
		grafana.Stat(l.text("Stickiness", "黏性"),
			l.text("Active users of one day divided by those of 30 days: how much of the audience comes on a day.", "1 天活跃用户数除以 30 天活跃用户数：每天有多大比例的用户会来。"),
			grafana.Now(stickiness(series.Now()), "")).
			Unit("percentunit").Decimals(1).Thresholds(neutral, grafana.At(0, "purple")).
			NoValue(l.text("none yet", "尚无")).Width(4),
		grafana.Stat(l.text("Day", "日期"),
			l.text("Last day of the chosen range, in China time. WeChat publishes a day between 09:00 and 16:00 of the next one.", "所选统计周期的最后一天（北京时间）。微信在次日 9 点至 16 点之间发布。"),
			grafana.Now("max("+chosenApps().lastDay("$range")+")", "")).
			Unit("time:YYYY-MM-DD").Thresholds(neutral).
			NoValue(l.text("none yet", "尚无")).Width(3),
		grafana.Stat(l.text("State", "状态"),
			l.textf("FAILING: a dataset of an app fails. STALE: its newest day ended more than %d hours ago, which is later than any publication explains. The exporter dashboard says what to do.",
				"失败：有小程序的数据集失败。过期：最新一天结束已超过 %d 小时，晚于任何一次正常发布。处理办法见采集器仪表盘。", hours(series.StaleAfter)),
			grafana.Now(fmt.Sprintf("%d * max(%s) or max(%s > bool %s)", broken, chosenApps().failing(), chosenApps().age(series.Now(), "1d"), limit), "")).
			Unit("none").Thresholds("transparent").MapValues(stateTexts(l)).
			Option("colorMode", "background").
			NoValue(l.text("no data yet", "尚无数据")).Width(3),
	)
}

// portraitDays shows the days one by one.
func portraitDays(l language, d *grafana.Dashboard) {
	returning, added := l.text("returning", "回访"), l.text("new", "新增")
	before := l.text("all, week before", "上周同日合计")
	low, high := l.text("usual, from", "正常范围下限"), l.text("usual, to", "正常范围上限")
	gone := property("custom.lineWidth", 0)
	d.Line(9, grafana.TimeSeries(l.text("Active users by day", "每日活跃用户"),
		l.text("Each bar stands on the day that it is for: users who came back and users who came for the first time. The dashed line is the same weekday one week before. The gray band is the usual range: the mean of the same weekday of the last four weeks and two standard deviations either way, at least 5% and twice the square root of the mean, once three of these weeks are known.",
			"每根柱子对应数据所属的日期：回访用户与首次来访的新增用户。虚线为一周前的同一星期几。灰色区域为正常范围：最近四周同一星期几的均值上下各两个标准差，且不小于均值的 5% 与均值平方根的两倍，已知其中三周后显示。")+deduplicated(l),
		grafana.Over(newAndReturning(), "{{part}}"),
		grafana.Over(together(series.OnDay(1), active("1d")), before),
		grafana.Over(usual(), "{{end}}")).
		Renamed("^back$", returning).Renamed("^new$", added).Renamed("^from$", low).Renamed("^to$", high).
		Unit("locale").Decimals(0).Min(0).Every("1d").Bars().
		NoValue(fillsTomorrow(l)).
		Override(returning, fixed("blue")).
		Override(added, fixed("orange")).
		Override(before, dashed()...).
		Override(low, lineAmongBars(gone, fixed(gray),
			property("custom.hideFrom", grafana.Options{"legend": true, "tooltip": false, "viz": false}))...).
		Override(high, lineAmongBars(gone, fixed(gray),
			property("custom.fillBelowTo", low), property("custom.fillOpacity", 25))...).
		Alerts("WxappActiveUsersDown", "WxappNewUsersDown").Width(24))
}

// newAndReturning returns the active users of each day in two parts, as a label: new, and back for
// those who are not new. A day on which nobody is new has no number of new users.
func newAndReturning() string {
	a, both := chosenApps(), active("1d").of(activeUsers+"|"+newUsers).by("gender")
	users := a.At(series.OnDay(0), both.length, func(m series.Moment) string {
		return fmt.Sprintf("sum by (appid, metric) (%s)", a.users(m, both, "metric", "name"))
	})
	part := func(name, metric, sign string) string {
		return figureOf("part", name, figureOf("metric", metric, "vector("+sign+")"))
	}
	return fmt.Sprintf("sum by (part) (sum by (metric) (%s) * on (metric) group_right () (%s or %s or %s)) >= 0",
		users, part("back", activeUsers, "1"), part("back", newUsers, "-1"), part("new", newUsers, "1"))
}

// usual returns the lower and the upper end of the usual range of the active users of the chosen
// apps, from and to: the mean of the same weekday of the four weeks before, once three of them are
// known, and two standard deviations either way, or as far as chance goes.
func usual() string {
	a := chosenApps()
	past := func(over string) string {
		return a.PastWeekdays(over, "1d", func(m series.Moment) string { return a.total(m, active("1d")) })
	}
	ends := fmt.Sprintf("(%s or %s)", figureOf("end", "from", "vector(-1)"), figureOf("end", "to", "vector(1)"))
	return fmt.Sprintf("clamp_min((%s and %s >= 3) + on () group_right () (clamp_min(2 * %s, %s) * on () group_right () %s), 0)",
		past("avg_over_time"), past("count_over_time"), past("stddev_over_time"), chance(past("avg_over_time")), ends)
}

// chance is by how much a number of users differs from another one without a reason, as a scalar: 5% or
// twice the square root. Weeks that are alike by accident, or few users, make nothing remarkable. The pages
// have the same. The number is raised to both powers at once, since each mention of it is a query.
func chance(users string) string {
	both := func(share, root string) string {
		return fmt.Sprintf("(%s or %s)", figureOf("power", "1", "vector("+share+")"), figureOf("power", "0.5", "vector("+root+")"))
	}
	return fmt.Sprintf("scalar(max(clamp_min(%s, 1) ^ on () group_right () %s * on (power) %s))", users, both("1", "0.5"), both("0.05", "2"))
}

// onMap are the provinces that have a place, with labels that say more of it.
func onMap(labels ...string) string {
	return "topk by (name) (1, " + series.OnBoard.Max(series.Now(), append([]string{"name"}, labels...), "wxapp_location_info", `dimension="province"`) + ")"
}

// portraitPlaces shows where the users are, and what they hold in their hands.
func portraitPlaces(l language, d *grafana.Dashboard) {
	count := l.text("Users", "用户数")
	provinces := chosen().by("province").filtered()
	// The first marker at a place keeps its label, so that the largest come first. Short
	// names overlap less. The area of a circle follows the square of its radius.
	places := fmt.Sprintf(`label_replace(%s * on (name) group_left (latitude, longitude, english) %s, "label", "$1", "name", "(.+?)(省|市|回族自治区|壮族自治区|维吾尔自治区|自治区|特别行政区)?")`,
		named(series.Now(), provinces), onMap("latitude", "longitude", "english"))
	brands := named(series.Now(), chosen().by("device"))
	d.Line(12,
		grafana.MarkerMap(l.text("Provinces, ${metric:text}, ${range:text} up to ${day}", "省份分布：${metric:text}，截至 ${day} 的 ${range:text}"),
			l.text("One circle per province, at its capital; its area and color show the number of users. The coordinates come with the data (wxapp_location_info). Names without coordinates are listed in the row on places.",
				"每个省份一个圆，位于省会，面积与颜色表示用户数。坐标随数据提供（wxapp_location_info）。没有坐标的名称见“地区”一栏。")+deduplicated(l),
			count, "radius", "label",
			grafana.NowTable("sort_desc("+places+")"), grafana.NowTable("sqrt("+places+")")).
			Merged().
			Unit("locale").NoValue(fillsTomorrow(l)).
			Fields(nil, field("label", "label"), field("Value #A", count), field("Value #B", "radius")).
			Transform("sortBy", grafana.Options{"sort": []grafana.Options{{"field": count, "desc": true}}}).Width(9),
		dimensionTable(l, chosen().by("province").filtered(), allNames,
			l.text("All provinces, with their share of all users listed by province.", "全部省份及其在省份维度中的占比。")).
			Alerts("WxappCompositionShifted").Width(10),
		l.namedBrands(grafana.BarGauge(l.text("Brands, top models", "所列机型的品牌"),
			l.text("Share of each brand among the users of the models that WeChat lists, which are the 20 most common ones; the platforms below count everybody. The brand is the first word of a model's name.",
				"各品牌在微信列出的最常见 20 个机型的用户中的占比；下方的平台统计全部用户。品牌取机型名称的第一个词。"),
			grafana.Now(fmt.Sprintf(`sort_desc(topk(12, sum by (brand) (label_replace(%s, "brand", "$1", "name", "([^ ]+).*")) / scalar(sum(%s))))`, brands, brands), "{{brand}}"))).
			Unit("percentunit").Decimals(1).Min(0).Max(1).Colored("continuous-BlPu").
			NoValue(fillsTomorrow(l)).Width(5),
	)
}

// dimensionTable is everything about the dimension of users: its n largest names with users,
// share, change and index.
func dimensionTable(l language, u users, n int, note string) *grafana.Panel {
	dimension := u.dimension
	if isCut(dimension) {
		note += listedInBoth(l)
	}
	count, name := l.text("Users", "用户数"), l.dimension(dimension)
	top := func(query string) grafana.Target { return grafana.NowTable(most(n, query, u)) }
	targets := []grafana.Target{
		top(named(series.Now(), u)), top(share(series.Now(), u)), top(changeByName(u)), top(index(u)),
	}
	var hidden []string
	nameColumn := column("name", name, 0)
	if dimension == "province" || dimension == "city" {
		nameColumn.Properties = append(nameColumn.Properties, property("links", []grafana.Options{{
			"title": l.text("Show only this", "只看此项"),
			"url":   "/d/" + l.uid("wxapp-portrait") + "?var-" + dimension + "=${__value.raw}&${datasource:queryparam}&${job:queryparam}&${appid:queryparam}&${__url_time_range}",
		}}))
	}
	if values(dimension) != nil {
		nameColumn.Properties = append(nameColumn.Properties, l.mapped(dimension))
	}
	columns := []grafana.Column{nameColumn}
	if dimension == "province" {
		// In Chinese the English names are of no use.
		targets = append(targets, top(named(series.Now(), u)+" * on (name) group_left (english) "+onMap("english")))
		hidden = []string{"Value #E"}
		columns = append(columns, column("english", l.text("English", "英文名"), 95))
	}
	columns = append(columns,
		column("Value #A", count, 85, unit("locale")))
	columns = append(columns, shareColumns(l, "Value #B")...)
	columns = append(columns,
		changeColumn("Value #C", l.text("vs last week", "较上周"), 115),
		column("Value #D", l.text("Index", "指数"), 65, unit("percentunit"), decimals(0)))
	sortBy, desc := count, true
	if dimension == "age" { // Grafana sorts names as texts, which is the order of ages
		sortBy, desc = name, false
	}
	p := grafana.Table(name+l.text(", up to ${day}", "，截至 ${day}"), note+
		l.text(" Index: share among new users divided by share among active ones; above 100% the group grows faster than the others.",
			"指数：新增用户中的占比除以活跃用户中的占比；高于 100% 表示该群体增长快于其他群体。")+deduplicated(l), sortBy, desc, targets...)
	p.Merged().Repeated("Value #B", bar).Columns(hidden, columns...).NoValue(fillsTomorrow(l))
	if dimension == "province" {
		p.Exclude("english", l == chinese)
	}
	return p
}
