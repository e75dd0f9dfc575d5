package rules

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

func visitAlerts() []rule {
	return []rule{sessionsDown(), retentionDown(), sourceVanished()}
}

const ofDay = `period="day"`

func sessionsDown() rule {
	sessions := func(m series.Moment) string { return all(m, "appid", "wxapp_sessions", ofDay) }
	return rule{
		alert: "WxappSessionsDown",
		expr: named(sameWeekday(fmt.Sprintf("1 - %s / (%s >= 100) > 0.3", sessions(series.Live()), sessions(series.WeekBefore())),
			"appid", datasetEnd, `dataset="visits"`)),
		hold:   "1h",
		labels: warning(),
		texts: texts{
			"Sessions of " + app + " fell by " + percent + " compared with the same weekday last week.",
			appChinese + "的打开次数较上周同一天下降 " + percent + "。",
			"On the newest day the Mini Program was opened at least 30% less often than on the same weekday of the previous week.",
		},
	}
}

func retentionDown() rule {
	read := func(m series.Moment, metric string) string { return all(m, "appid, cohort", metric, `day="1"`) }
	const again, came = "wxapp_retained_users", "wxapp_retention_cohort_users"
	held := series.Within("26h")
	usual := fmt.Sprintf("quantile_over_time(0.5, (%s / %s)[28d:6h]) and count_over_time((%s)[28d:6h]) >= 56",
		read(held, again), read(held, came), read(held, again))
	return rule{
		alert:   "WxappRetentionDown",
		comment: "The median of what was shown at every sixth hour of four weeks, once two of them are\nknown. The value is by how much the share fell: 0.3 is from 20% to 14%, for example.",
		expr:    named(fmt.Sprintf("1 - (%s / (%s >= 200)) / (%s) > 0.3", read(series.Live(), again), read(series.Live(), came), usual)),
		hold:    "1h",
		labels:  warning(),
		texts: texts{
			"The share of users of " + app + " who return the next day fell by " + percent + " ({{ $labels.cohort }}).",
			appChinese + "的次日留存下降 " + percent + "（" + inChinese("cohort", [2]string{"new", "新增用户"}, [2]string{"active", "全部用户"}) + "）。",
			"The share of the users of a day who returned on the next one is at least 30% below its median of the last four weeks.",
		},
	}
}

func sourceVanished() rule {
	sessions := func(m series.Moment) string { return all(m, "appid, source", "wxapp_source_sessions", ofDay) }
	before := sessions(series.WeekBefore())
	vanished := fmt.Sprintf("((%s >= 50) / on (appid) group_left () sum by (appid) (%s) > 0.03) unless on (appid, source) (%s > 0.05 * %s)",
		before, before, sessions(series.Live()), before)
	known := fmt.Sprintf(" and on (appid) %s", sessions(series.Live()))
	return rule{
		alert:   "WxappSourceVanished",
		comment: "The value is the share one week earlier. WeChat leaves out sources without sessions.",
		expr:    named(sameWeekday(vanished, "appid", datasetEnd, `dataset="sources"`) + known),
		hold:    "1h",
		labels:  warning(),
		texts: texts{
			"{{ $labels.source }} brings almost no sessions to " + app + " any more.",
			appChinese + "几乎不再有来自“{{ $labels.source }}”的访问。",
			"On the same weekday of the previous week " + percent + " of the sessions came from there; on the newest day it was less than a twentieth of that number.",
		},
	}
}
