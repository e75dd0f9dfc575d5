package boards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// overview is the dashboard that says how the newest day went. What needs an optional dataset
// is left out, or has something of the user portrait in its place, where there is none.
func overview(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-overview",
		l.text("WeChat Mini Program / Overview", "微信小程序 / 概览"),
		l.text("How the newest day went: whether it was as usual, the main numbers with their changes, and where the users came from.",
			"最新一天的情况：是否与平时一样、主要数字及其变化、用户从哪里来。"))
	chooseApps(l, d)
	chooseFigure(l, d)
	chooseSource(l, d)
	nameDay(l, d, "day", "1d")
	nameDay(l, d, dayOf(series.SourcesDay), series.SourcesDay, "1d")
	nameDay(l, d, dayOf(series.PagesDay), series.PagesDay, "1d")
	annotate(l, d, chosenApps())

	overviewSentence(l, d)
	overviewTiles(l, d)
	overviewChart(l, d)
	overviewNames(l, d)
	overviewPeriod(l, d)
	return d
}

// shown is a number of a day that has a tile and can be chosen for the chart.
type shown struct {
	name, unit string
	decimals   int
	window     series.Window
	on         func(series.Moment) string // on a day
	change     string                     // since a week before the newest day
}

// figuresShown are the numbers with tiles, in their order. All but the first two need datasets.
func (l language) figuresShown() []shown {
	of := func(u users) func(series.Moment) string {
		return func(m series.Moment) string { return together(m, u) }
	}
	visits := func(m series.Moment, metric string) string { return daily(m, series.VisitsDay, metric) }
	visitsBefore := func(metric string) string { return onNewest(weekAgo(series.VisitsDay, metric), series.VisitsDay) }
	change := func(u users) string {
		total := func(m series.Moment) string { return chosenApps().total(m, u) }
		return changeOfSum(total(series.Now()), onNewest(chosenApps().Ago(7, u.length, total), u.length))
	}
	return []shown{
		{l.text("users", "用户"), "locale", 0, "1d", of(active("1d")), change(active("1d"))},
		{l.text("new", "新增"), "locale", 0, "1d", of(fresh("1d")), change(fresh("1d"))},
		{
			l.text("sessions", "打开次数"), "locale", 0, series.VisitsDay,
			func(m series.Moment) string { return added(visits(m, sessionsOfDay)) },
			changeOfSum(visits(series.Now(), sessionsOfDay), visitsBefore(sessionsOfDay)),
		},
		{
			l.text("time per user", "人均停留"), l.seconds(), 0, series.VisitsDay,
			func(m series.Moment) string { return average(visits(m, stayOfUsers), visits(m, usersOfDay)) },
			changeOfAverage(visits(series.Now(), stayOfUsers), visits(series.Now(), usersOfDay), weekAgo(series.VisitsDay, stayOfUsers), visitsBefore(usersOfDay)),
		},
		{
			l.text("came back", "次日留存"), "percentunit", 1, series.RetentionDay,
			func(series.Moment) string { return retained(series.DaysAfter(1), 1) },
			changeOfRetained(),
		},
	}
}

// onNewest keeps the numbers of the apps that a tile is about.
func onNewest(query string, of series.Window) string {
	return "(" + query + chosenApps().OnNewest(of) + ")"
}

// changeOfRetained returns by how much the share of those who came back on the next day changed in a
// week, of the apps of which both are known.
func changeOfRetained() string {
	read := func(metric string) (now, before string) {
		before = onNewest(chosenApps().Ago(7, series.RetentionDay, func(m series.Moment) string { return cohortOf(m, metric, 1) }), series.RetentionDay)
		return known(ofCohort(series.Now(), metric, 1), before), before
	}
	came, cameBefore := read(cohortUsers)
	again, againBefore := read("wxapp_retained_users")
	return fmt.Sprintf("sum(%s) / sum(%s) / (sum(%s) / %s) - 1", again, came, againBefore, enough("sum("+cameBefore+")"))
}

