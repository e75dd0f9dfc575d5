package boards

import (
	"fmt"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// visits is the dashboard that shows how many came, from where, whether they came back and
// what they opened.
func visits(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-visits",
		l.text("WeChat Mini Program / Visits", "微信小程序 / 访问分析"),
		l.text("How many came, from where, whether they came back, and what they opened. WXAPP_DATASETS has to turn on visits, sources, retention and pages; weekly, monthly and ads fill rows of their own.",
			"有多少人来、从哪里来、是否再来、打开了什么。需在 WXAPP_DATASETS 中启用 visits、sources、retention 与 pages；weekly、monthly 与 ads 各有一栏。"))
	chooseApps(l, d)
	chooseCohort(l, d)
	for _, of := range []series.Window{series.VisitsDay, series.SourcesDay, series.PagesDay, series.AdsDay} {
		nameDay(l, d, dayOf(of), of)
	}
	annotate(l, d, chosenApps())

	visitsNumbers(l, d)
	visitsDays(l, d)
	visitsFirstNames(l, d)
	visitsHistory(l, d)
	visitsSources(l, d)
	visitsRetention(l, d)
	visitsPages(l, d)
	visitsWeeks(l, d)
	visitsMonths(l, d)
	visitsAds(l, d)
	visitsData(l, d)
	return d
}

// chooseCohort lets be chosen whose return is counted.
func chooseCohort(l language, d *grafana.Dashboard) {
	d.CustomVariable("cohort", l.text("Retention of", "留存人群"),
		grafana.Choice{Text: l.text("new users", "新增用户"), Value: "new"},
		grafana.Choice{Text: l.text("all users", "全部用户"), Value: "active"},
	)
}

// needs stands where a dataset has brought nothing yet.
func needs(l language, of series.Window) string {
	return l.textf("no data yet; if WXAPP_DATASETS has %s, they come by 16:00 of the next day",
		"尚无数据；若 WXAPP_DATASETS 中已启用 %s，最迟在次日 16 点出现", of)
}

// needsShort is needs where there is little room.
func needsShort(l language, of series.Window) string {
	return l.textf("no %s yet", "尚无 %s 数据", of)
}

func visitsNumbers(l language, d *grafana.Dashboard) {
	pair := func(p *grafana.Panel, color string) *grafana.Panel {
		return p.Unit("locale").Option("textMode", "value_and_name").Thresholds(neutral, grafana.At(0, color))
	}
	d.Line(4,
		pair(grafana.Stat(l.text("Users", "用户"),
			l.text("Users of the newest day, and those of them who came for the first time. A person who uses two of the chosen apps counts twice.",
				"最新一天的用户数，以及其中首次来访的用户数。同时使用所选小程序中两个的人会计两次。"),
			grafana.Now(sumOf(series.Now(), series.VisitsDay, usersOfDay), l.text("users", "用户")),
			grafana.Now(sumOf(series.Now(), series.VisitsDay, newUsersOfDay), l.text("new", "新增"))), "blue").
			NoValue(needsShort(l, series.VisitsDay)).Width(5),
		pair(grafana.Stat(l.text("Sessions and views", "打开与浏览"),
			l.text("How often the Mini Programs were opened on the newest day, and how many pages were viewed.", "最新一天的打开次数与页面浏览次数。"),
			grafana.Now(sumOf(series.Now(), series.VisitsDay, sessionsOfDay), l.text("sessions", "打开次数")),
			grafana.Now(sumOf(series.Now(), series.VisitsDay, "wxapp_page_views"), l.text("views", "浏览次数"))), "green").
			NoValue(needsShort(l, series.VisitsDay)).Width(5),
		grafana.Stat(l.text("Came back", "再次来访"),
			l.text("Share of the users of an earlier day who came again on the newest one: of those of one day and of seven days before.", "较早某天的用户中，在最新一天再次来访的比例：分别为一天前与七天前的用户。"),
			grafana.Now(retained(series.Now(), 1), l.text("after 1 day", "1 天后")),
			grafana.Now(retained(series.Now(), 7), l.text("after 7 days", "7 天后"))).
			Unit("percentunit").Decimals(1).Option("textMode", "value_and_name").Thresholds(neutral, grafana.At(0, "purple")).
			NoValue(needsShort(l, series.RetentionDay)).Width(4),
		grafana.Stat(l.text("Coverage", "画像覆盖"),
			l.text("Users in the portrait of the newest day divided by all users of that day. The portrait leaves out a few; much less than 100% means that it tells little about the rest.",
				"最新一天用户画像中的用户数除以当天全部用户数。画像会略少一些；远低于 100% 时，画像不能代表其余用户。"),
			grafana.Now(coverage(series.Now()), "")).
			Unit("percentunit").Decimals(1).Thresholds(neutral, grafana.At(0, "blue")).
			NoValue(l.text("none yet", "尚无")).Width(4),
		grafana.Stat(l.text("Day", "日期"),
			l.text("The newest day of the dataset visits, in China time.", "数据集 visits 的最新一天（北京时间）。"),
			grafana.Now("max("+chosenApps().lastDay(series.VisitsDay)+")", "")).
			Unit("time:YYYY-MM-DD").Thresholds(neutral).NoValue(l.text("none yet", "尚无")).Width(3),
		grafana.Stat(l.text("State", "状态"),
			l.textf("FAILING: a dataset of a chosen app fails. STALE: the newest day of one ended more than %d hours ago, or the next week or month is as late. The row at the end names it.",
				"失败：所选小程序有数据集失败。过期：有数据集的最新一天结束已超过 %d 小时，或下一周、下一月的数据同样逾期。最后一栏列出具体数据集。", hours(series.StaleAfter)),
			grafana.Now(fmt.Sprintf("%d * max(%s) or max(%s)", broken, chosenApps().failing(`dataset!="user_portrait"`), chosenApps().staleDatasets()), "")).
			Unit("none").Thresholds("transparent").MapValues(stateTexts(l)).
			Option("colorMode", "background").
			NoValue(l.text("no dataset yet", "尚无数据集")).Width(3),
	)
}

