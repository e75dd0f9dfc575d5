package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// span is a kind of natural period, weeks or months: what its row asks, and in which words.
type span struct {
	of     series.Window
	before past   // of the one before the newest
	came   string // the metric of how many users came, for each number of periods later
	again  string // the metric of how many of them came again
	label  string // of these metrics: how many periods later
	later  []int  // its values
	since  string // how far back the row shows

	row, newest, vsBefore, last string
	users, sessions             string // titles
	returned                    string
	after                       func(n int) string
	point                       string
	none                        string
}

// visitsWeeks shows the numbers of the last week that ended, and of those before.
func visitsWeeks(l language, d *grafana.Dashboard) {
	visitsSpan(l, d, span{
		of:     series.LastWeek,
		before: daysBefore(7, series.LastWeek),
		came:   "wxapp_weekly_retention_cohort_users",
		again:  "wxapp_weekly_retained_users",
		label:  "week",
		later:  []int{1, 2, 3, 4},
		since:  "182d",

		row:      l.text("Weeks", "周数据"),
		newest:   l.text("The last week", "最近一个自然周"),
		vsBefore: l.text("vs week before", "较前一周"),
		last:     l.text("Week ending", "周数据截止日"),
		users:    l.text("Users by week", "每周用户"),
		sessions: l.text("Sessions and views by week", "每周打开与浏览"),
		returned: l.text("Came back weeks later", "周留存"),
		after: func(n int) string {
			if n == 1 {
				return l.text("after 1 week", "1 周后")
			}
			return l.textf("after %d weeks", "%d 周后", n)
		},
		point: l.text("Each point is a week from Monday to Sunday, shown on its Sunday.", "每个点为周一至周日的一周，显示在周日。"),
		none: l.text("no data yet; needs weekly in WXAPP_DATASETS, and WeChat publishes a week by 16:00 on the Monday after it",
			"尚无数据；需在 WXAPP_DATASETS 中启用 weekly，微信最迟在下周一 16 点发布"),
	})
}

// visitsMonths shows the numbers of the last month that ended, and of those before.
func visitsMonths(l language, d *grafana.Dashboard) {
	visitsSpan(l, d, span{
		of:     series.LastMonth,
		before: chosenApps().MonthBefore,
		came:   "wxapp_monthly_retention_cohort_users",
		again:  "wxapp_monthly_retained_users",
		label:  "month",
		later:  []int{1},
		since:  "730d",

		row:      l.text("Months", "月数据"),
		newest:   l.text("The last month", "最近一个自然月"),
		vsBefore: l.text("vs month before", "较前一月"),
		last:     l.text("Month ending", "月数据截止日"),
		users:    l.text("Users by month", "每月用户"),
		sessions: l.text("Sessions and views by month", "每月打开与浏览"),
		returned: l.text("Came back a month later", "月留存"),
		after:    func(int) string { return l.text("after 1 month", "1 个月后") },
		point:    l.text("Each point is a calendar month, shown on its last day.", "每个点为一个自然月，显示在该月最后一天。"),
		none: l.text("no data yet; needs monthly in WXAPP_DATASETS, and WeChat publishes a month by 16:00 on the 1st of the next",
			"尚无数据；需在 WXAPP_DATASETS 中启用 monthly，微信最迟在次月 1 日 16 点发布"),
	})
}

func visitsSpan(l language, d *grafana.Dashboard, s span) {
	d.Row(s.row)
	once := l.text("Each user counts once, however often they came.", "多次来访的用户只计一次。")
	over := func(title, description string, targets ...grafana.Target) *grafana.Panel {
		return grafana.TimeSeries(title, description+" "+s.point, targets...).
			Unit("locale").Decimals(0).Min(0).Since(s.since).Every("1d").NoValue(s.none)
	}
	sum := func(metric, legend string) grafana.Target {
		return grafana.Over(sumOf(series.OnDay(0), s.of, metric), legend)
	}
	name, value := l.text("Number", "指标"), l.text("Value", "数值")
	d.Line(9,
		grafana.Table(s.newest, once+" "+
			l.text("Up to 5% either way is gray. Averages of several apps are weighted with their users or sessions.",
				"5% 以内的变化显示灰色。多个小程序的平均值按用户数或打开次数加权。"),
			name, false,
			grafana.NowTable(newest(s.of)),
			grafana.NowTable(changeSince(s.before, s.of))).
			Merged().
			Columns(nil,
				column("figure", name, 0, mappings(l.figures()...)),
				column("Value #A", value, 110, unit("locale")),
				changeColumn("Value #B", s.vsBefore, 145)).
			NoValue(s.none).Width(10),
		over(s.users, once, sum(usersOfDay, l.text("users", "用户")), sum("wxapp_new_users", l.text("new", "新增"))).Width(14))
	var targets []grafana.Target
	for _, n := range s.later {
		targets = append(targets, grafana.Now(s.returnedAfter(n), s.after(n)))
	}
	d.Line(8,
		grafana.Stat(s.last,
			l.text("The last day of the numbers in this row, in China time.", "此栏数据的最后一天（北京时间）。"),
			grafana.Now("max("+chosenApps().lastDay(s.of)+")", "")).
			Unit("time:YYYY-MM-DD").Thresholds(neutral).NoValue(needsShort(l, s.of)).Width(5),
		grafana.BarGauge(s.returned,
			l.text("Share of the users of an earlier week or month who came again in the newest one. Choose new or all users at the top, under Retention of.",
				"较早一周或一月的用户中，在最近一期再次来访的比例。顶部的“留存人群”决定统计新增用户还是全部用户。"),
			targets...).
			Unit("percentunit").Decimals(1).Min(0).Max(1).Colored("continuous-BlPu").NoValue(s.none).Width(9),
		over(s.sessions, l.text("How often the Mini Programs were opened, and how many pages were viewed.", "打开次数与页面浏览次数。"),
			sum(sessionsOfDay, l.text("sessions", "打开次数")), sum("wxapp_page_views", l.text("views", "浏览次数"))).Width(10))
}

// returnedAfter returns the share of users who came again so many weeks or months later.
func (s span) returnedAfter(n int) string {
	read := func(metric string) string {
		return chosenApps().each(series.Now(), metric, `cohort="$cohort"`, fmt.Sprintf(`%s="%d"`, s.label, n))
	}
	came, again := read(s.came), read(s.again)
	return fmt.Sprintf("sum(%s) / sum(%s and on (appid) %s)", again, came, again)
}