// chooseFigure lets the number of the chart be chosen, as the tiles do.
func chooseFigure(l language, d *grafana.Dashboard) {
	var choices []grafana.Choice
	for i, f := range l.figuresShown() {
		choices = append(choices, grafana.Choice{Text: f.name, Value: fmt.Sprint(i + 1)})
	}
	choices = append(choices, grafana.Choice{Text: l.text("one source", "单个来源"), Value: fmt.Sprint(ofSource)})
	d.CustomVariable("figure", l.text("Chart", "图表"), choices...)
	d.CustomVariable("cohort", l.text("Retention of", "留存人群"), grafana.Choice{Text: l.text("all users", "全部用户"), Value: "active"}).Hide = grafana.Hidden
}

// weekdays are the words for the days of the week, from Sunday on.
func (l language) weekdays() []string {
	return strings.Fields(l.text("Sunday Monday Tuesday Wednesday Thursday Friday Saturday", "周日 周一 周二 周三 周四 周五 周六"))
}

// The verdicts on a day, as numbers.
const (
	below = iota
	usualDay
	above
	unknown
)

// verdicts are the words for them.
func (l language) verdicts() []grafana.Mapping {
	word := func(verdict int, text, color string) grafana.Choice {
		return grafana.Choice{Value: fmt.Sprint(verdict), Text: text, Color: color}
	}
	return grafana.ValueMappings(
		word(below, l.text("fewer than usual", "比平时少"), "red"),
		word(usualDay, l.text("as usual", "与平时一样"), neutral),
		word(above, l.text("more than usual", "比平时多"), "green"),
		word(unknown, l.text("nothing to compare with yet", "尚无可比较的数据"), gray))
}

// sentence returns the verdict on the newest day, with its users and its weekday as labels. The
// users are those of the apps that have that day, the verdict is on those of them that can be compared.
func sentence() string {
	a := chosenApps()
	total := func(m series.Moment) string { return a.total(m, active("1d")) }
	users := total(series.Now()) + a.OnNewest("1d")
	compared := "sum(" + users + a.Earlier("1d") + ")"
	past := a.SameWeekdays("1d", total)
	// Half of what the users are away from the mean, in units of half the usual range, is rounded to
	// 0 within it.
	verdict := fmt.Sprintf("(%[1]d + clamp(round((%[2]s - avg_over_time(%[3]s)) / (2 * clamp_min(2 * stddev_over_time(%[3]s), %[4]s))), -1, 1) and count_over_time(%[3]s) >= 3) or on () (0 * sum(%[5]s) + %[6]d)",
		usualDay, compared, past, chance("avg_over_time("+past+")"), users, unknown)
	weekday := fmt.Sprintf(`count_values("weekday", day_of_week(max(%s - 1)))`, a.DataEnd(series.Now(), "1d"))
	return fmt.Sprintf(`(%s) * on () group_left (users) %s * on () group_left (weekday) %s`, verdict, grouped("users", "sum("+users+")"), weekday)
}

// grouped returns 1 with a number as a label, its thousands set apart.
func grouped(label, number string) string {
	text := fmt.Sprintf("count_values(%q, %s)", label, number)
	for _, pattern := range []string{"(.+)(...)", "(.+)(...,...)"} {
		text = fmt.Sprintf(`label_replace(%s, %q, "$1,$2", %q, %q)`, text, label, label, pattern)
	}
	return text
}

// figureOf gives a single number a label.
func figureOf(label, value, query string) string {
	return fmt.Sprintf(`label_replace(%s, "%s", %q, "", "")`, query, label, value)
}

