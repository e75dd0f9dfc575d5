package main

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// exporter is the dashboard on whether the exporter is all right.
func exporter(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-exporter",
		l.say("WeChat Mini Program / Exporter", "微信小程序 / 采集器"),
		l.say("Whether the exporter gets its numbers from WeChat, keeps them and hands them on.", "采集器能否从微信取得数据、妥善保存并对外提供。"))
	exporterHealth(l, d)
	exporterPolls(l, d)
	exporterCalls(l, d)
	exporterOutputs(l, d)
	exporterProcess(l, d)
	return d
}

// count is a stat that is red from 1 on, if that is bad.
func count(title, description, query string, bad bool) *grafana.Panel {
	p := grafana.Stat(title, description, grafana.Now(query, "")).Unit("locale")
	if bad {
		return p.Thresholds("green", grafana.At(1, "red"))
	}
	return p.Thresholds("blue")
}

func exporterHealth(l language, d *grafana.Dashboard) {
	a := allApps
	failing := grafana.Choice{Text: l.say("failing", "失败"), Value: "0"}
	ok := grafana.Choice{Text: l.say("ok", "正常"), Value: "1"}
	states := grafana.ExactWords(failing, ok)
	d.Line(4,
		count(l.say("Exporters", "采集器数"), l.say("Processes that answer now, replicas and shards counted singly.", "当前有数据的采集器进程数，副本与分片分别计数。"),
			"count("+sel("wxapp_exporter_build_info")+")", false).Wide(3),
		count(l.say("Targets down", "抓取失败"), l.say("Scrapes of Prometheus that fail. Nothing is scraped when numbers are pushed.", "Prometheus 抓取失败的目标数。使用推送时没有抓取。"),
			"count("+sel("up")+" == 0) or vector(0)", true).Wide(3),
		count(l.say("Apps failing", "失败的小程序"), l.say("Apps whose last poll failed on all replicas.", "在所有副本上最近一次轮询均失败的小程序数量。"),
			"count(max by (appid) ("+sel("wxapp_up")+") == 0) or vector(0)", true).Wide(3),
		count(l.say("Windows with old numbers", "过期的统计窗口"), l.say("Pairs of app and range whose window ended more than 42 hours ago.", "统计窗口结束超过 42 小时的（小程序、周期）数量。"),
			"count(time() - max by (appid, range) ("+sel("wxapp_data_end_timestamp_seconds")+") > 151200) or vector(0)", true).Wide(4),
		grafana.Stat(l.say("Next poll", "下次轮询"), l.say("When the next poll of any app is due.", "任一小程序下一次轮询的时间。"),
			grafana.Now("min("+sel("wxapp_next_poll_timestamp_seconds")+") * 1000", "")).
			Unit("dateTimeFromNow").Wide(4),
		grafana.Stat(l.say("Failed polls, 24 h", "失败的轮询（24 小时）"), l.say("Polls of all apps that failed in the last 24 hours.", "最近 24 小时内失败的轮询次数。"),
			grafana.Now("sum("+failures("24h")+")", "")).
			Unit("locale").Decimals(0).Thresholds("green", grafana.At(1, "orange")).Wide(3),
		grafana.Stat(l.say("Archive failures, 24 h", "归档失败（24 小时）"), l.say("Writes to the archive that failed in the last 24 hours. What is not kept is lost at the next restart.", "最近 24 小时内归档写入失败的次数。未保存的数据会在重启后丢失。"),
			grafana.Now("sum(increase("+sel("wxapp_archive_failures_total")+"[24h]))", "")).
			Unit("locale").Decimals(0).Thresholds("green", grafana.At(1, "red")).Wide(4),
	)
	d.Line(9,
		grafana.StateTimeline(l.say("State of the apps", "小程序状态"),
			l.say("Whether the last poll failed. Numbers that are not published yet are no failure.", "最近一次轮询是否失败。数据尚未发布不算失败。"),
			grafana.Over(a.withName(along(), "max by (appid) ("+sel("wxapp_up")+")"), "{{app}}")).
			Thresholds("red", grafana.At(1, "green")).SayExactly(failing, ok).Every("30m").Wide(10),
		grafana.Table(l.say("Apps", "小程序"),
			l.say("State, last poll, last poll with numbers, next poll and end of the token of each app.", "各小程序的状态、最近轮询、最近取得数据、下次轮询与 token 到期时间。"),
			l.say("State", "状态"), false,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) ("+sel("wxapp_up")+")"),
			grafana.NowTable("max by (appid) ("+sel("wxapp_last_poll_timestamp_seconds")+") * 1000"),
			grafana.NowTable("max by (appid) ("+sel("wxapp_last_success_timestamp_seconds")+") * 1000"),
			grafana.NowTable("min by (appid) ("+sel("wxapp_next_poll_timestamp_seconds")+") * 1000"),
			grafana.NowTable("max by (appid) ("+sel("wxapp_token_expiry_timestamp_seconds")+") * 1000")).
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.say("App", "小程序")),
				column("Value #B", l.say("State", "状态"), append(colored("red", grafana.At(1, "green")),
					grafana.Property{ID: "mappings", Value: states})...),
				column("Value #C", l.say("Last poll", "最近轮询"), unit("dateTimeFromNow")),
				column("Value #D", l.say("Last numbers", "最近取得数据"), unit("dateTimeFromNow")),
				column("Value #E", l.say("Next poll", "下次轮询"), unit("dateTimeFromNow")),
				column("Value #F", l.say("Token ends", "token 到期"), unit("dateTimeFromNow")),
				column("appid", "appid")).Wide(14),
	)
}

