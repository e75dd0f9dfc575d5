package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// seconds is the unit of a number of seconds. Grafana's own units of time are in English
// everywhere.
func (l language) seconds() string { return l.text("suffix: s", "suffix: 秒") }

// visitsHistory shows the numbers of each day.
func visitsHistory(l language, d *grafana.Dashboard) {
	d.Row(l.text("Over time", "变化趋势"))
	over := func(title, description, unit string, targets ...grafana.Target) *grafana.Panel {
		return grafana.TimeSeries(title, description+l.text(" Each point stands on the day that it is for.", "每个点位于数据所属的日期。"), targets...).
			Unit(unit).Min(0).Every("1d").NoValue(needs(l, series.VisitsDay)).Width(8)
	}
	sum := func(metric, legend string) grafana.Target {
		return grafana.Over(sumOf(series.OnDay(0), series.VisitsDay, metric), legend)
	}
	mean := func(metric, weights, legend string) grafana.Target {
		return grafana.Over(average(daily(series.OnDay(0), series.VisitsDay, metric), daily(series.OnDay(0), series.VisitsDay, weights)), legend)
	}
	d.Line(8,
		over(l.text("Sessions and views by day", "每日打开与浏览"),
			l.text("How often the Mini Programs were opened, and how many pages were viewed.", "打开次数与页面浏览次数。"), "locale",
			sum(sessionsOfDay, l.text("sessions", "打开次数")), sum("wxapp_page_views", l.text("views", "浏览次数"))),
		over(l.text("Time by day", "每日停留时长"),
			l.text("Time that a user stayed and that a session took, on average. WeChat does not send them for every app.", "人均停留时长与次均停留时长。微信并不为每个小程序提供。"), l.seconds(),
			mean("wxapp_user_stay_average_seconds", usersOfDay, l.text("per user", "人均")),
			mean("wxapp_session_duration_average_seconds", sessionsOfDay, l.text("per session", "次均"))),
		over(l.text("Depth by day", "每日访问深度"),
			l.text("Pages per session as WeChat counts them, which is not views divided by sessions, and sessions per user.", "平均访问深度为微信的统计口径，不等于浏览次数除以打开次数；另有人均打开次数。"), "none",
			mean("wxapp_session_depth_average", sessionsOfDay, l.text("pages per session", "平均访问深度")),
			grafana.Over(fmt.Sprintf("%s / %s", sumOf(series.OnDay(0), series.VisitsDay, sessionsOfDay), sumOf(series.OnDay(0), series.VisitsDay, usersOfDay)), l.text("sessions per user", "人均打开次数"))).
			Decimals(2),
	)
	d.Line(8,
		over(l.text("Shares by day", "每日分享"),
			l.text("How often the Mini Programs were shared, and by how many users.", "分享次数与分享人数。"), "locale",
			sum("wxapp_shares", l.text("shares", "分享次数")), sum("wxapp_sharing_users", l.text("users", "用户"))),
		over(l.text("Users so far", "累计用户"),
			l.text("Users who have ever visited the Mini Program. A person who uses two of the chosen apps counts twice.", "曾经来访的用户总数。同时使用所选小程序中两个的人会计两次。"), "locale",
			grafana.Over(fmt.Sprintf("sum(%s)", chosenApps().At(series.OnDay(0), series.VisitsDay, func(m series.Moment) string {
				return chosenApps().each(m, "wxapp_cumulative_users")
			})), l.text("so far", "累计"))).FromAnywhere(),
		over(l.text("Coverage by day", "每日画像覆盖"),
			l.text("Users in the portrait of each day divided by all users of that day.", "每天用户画像中的用户数除以当天全部用户数。"), "percentunit",
			grafana.Over(coverage(series.OnDay(0)), l.text("coverage", "画像覆盖"))).Max(1),
	)
}