func overviewSentence(l language, d *grafana.Dashboard) {
	said := grafana.Stat(l.text("How ${day} went", "${day} 的情况"),
		l.text("Active users of the newest day against the usual range of its weekday: the mean of the last four weeks, plus or minus two standard deviations, at least 5% and twice the square root of the mean, once three of them are known. Of several apps, those count that have that day, and the verdict leaves out those that were not there three weeks before.",
			"最新一天的活跃用户与同一星期几的正常范围相比：最近四周的均值上下各两个标准差，且不小于均值的 5% 与均值平方根的两倍，已知其中三周后给出。选择多个小程序时只计已有当天数据的小程序，判断中不含三周前尚不存在的小程序。")+deduplicated(l),
		grafana.Now(sentence(), l.text("{{users}} users on day{{weekday}}", "day{{weekday}}，{{users}} 位用户"))).
		Unit("none").Option("textMode", "value_and_name").MapValues(l.verdicts()).
		Thresholds(neutral, grafana.At(below, "red"), grafana.At(usualDay, neutral), grafana.At(above, "green"), grafana.At(unknown, neutral)).
		NoValue(fillsTomorrow(l)).
		Alerts("WxappActiveUsersDown").Width(16)
	for i, name := range l.weekdays() {
		said.Renamed(fmt.Sprintf("(.*)day%d(.*)", i), "$1"+name+"$2")
	}
	d.Line(3, said,
		grafana.Stat(l.text("Next day", "下一天"),
			l.textf("Whether the numbers of yesterday are there. WeChat publishes a day between 09:00 and 16:00 of the next; after %d hours they are late.",
				"昨天的数据是否已有。微信在次日 9 点至 16 点之间发布，超过 %d 小时即为逾期。", hours(series.StaleAfter)),
			grafana.Now("max("+chosenApps().ageHours(series.Now(), "1d")+")", "")).
			Unit("none").Thresholds("transparent").
			MapValues(grafana.RangeMappings(
				grafana.Range{To: hoursOfDay, Text: l.text("yesterday is in", "昨日数据已到"), Color: "green"},
				grafana.Range{From: hoursOfDay, To: series.StaleAfter.Hours(), Text: l.text("due by 16:00", "16 点前发布"), Color: gray},
				grafana.Range{From: series.StaleAfter.Hours(), To: series.LossImminentAfter.Hours(), Text: l.text("LATE", "逾期"), Color: "orange"},
				grafana.Range{From: series.LossImminentAfter.Hours(), To: 1e6, Text: l.text("DAY AT RISK", "数据将丢失"), Color: "red"})).
			Option("colorMode", "background").
			Link(l.text("What to do", "如何处理"), runbook(l, "WxappDataStale")).
			NoValue(l.text("no data yet", "尚无数据")).Width(4),
		grafana.Stat(l.text("Failing", "失败"),
			l.text("Whether a dataset of a chosen app fails. The exporter dashboard says which, why, and what to do.", "所选小程序是否有数据集失败。采集器仪表盘列出数据集、原因与处理办法。"),
			grafana.Now(fmt.Sprintf("max(%s) or 0 * count(%s)", chosenApps().failing(), chosenApps().each(series.Now(), "wxapp_app_info")), "")).
			Unit("none").Thresholds("transparent").
			MapValues(grafana.ValueMappings(
				grafana.Choice{Value: "0", Text: l.text("no", "无"), Color: "green"},
				grafana.Choice{Value: "1", Text: l.text("FAILING", "失败"), Color: "red"})).
			Option("colorMode", "background").
			Link(l.text("What fails, and why", "失败原因"), "/d/"+l.uid("wxapp-exporter")+"?${datasource:queryparam}&${job:queryparam}").
			NoValue(l.text("no exporter", "没有采集器")).Width(4))
}

// draws links to the overview with another choice for its chart.
func (l language) draws(title, choice string) grafana.Property {
	return property("links", []grafana.Options{{
		"title": title,
		"url":   fmt.Sprintf("/d/%s?%s&${datasource:queryparam}&${job:queryparam}&${appid:queryparam}&${__url_time_range}", l.uid("wxapp-overview"), choice),
	}})
}