// failures returns the failed polls within a time by app and reason.
func failures(window string) string {
	return "max by (appid, reason) (increase(" + sel("wxapp_poll_failures_total") + "[" + window + "]))"
}

func exporterPolls(l language, d *grafana.Dashboard) {
	a := allApps
	d.Row(l.say("Polls of WeChat", "轮询微信"))
	d.Line(9,
		grafana.TimeSeries(l.say("Freshness against publication: age of the newest day", "新鲜度：最新一天距今的时间"),
			l.say("Time since the newest 1-day window ended. It climbs by the hour and falls when WeChat publishes the next day, between 09:00 and 16:00: a saw with teeth of 33 to 40 hours. Above the line of 42 hours something is wrong.",
				"距最新的 1 天窗口结束的时间。随时间上升，微信发布新的一天（9 点至 16 点）时下降，呈锯齿状，峰值在 33 至 40 小时之间。超过 42 小时的红线说明有问题。"),
			grafana.Over(a.withName(along(), a.age(along(), "1d")), "{{app}}")).
			Unit("s").From(0).Every("1h").
			Custom("thresholdsStyle", grafana.Options{"mode": "line"}).
			Thresholds("transparent", grafana.At(staleAfter, "red")).Wide(12),
		grafana.TimeSeries(l.say("Failed polls by reason", "失败的轮询（按原因）"),
			l.say("Polls that failed. busy and token pass by themselves; credentials, allowlist, permission, account and pending need a person; the page of the exporter says what to do.",
				"失败的轮询次数。busy 与 token 通常会自行恢复；credentials、allowlist、permission、account 与 pending 需要人工处理，办法见采集器状态页。"),
			grafana.Over("sum by (reason) (max by (appid, reason) (increase("+sel("wxapp_poll_failures_total")+"[$__rate_interval])))", "{{reason}}")).
			Unit("locale").Decimals(0).Bars().Every("1h").Wide(12),
	)
	d.Line(8,
		grafana.Table(l.say("Failed polls by app and reason, over the time shown", "失败的轮询（按小程序与原因，所选时间内）"),
			l.say("Which app failed for which reason, and how often.", "各小程序因何种原因失败、失败多少次。"),
			l.say("Failures", "失败次数"), true,
			grafana.NowTable(a.withName(now(), "max by (appid, reason) (increase("+sel("wxapp_poll_failures_total")+"[$__range])) > 0"))).
			Unit("locale").Decimals(0).NoValue(l.say("no failure", "没有失败")).
			Columns(nil,
				column("app", l.say("App", "小程序")),
				column("reason", l.say("Reason", "原因")),
				column("Value", l.say("Failures", "失败次数")),
				column("appid", "appid")).Wide(8),
		grafana.Table(l.say("What is held", "持有的数据"),
			l.say("First and last day of the newest window of each app and range, in China time.", "各小程序、各周期最新窗口的首日与末日（北京时间）。"),
			l.say("Last day", "末日"), false,
			grafana.NowTable(a.withName(now(), "max by (appid, range) ("+sel("wxapp_data_begin_timestamp_seconds")+") * 1000")),
			grafana.NowTable(a.withName(now(), "(max by (appid, range) ("+sel("wxapp_data_end_timestamp_seconds")+") - 1) * 1000"))).
			Transform("merge", grafana.Options{}).
			Columns(nil,
				column("app", l.say("App", "小程序")),
				column("range", l.say("Range", "周期")),
				dayColumn("Value #A", l.say("First day", "首日")),
				dayColumn("Value #B", l.say("Last day", "末日")),
				column("appid", "appid")).Wide(8),
		grafana.Table(l.say("Odd rows and cut names", "异常行与被截断的名称"),
			l.say("Rows of WeChat's answers over the time shown whose name stood there twice (added up) or that were not usable (left out), and names cut now by the limit WXAPP_TOP.",
				"所选时间内微信返回数据中重复（已合并）与无法使用（已忽略）的行数，以及当前因 WXAPP_TOP 限制而截断的名称数。"),
			l.say("Left out", "忽略的行"), true,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) (increase("+sel("wxapp_rows_merged_total")+"[$__range]))"),
			grafana.NowTable("max by (appid) (increase("+sel("wxapp_rows_rejected_total")+"[$__range]))"),
			grafana.NowTable("max by (appid) ("+sel("wxapp_names_dropped")+")")).
			Unit("locale").Decimals(0).
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.say("App", "小程序")),
				column("Value #B", l.say("Added up", "合并的行")),
				column("Value #C", l.say("Left out", "忽略的行")),
				column("Value #D", l.say("Most names cut", "截断名称数（最大）")),
				column("appid", "appid")).Wide(8),
	)
}