// visitsSources shows where users come from over time, and what their sessions are like.
func visitsSources(l language, d *grafana.Dashboard) {
	d.Row(l.text("Sources over time, length and depth", "来源趋势、时长与深度"))
	trend := func(title, description, metric string) *grafana.Panel {
		return l.namedSources(grafana.TimeSeries(title, description+l.text(" The eight sources with the most on the newest day; each point stands on the day that it is for.", "最新一天最多的八个来源，每个点位于数据所属的日期。"),
			grafana.Over(overDays(paletteSize, series.SourcesDay, metric, "source"), "{{source}}")).
			Unit("locale").Min(0).Every("1d").NoValue(needs(l, series.SourcesDay)).Width(12))
	}
	d.Line(10,
		trend(l.text("Sessions by source", "各来源打开次数"), l.text("Sessions by where they came from.", "按来源统计的打开次数。"), "wxapp_source_sessions"),
		trend(l.text("Users by source", "各来源用户"), l.text("Users by source. A user who came from two sources counts in both.", "按来源统计的用户数。从两个来源进入的用户在两处各计一次。"), "wxapp_source_users"))
	classes := func(title, description, metric, label string, choices []grafana.Choice) *grafana.Panel {
		var targets []grafana.Target
		total := sumOf(series.Now(), series.SourcesDay, metric, label)
		for _, choice := range choices {
			one := chosenApps().each(series.Now(), metric, series.SourcesDay.Period(), fmt.Sprintf("%s=%q", label, choice.Value))
			targets = append(targets, grafana.Now(fmt.Sprintf("sum(%s) / sum(%s)", one, total), choice.Text.(string)))
		}
		return grafana.BarGauge(title, description, targets...).
			Unit("percentunit").Decimals(1).Min(0).Max(1).Colored("continuous-BlPu").NoValue(needs(l, series.SourcesDay)).Width(12)
	}
	d.Line(8,
		classes(l.ofNewest(l.text("How long sessions took", "打开时长分布"), series.SourcesDay),
			l.text("Share of the sessions of the newest day by how long they took.", "最新一天各时长的打开次数占比。"),
			"wxapp_stay_time_sessions", "stay_time", l.stayTimes()),
		classes(l.ofNewest(l.text("How many pages they opened", "访问深度分布"), series.SourcesDay),
			l.text("Share of the sessions of the newest day by how many pages they opened.", "最新一天各访问页数的打开次数占比。"),
			"wxapp_depth_sessions", "depth", l.depths()))
}

// paletteSize is how many series have colors that differ.
const paletteSize = 8

// stayTimes are the words for the classes of times, in their order.
func (l language) stayTimes() []grafana.Choice {
	var choices []grafana.Choice
	for _, class := range [][2]string{{"0-2s", "0–2"}, {"3-5s", "3–5"}, {"6-10s", "6–10"}, {"11-20s", "11–20"}, {"20-30s", "20–30"}, {"30-50s", "30–50"}, {"50-100s", "50–100"}, {">100s", "> 100"}} {
		choices = append(choices, grafana.Choice{Value: class[0], Text: class[1] + l.text(" s", " 秒")})
	}
	return choices
}

// depths are the words for the classes of numbers of pages, in their order.
func (l language) depths() []grafana.Choice {
	var choices []grafana.Choice
	for _, class := range [][2]string{{"1", "1"}, {"2", "2"}, {"3", "3"}, {"4", "4"}, {"5", "5"}, {"6-10", "6–10"}, {">10", "> 10"}} {
		choices = append(choices, grafana.Choice{Value: class[0], Text: class[1] + l.text(" pages", " 页")})
	}
	choices[0].Text = l.text("1 page", "1 页")
	return choices
}

// retentionDays are after how many days WeChat tells who came again.
func retentionDays() []int { return []int{1, 2, 3, 4, 5, 6, 7, 14, 30} }

// visitsRetention shows a line for each day and its users.
func visitsRetention(l language, d *grafana.Dashboard) {
	d.Row(l.text("Retention by cohort", "留存明细"))
	day := l.text("Came on", "来访日期")
	targets := []grafana.Target{grafana.OverTable(cohortSize())}
	columns := []grafana.Column{
		dayColumn("Time", day, 0),
		column("Value #A", l.text("Users", "用户数"), 90, unit("locale")),
	}
	for i, days := range retentionDays() {
		targets = append(targets, grafana.OverTable(retained(series.DaysAfter(days), days)))
		columns = append(columns, column("Value #"+string(rune('B'+i)), l.textf("%d d", "%d 天", days), 90,
			unit("percentunit"), decimals(1),
			grafana.Property{ID: "min", Value: 0},
			grafana.Property{ID: "fieldMinMax", Value: true},
			grafana.Property{ID: "color", Value: grafana.Color{Mode: "continuous-BlPu"}},
			property("mappings", grafana.EmptyCells()),
			grafana.Property{ID: "custom.cellOptions", Value: grafana.Options{"type": "color-background", "mode": "basic"}}))
	}
	d.Line(16, grafana.Table(l.text("Retention by day of the visit, last 60 days", "按来访日期的留存，最近 60 天"),
		l.text("Each line is the users of one day, and the share of them who came again so many days later. A dash means that the day has not come yet, or was not fetched.",
			"每行为某一天的用户，以及其中若干天后再次来访的比例。“–”表示那一天尚未到来，或没有取得。"),
		day, true, targets...).
		Since("60d").Every("1d").Merged().
		Columns(nil, columns...).Exclude("Time", false).
		NoValue(needs(l, series.RetentionDay)).Width(24))
}