// overviewTiles are the numbers of the newest day, each with its line, and below them the
// changes. What is not there leaves no hole: the others take its place in both lines.
func overviewTiles(l language, d *grafana.Dashboard) {
	var values, changes []grafana.Target
	figures := l.figuresShown()
	for _, f := range figures {
		values = append(values, grafana.Over(remarked(f.on(series.OnDay(0)), f.window), f.name+remarks))
		changes = append(changes, grafana.Now(f.change, f.name))
	}
	tiles := grafana.Stat(l.text("The newest day: ${day}", "最新一天：${day}"),
		l.text("The numbers of the newest day, and their course over the time shown. One of another day names it, and 2/3 apps means that the others do not have that day yet. Click on one to draw it below. Sessions and time need the dataset visits, came back (the next day) needs retention.",
			"最新一天的数字及其在所选时间内的走势。属于另一天的数字写明日期；“2/3 个小程序”表示其余小程序尚无当天数据。点击可在下方图表中显示。打开次数与人均停留需要数据集 visits，次日留存需要 retention。"),
		values...).
		Unit("locale").Decimals(0).Every("1d").Option("textMode", "value_and_name").Option("graphMode", "area").Option("orientation", "vertical").
		Thresholds(neutral, grafana.At(0, "blue")).NoValue(fillsTomorrow(l)).Renamed(someApps, l.text("$1 apps", "$1 个小程序")).
		Width(24)
	for i, f := range figures {
		tiles.OverrideStart(f.name, property("unit", f.unit), property("decimals", f.decimals), l.draws(l.text("Draw below", "在下方显示"), fmt.Sprintf("var-figure=%d", i+1)))
	}
	d.Line(5, tiles)
	d.Line(3, grafana.Stat(l.text("Against the same weekday last week", "较上周同一星期几"),
		l.textf("Change of the numbers above against the same weekday last week, where there were at least %d then. Up to 5%% either way is gray.",
			"上方数字与上周同一星期几相比的变化，仅当上周不少于 %d 时显示。5%% 以内显示灰色。", few),
		changes...).
		Unit("percentunit").Decimals(1).Option("textMode", "value_and_name").Option("orientation", "vertical").
		Thresholds(neutral, changeSteps()...).NoValue(noWeekBefore(l)).Width(24))
}

// overviewChart draws the chosen number day by day.
func overviewChart(l language, d *grafana.Dashboard) {
	var targets []grafana.Target
	figures := l.figuresShown()
	chosen := func(i int, query string) string {
		return fmt.Sprintf("(%s) and on () (vector($figure) == %d)", query, i+1)
	}
	for i, f := range figures {
		targets = append(targets, grafana.Over(chosen(i, f.on(series.OnDay(0))), f.name))
	}
	before := l.text("week before", "上周同日")
	for i, f := range figures[:3] { // what adds up
		targets = append(targets, grafana.Over(chosen(i, f.on(series.OnDay(1))), before))
	}
	targets = append(targets, grafana.Over(chosen(ofSource-1, chosenSource()), "{{source}}"))
	p := grafana.TimeSeries(l.text("${figure:text}, by day up to ${day}", "每日${figure:text}，截至 ${day}"),
		l.text("The number chosen at the top or by a click on its tile, or the sessions from a source chosen by a click on it. Each bar stands on the day that it is for; the dashed line is the same weekday one week before. Mark releases with annotations of Grafana's that have the tag release.",
			"顶部所选或点击数字卡片所选的数字，或点击来源后该来源带来的打开次数。每根柱子对应数据所属的日期，虚线为一周前的同一星期几。发布版本可用带 release 标签的 Grafana 注释标出。"),
		targets...).
		Unit("locale").Min(0).Every("1d").Bars().NoValue(fillsTomorrow(l)).
		Alerts("WxappNewUsersDown").Width(14)
	for i, f := range figures {
		p.Override(f.name, property("unit", f.unit), property("decimals", f.decimals), fixed([]string{"blue", "orange", "green", "purple", "yellow"}[i]))
	}
	p.Override(before, dashed()...)
	l.namedSources(p)
	d.Line(9, p, dimensionTable(l, active("1d").by("province"), allNames,
		l.text("All provinces, with their share of all users listed by province. Click on one to see it alone among those who our users are.", "全部省份及其在省份维度中的占比。点击省份可在用户画像中只看该省份。")).Width(10))
}

