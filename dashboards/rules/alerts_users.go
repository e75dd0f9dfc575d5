package rules

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

func userAlerts() []rule {
	return []rule{
		usersDown("WxappActiveUsersDown", "visit_uv", 100, 0.3, texts{
			"Active users of " + app + " fell by " + percent + " compared with the same weekday last week.",
			appChinese + "的活跃用户较上周同一天下降 " + percent + "。",
			"The newest day had at least 30% fewer active users than the same weekday of the previous week, and fewer than the usual range of that weekday, where it is known.",
		}),
		usersDown("WxappNewUsersDown", "visit_uv_new", 50, 0.5, texts{
			"New users of " + app + " fell by " + percent + " compared with the same weekday last week.",
			appChinese + "的新增用户较上周同一天下降 " + percent + "。",
			"The newest day had less than half the new users of the same weekday of the previous week, and fewer than the usual range of that weekday, where it is known.",
		}),
		shareCollapsed(),
		compositionShifted(),
	}
}

// usersDown fires when users of a day are fewer than a week before by more than a share of
// them, of those apps that had at least a number then.
func usersDown(alert, metric string, least int, share float64, said texts) rule {
	const by = "appid, range"
	users := func(m series.Moment) string { return total(m, by, fmt.Sprintf("metric=%q", metric), `range="1d"`) }
	usual := func(rule string) string {
		return series.Everything.Selector("appid_metric_range:wxapp_users:"+rule, fmt.Sprintf("metric=%q", metric), `range="1d"`)
	}
	fall := fmt.Sprintf("1 - %s / (%s >= %d) > %g", users(series.Live()), users(series.WeekBefore()), least, share)
	return rule{
		alert: alert,
		expr: named(sameWeekday(fall, by, windowEnd) + fmt.Sprintf(" unless on (%s) %s >= on (%s) max by (%s) (%s - 2 * %s)",
			by, users(series.Live()), by, by, usual("mean_4w"), usual("stddev_4w"))),
		hold:   "1h",
		labels: warning(),
		texts:  said,
	}
}

func shareCollapsed() rule {
	const (
		list   = "appid, dimension, range"
		by     = "appid, dimension, name, range"
		both   = `dimension=~"platform|device"`
		device = `dimension="device"`
	)
	users := func(m series.Moment, dimension string) string {
		return all(m, by, "wxapp_users", dimension, `metric="visit_uv"`, `range="1d"`)
	}
	share := func(m series.Moment, dimension string) string {
		return fmt.Sprintf("%s / on (%s) group_left () sum by (%s) (%s)", users(m, dimension), list, list, users(m, dimension))
	}
	before := share(series.WeekBefore(), both)
	large := fmt.Sprintf("(%s) > 0.03 and %s >= 50", before, users(series.WeekBefore(), both))
	kept := fmt.Sprintf("(%s) > 0.5 * (%s)", share(series.Live(), both), before)
	listed := func(m series.Moment) string {
		return fmt.Sprintf("count by (%s) (%s)", list, users(m, device))
	}
	unlisted := fmt.Sprintf("0.5 * (%s) < on (%s) group_left () (min by (%s) (%s) and %s >= %s)",
		before, list, list, share(series.Live(), device), listed(series.Live()), listed(series.WeekBefore()))
	collapsed := fmt.Sprintf("(%s) unless on (%s) (%s) unless on (%s) (%s)", large, by, kept, by, unlisted)
	dimension := inChinese("dimension", [2]string{"platform", "平台"}, [2]string{"device", "机型"})
	return rule{
		alert:   "WxappShareCollapsed",
		comment: "The value is the share one week earlier. A platform that is gone has collapsed, too. WeChat\nlists only the 20 most common devices: where others have come onto the list, one that is gone\nhas at most the smallest share that is still listed, and has collapsed when that is at most half\nof its old share.",
		expr:    named(sameWeekday(collapsed, "appid, range", windowEnd)),
		hold:    "1h",
		labels:  warning(),
		texts: texts{
			"The share of {{ $labels.name }} in " + app + " has collapsed ({{ $labels.dimension }}).",
			appChinese + "中 {{ $labels.name }} 的占比骤降（" + dimension + "）。",
			"A week ago it was " + percent + " of the users; now it is at most half of that. A release may be broken there.",
		},
	}
}

func compositionShifted() rule {
	const by = "appid, dimension, name, range"
	users := func(m series.Moment) string {
		return all(m, by, "wxapp_users", `dimension=~"province|age|gender|platform"`, `metric="visit_uv"`, `range="7d"`)
	}
	share := func(of, other series.Moment) string {
		return fmt.Sprintf("(%s or 0 * %s) / on (appid, dimension, range) group_left () (sum by (appid, dimension, range) (%s) >= 500)",
			users(of), users(other), users(of))
	}
	moved := fmt.Sprintf("0.5 * sum by (appid, dimension, range) (abs(%s - %s)) > 0.15",
		share(series.Live(), series.WeekBefore()), share(series.WeekBefore(), series.Live()))
	dimension := inChinese("dimension", [2]string{"province", "省份"}, [2]string{"age", "年龄"}, [2]string{"gender", "性别"}, [2]string{"platform", "平台"})
	return rule{
		alert:   "WxappCompositionShifted",
		comment: "Half the sum of all differences between the shares: the part of the users that\nwould have to change to another name for the two weeks to be equal.",
		expr:    named(sameWeekday(moved, "appid, range", windowEnd)),
		hold:    "2h",
		labels:  info(),
		texts: texts{
			"The composition of the users of " + app + " differs from a week ago ({{ $labels.dimension }}).",
			appChinese + "的用户构成与一周前明显不同（" + dimension + "）。",
			percent + " of the users of seven days would have to have another {{ $labels.dimension }} value for the composition to match that of the seven days before.",
		},
	}
}