// visitsPages is everything about the pages.
func visitsPages(l language, d *grafana.Dashboard) {
	d.Row(l.text("Pages", "页面"))
	visited := l.text("Visits", "访问次数")
	read := func(metric string) string { return sumOf(series.Now(), series.PagesDay, metric, "page") }
	d.Line(14,
		grafana.Table(l.ofNewest(l.text("All pages", "全部页面"), series.PagesDay),
			l.text("The pages that the exporter shows, 20 per app unless WXAPP_TOP says otherwise, on the newest day. Exit rate: sessions that ended with a page divided by its visits.",
				"最新一天采集器显示的页面，每个小程序 20 个，可由 WXAPP_TOP 更改。退出率：在该页结束的打开次数除以该页访问次数。"),
			visited, true,
			grafana.NowTable(read("wxapp_page_visits")),
			grafana.NowTable(read("wxapp_page_visitors")),
			grafana.NowTable(read("wxapp_page_entries")),
			grafana.NowTable(read("wxapp_page_exits")),
			grafana.NowTable(fmt.Sprintf("%s / %s", read("wxapp_page_exits"), read("wxapp_page_visits"))),
			grafana.NowTable(read("wxapp_page_shares")),
			grafana.NowTable(pageStay())).
			Merged().
			Columns(nil,
				column("page", l.text("Page", "页面"), 0),
				column("Value #A", visited, 110, unit("locale")),
				column("Value #B", l.text("Visitors", "访问人数"), 110, unit("locale")),
				column("Value #C", l.text("Entries", "入口次数"), 110, unit("locale")),
				column("Value #D", l.text("Exits", "退出次数"), 110, unit("locale")),
				column("Value #E", l.text("Exit rate", "退出率"), 110, unit("percentunit"), decimals(1)),
				column("Value #F", l.text("Shares", "分享次数"), 110, unit("locale")),
				column("Value #G", l.text("Time per visit", "次均停留"), 130, unit(l.seconds()), decimals(1))).
			NoValue(needs(l, series.PagesDay)).Width(20),
		grafana.Stat(l.text("Left out", "未显示页面"),
			l.text("Pages of the newest day that are not shown because of the limit page in WXAPP_TOP. WeChat itself lists 200.", "因 WXAPP_TOP 中 page 的限制而未显示的页面数（最新一天）。微信最多列出 200 个。"),
			grafana.Now(sumOf(series.Now(), series.PagesDay, "wxapp_pages_dropped"), "")).
			Unit("locale").Thresholds(neutral).NoValue(l.text("no limit, or none yet", "无限制，或尚无数据")).Width(4))
}

// pageStay returns how long a visit of each page took on average.
func pageStay() string {
	stay, visited := daily(series.Now(), series.PagesDay, "wxapp_page_stay_average_seconds", "page"), daily(series.Now(), series.PagesDay, "wxapp_page_visits", "page")
	return fmt.Sprintf("sum by (page) (%s * on (appid, page) %s) / sum by (page) (%s and on (appid, page) %s)", stay, visited, visited, stay)
}

// visitsData shows whether the datasets come in.
func visitsData(l language, d *grafana.Dashboard) {
	d.Row(l.text("Data and alerts", "数据与告警"))
	a := chosenApps()
	end := a.Max(series.Now(), []string{"appid", "dataset"}, "wxapp_dataset_end_timestamp_seconds")
	failures := "sum by (appid, dataset) (" + a.Max(series.Now(), []string{"appid", "dataset", "reason"}, "wxapp_dataset_failures_total") + ")"
	d.Line(10,
		grafana.Table(l.text("Datasets", "数据集"),
			l.text("Every dataset of every chosen app, those that fail first: whether it fails or the next numbers are late, the newest day, the hours since that day ended, and the polls that failed since the exporter's start.",
				"所选小程序的每个数据集，失败的排在最前：是否失败、数据是否逾期、最新日期、距该日结束的小时数，以及采集器启动以来失败的轮询次数。"),
			l.text("State", "状态"), true,
			grafana.NowTable(a.withName(series.Now(), "("+end+" - 1) * 1000")),
			grafana.NowTable(a.withName(series.Now(), a.datasetState())),
			grafana.NowTable(a.withName(series.Now(), "(time() - "+end+") / 3600")),
			grafana.NowTable(a.withName(series.Now(), failures))).
			Merged().
			Columns([]string{"appid"},
				column("app", l.text("App", "小程序"), 0),
				datasetColumn(l, 120),
				stateColumn(l, "Value #B", 100),
				dayColumn("Value #A", l.text("Day", "日期"), 110),
				column("Value #C", l.text("Age", "距今"), 90, unit(l.hours()), decimals(0)),
				column("Value #D", l.text("Failures", "失败次数"), 100, unit("locale"), decimals(0))).
			NoValue(l.text("no dataset has data yet; WXAPP_DATASETS turns them on", "尚无数据集有数据；由 WXAPP_DATASETS 启用")).Width(16),
		alertList(l).Width(8))
}