// overviewNames shows from where and on which pages, or with what, where these datasets are off.
func overviewNames(l language, d *grafana.Dashboard) {
	list := func(title, description string, of series.Window, metric, label, dimension string, name grafana.Column, mappings grafana.Property) *grafana.Panel {
		numbers := orPortrait(of, metric, label, dimension)
		count := l.text("Number", "数量")
		top := func(query string) grafana.Target {
			return grafana.NowTable(fmt.Sprintf("%s and on (%s) topk(10, %s)", query, label, numbers))
		}
		share := fmt.Sprintf("%s / on () group_left () sum(%s)", numbers, numbers)
		name.Properties = append(name.Properties, mappings)
		return grafana.Table(l.ofNewest(title, of), description, count, true, top(numbers), top(share)).Merged().Repeated("Value #B", bar).
			Columns(nil, slices.Concat([]grafana.Column{name, column("Value #A", count, 100, unit("locale"))}, shareColumns(l, "Value #B"))...).
			NoValue(fillsTomorrow(l)).Width(12)
	}
	d.Row(l.text("Sources and pages", "来源与页面"))
	d.Line(9,
		list(l.text("Sources (or platforms)", "来源（或平台）"),
			l.text("Where the sessions of the newest day came from, the ten with the most; without the dataset sources, the users by platform. Click on one to draw it above, day by day.", "最新一天的打开次数按来源排列，前十个；未启用数据集 sources 时为各平台的用户数。点击来源可在上方按天显示。"),
			series.SourcesDay, "wxapp_source_sessions", "source", "platform", column("source", l.text("Source", "来源"), 0, l.drawsSource()),
			mappings(slices.Concat(l.sources(), l.platforms())...)),
		list(l.text("Pages (or devices)", "页面（或机型）"),
			l.text("The ten pages with the most visits on the newest day; without the dataset pages, the users by device.", "最新一天访问次数最多的十个页面；未启用数据集 pages 时为各机型的用户数。"),
			series.PagesDay, "wxapp_page_visits", "page", "device", column("page", l.text("Page", "页面"), 0), mappings()))
}

// platforms are the words for the platforms.
func (l language) platforms() []grafana.Choice {
	var choices []grafana.Choice
	for _, v := range values("platform") {
		if v.name != "其他" { // also a source
			choices = append(choices, grafana.Choice{Value: v.name, Text: l.value(v)})
		}
	}
	return choices
}

// overviewPeriod sums up the time shown: only what may be added up is.
func overviewPeriod(l language, d *grafana.Dashboard) {
	over := func(metric, legend string) grafana.Target {
		return grafana.Over(sumOf(series.OnDay(0), series.VisitsDay, metric), legend)
	}
	reduced := func(p *grafana.Panel, calc string) *grafana.Panel {
		return p.Option("reduceOptions", grafana.Options{"calcs": []string{calc}, "fields": "", "values": false}).
			Unit("locale").Decimals(0).Every("1d").Option("textMode", "value_and_name").Option("orientation", "vertical").
			Thresholds(neutral, grafana.At(0, "blue")).NoValue(fillsTomorrow(l))
	}
	d.Row(l.text("The time shown", "所选时间"))
	d.Line(4,
		reduced(grafana.Stat(l.text("Together in the time shown", "所选时间合计"),
			l.text("Sums over the days of the time shown. Users are not among them: a person who came on two days would count twice.", "所选时间内各天之和。其中没有活跃用户数：两天都来的人会计两次。"),
			grafana.Over(together(series.OnDay(0), fresh("1d")), l.text("new", "新增")),
			over(sessionsOfDay, l.text("sessions", "打开次数")),
			over("wxapp_page_views", l.text("views", "浏览次数")),
			over("wxapp_shares", l.text("shares", "分享次数"))), "sum").Width(12),
		reduced(grafana.Stat(l.text("Average day", "日均用户"),
			l.text("The mean of the days of the time shown.", "所选时间内各天的平均值。"),
			grafana.Over(together(series.OnDay(0), active("1d")), l.text("users", "用户"))), "mean").Width(4),
		grafana.Stat(l.text("Users of 7 and of 30 days", "7 天与 30 天的用户"),
			l.text("WeChat's own numbers up to the newest day, in which each person counts once.", "微信统计的截至最新一天的人数，每人只计一次。"),
			grafana.Now(together(series.Now(), active("7d")), l.lengths()[1].Text.(string)),
			grafana.Now(together(series.Now(), active("30d")), l.lengths()[2].Text.(string))).
			Unit("locale").Option("textMode", "value_and_name").Option("orientation", "vertical").
			Thresholds(neutral, grafana.At(0, "blue")).NoValue(fillsTomorrow(l)).Width(8))
}