// visitsDays compares the newest day with others, and shows the days one by one.
func visitsDays(l language, d *grafana.Dashboard) {
	returning, added := l.text("returning", "回访"), l.text("new", "新增")
	before := l.text("all, week before", "上周同日合计")
	newOnes := sumOf(series.OnDay(0), series.VisitsDay, newUsersOfDay)
	name, value := l.text("Number", "指标"), l.text("Value", "数值")
	d.Line(10,
		grafana.Table(l.ofNewest(l.text("The newest day", "最新一天"), series.VisitsDay),
			l.text("The newest day against the day before, the same weekday last week, and the same weekday four weeks ago. Up to 5% either way is gray. Averages of several apps are weighted with their users or sessions.",
				"最新一天与前一天、上周同一星期几、四周前同一星期几的比较，5% 以内显示灰色。多个小程序的平均值按用户数或打开次数加权。"),
			name, false,
			grafana.NowTable(newest(series.VisitsDay)),
			grafana.NowTable(changeSince(daysBefore(1, series.VisitsDay), series.VisitsDay)),
			grafana.NowTable(changeSince(daysBefore(7, series.VisitsDay), series.VisitsDay)),
			grafana.NowTable(changeSince(daysBefore(28, series.VisitsDay), series.VisitsDay))).
			Merged().
			Columns(nil,
				column("figure", name, 0, mappings(l.figures()...)),
				column("Value #A", value, 110, unit("locale")),
				otherWeekday("Value #B", l.text("vs day before", "较前一天"), 125),
				changeColumn("Value #C", l.text("vs last week", "较上周"), 115),
				changeColumn("Value #D", l.text("vs 4 weeks ago", "较四周前"), 130)).
			NoValue(needs(l, series.VisitsDay)).
			Alerts("WxappSessionsDown").Width(11),
		grafana.TimeSeries(l.text("Users by day", "每日用户"),
			l.text("Each bar stands on the day that it is for: users who came back and users who came for the first time. The dashed line is the same weekday one week before.",
				"每根柱子对应数据所属的日期：回访用户与首次来访的新增用户。虚线为一周前的同一星期几。"),
			grafana.Over(returned(daily(series.OnDay(0), series.VisitsDay, usersOfDay), daily(series.OnDay(0), series.VisitsDay, newUsersOfDay)), returning),
			grafana.Over(newOnes, added),
			grafana.Over(sumOf(series.OnDay(1), series.VisitsDay, usersOfDay), before)).
			Unit("locale").Decimals(0).Min(0).Every("1d").Bars().
			Override(returning, fixed("blue")).
			Override(added, fixed("orange")).
			Override(before, dashed()...).
			NoValue(needs(l, series.VisitsDay)).Width(13))
}

// visitsFirstNames answers from where, whether again, and what.
func visitsFirstNames(l language, d *grafana.Dashboard) {
	d.Line(12,
		namesTable(l, l.text("Sources", "来源"),
			l.text("Where the sessions of the newest day came from, with their share of all sessions. A source that had sessions a week ago and has none now is listed with 0. Click on one to draw it day by day on the overview.",
				"最新一天的打开次数按来源排列，以及在全部打开次数中的占比。一周前有、现在没有的来源以 0 列出。点击来源可在概览中按天显示。"),
			series.SourcesDay, "wxapp_source_sessions", "source", l.text("Sessions", "打开次数"),
			column("source", l.text("Source", "来源"), 0, mappings(l.sources()...), l.drawsSource())).
			Alerts("WxappSourceVanished").Width(9),
		grafana.TimeSeries(l.text("Came back, 1 and 7 days", "1 天与 7 天留存"),
			l.text("Share of the users of each day who came again one day and seven days later. A point stands on the day when they first counted, so the curves end one and seven days before the newest day.",
				"每天的用户中，一天后与七天后再次来访的比例。点位于用户最初来访的日期，因此曲线分别在最新一天的一天前与七天前结束。"),
			grafana.Over(retained(series.DaysAfter(1), 1), l.text("after 1 day", "1 天后")),
			grafana.Over(retained(series.DaysAfter(7), 7), l.text("after 7 days", "7 天后"))).
			Unit("percentunit").Min(0).Every("1d").NoValue(needs(l, series.RetentionDay)).
			Alerts("WxappRetentionDown").Width(6),
		namesTable(l, l.text("Top pages", "热门页面"),
			l.text("The pages with the most visits on the newest day, with their share of the visits of all pages listed. The row on pages tells more.",
				"最新一天访问次数最多的页面，以及在所列页面中的占比。详见“页面”一栏。")+listedInBoth(l),
			series.PagesDay, "wxapp_page_visits", "page", l.text("Visits", "访问次数"),
			column("page", l.text("Page", "页面"), 0)).Width(9))
}

// namesTable is what is known of the names of a label: a number, its share and its change.
func namesTable(l language, title, description string, of series.Window, metric, label, count string, name grafana.Column) *grafana.Panel {
	top := func(query string) grafana.Target { return grafana.NowTable(largest(30, query, of, metric, label)) }
	share := fmt.Sprintf("%s / on () group_left () sum(%s)", sumOf(series.Now(), of, metric, label), daily(series.Now(), of, metric, label))
	return grafana.Table(l.ofNewest(title, of), description, count, true,
		top(ranked(of, metric, label)),
		top(share), top(changeOfNames(of, metric, label))).
		Merged().Repeated("Value #B", bar).
		Columns(nil, slices.Concat(
			[]grafana.Column{name, column("Value #A", count, 100, unit("locale"))},
			shareColumns(l, "Value #B"),
			[]grafana.Column{changeColumn("Value #C", l.text("vs last week", "较上周"), 115)})...).
		NoValue(needs(l, of))
}

// figures are the words for the numbers of a day.
func (l language) figures() []grafana.Choice {
	var choices []grafana.Choice
	for _, f := range []struct{ metric, english, chinese string }{
		{usersOfDay, "Users", "用户数"},
		{"wxapp_new_users", "New users", "新增用户"},
		{sessionsOfDay, "Sessions", "打开次数"},
		{"wxapp_page_views", "Page views", "浏览次数"},
		{"wxapp_shares", "Shares", "分享次数"},
		{"wxapp_sharing_users", "Sharing users", "分享人数"},
		{"wxapp_user_stay_average_seconds", "Time per user, s", "人均停留（秒）"},
		{"wxapp_session_depth_average", "Pages per session", "平均访问深度（页）"},
	} {
		choices = append(choices, grafana.Choice{Value: f.metric, Text: l.text(f.english, f.chinese)})
	}
	return choices
}

// returned returns how many of all users of the apps came back. An app of which nobody is new has no
// number of new users.
func returned(all, added string) string {
	return fmt.Sprintf("sum(%s or %s) >= 0", all, figureOf("users", "new", "-("+added+")"))
}
