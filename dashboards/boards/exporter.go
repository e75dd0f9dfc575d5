package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

// exporter is the dashboard that shows whether the exporter works.
func exporter(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-exporter",
		l.text("WeChat Mini Program / Exporter", "微信小程序 / 采集器"),
		l.text("Whether the exporter fetches data from WeChat, archives it and serves it.", "采集器能否从微信取得数据、妥善保存并对外提供。"))
	exporterHealth(l, d)
	exporterPolls(l, d)
	exporterCalls(l, d)
	exporterOutputs(l, d)
	exporterProcess(l, d)
	return d
}

// count is a single number. If bad is set, it is red from 1 on.
func count(title, description, query string, bad bool) *grafana.Panel {
	p := grafana.Stat(title, description, grafana.Now(query, "")).Unit("locale")
	if bad {
		return p.Thresholds("green", grafana.At(1, "red"))
	}
	return p.Thresholds("blue")
}

func exporterHealth(l language, d *grafana.Dashboard) {
	a := allApps
	failing := grafana.Choice{Text: l.text("failing", "失败"), Value: "0"}
	ok := grafana.Choice{Text: l.text("ok", "正常"), Value: "1"}
	states := grafana.ValueMappings(failing, ok)
	d.Line(4,
		count(l.text("Exporters", "采集器数"), l.text("Exporter processes that report data now; replicas and shards are counted separately.", "当前有数据的采集器进程数，副本与分片分别计数。"),
			"count("+selector("wxapp_exporter_build_info")+")", false).Width(3),
		count(l.text("Targets down", "抓取失败"), l.text("Targets that Prometheus fails to scrape. Data that is pushed is not scraped.", "Prometheus 抓取失败的目标数。使用推送时没有抓取。"),
			"count("+selector("up")+" == 0) or vector(0)", true).Width(3),
		count(l.text("Apps failing", "失败的小程序"), l.text("Apps whose last poll failed on all replicas.", "在所有副本上最近一次轮询均失败的小程序数量。"),
			"count(max by (appid) ("+selector("wxapp_up")+") == 0) or vector(0)", true).Width(3),
		count(l.text("Stale windows", "过期的统计窗口"), l.textf("Pairs of app and range whose window ended more than %d hours ago.", "统计窗口结束超过 %d 小时的（小程序、周期）数量。", hours(StaleAfter)),
			"count("+stale("time() - max by (appid, range) ("+selector("wxapp_data_end_timestamp_seconds")+")")+") or vector(0)", true).Width(4),
		grafana.Stat(l.text("Next poll", "下次轮询"), l.text("When the next poll of any app is due.", "任一小程序下一次轮询的时间。"),
			grafana.Now("min("+selector("wxapp_next_poll_timestamp_seconds")+") * 1000", "")).
			Unit("dateTimeFromNow").Width(4),
		grafana.Stat(l.text("Failed polls, 24 h", "失败的轮询（24 小时）"), l.text("Failed polls of all apps in the last 24 hours.", "最近 24 小时内失败的轮询次数。"),
			grafana.Now("sum("+failures("24h")+")", "")).
			Unit("locale").Decimals(0).Thresholds("green", grafana.At(1, "orange")).Width(3),
		grafana.Stat(l.text("Archive failures, 24 h", "归档失败（24 小时）"), l.text("Failed archive writes in the last 24 hours. Answers that are not archived yet wait in memory, and a crash would lose them.", "最近 24 小时内归档写入失败的次数。尚未写入的数据在内存中等待，进程崩溃会导致丢失。"),
			grafana.Now("sum(increase("+selector("wxapp_archive_failures_total")+"[24h]))", "")).
			Unit("locale").Decimals(0).Thresholds("green", grafana.At(1, "red")).Width(4),
	)
	d.Line(9,
		grafana.StateTimeline(l.text("App status", "小程序状态"),
			l.text("Whether the last poll failed. Data that is not published yet is not a failure.", "最近一次轮询是否失败。数据尚未发布不算失败。"),
			grafana.Over(a.withName(overTime(), "max by (appid) ("+selector("wxapp_up")+")"), "{{app}}")).
			Thresholds("red", grafana.At(1, "green")).MapValues(failing, ok).Every("30m").Width(10),
		grafana.Table(l.text("Apps", "小程序"),
			l.text("Status, last poll, last poll with data, next poll and token expiry of each app.", "各小程序的状态、最近轮询、最近取得数据、下次轮询与 token 到期时间。"),
			l.text("Status", "状态"), false,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) ("+selector("wxapp_up")+")"),
			grafana.NowTable("max by (appid) ("+selector("wxapp_last_poll_timestamp_seconds")+") * 1000"),
			grafana.NowTable("max by (appid) ("+selector("wxapp_last_success_timestamp_seconds")+") * 1000"),
			grafana.NowTable("min by (appid) ("+selector("wxapp_next_poll_timestamp_seconds")+") * 1000"),
			grafana.NowTable("max by (appid) ("+selector("wxapp_token_expiry_timestamp_seconds")+") * 1000")).
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.text("App", "小程序")),
				column("Value #B", l.text("Status", "状态"), append(colored("red", grafana.At(1, "green")),
					grafana.Property{ID: "mappings", Value: states})...),
				column("Value #C", l.text("Last poll", "最近轮询"), unit("dateTimeFromNow")),
				column("Value #D", l.text("Last data", "最近取得数据"), unit("dateTimeFromNow")),
				column("Value #E", l.text("Next poll", "下次轮询"), unit("dateTimeFromNow")),
				column("Value #F", l.text("Token expires", "token 到期"), unit("dateTimeFromNow")),
				column("appid", "appid")).Width(14),
	)
}

// failures returns the failed polls within a time by app and reason.
func failures(window string) string {
	return "max by (appid, reason) (increase(" + selector("wxapp_poll_failures_total") + "[" + window + "]))"
}

func exporterPolls(l language, d *grafana.Dashboard) {
	a := allApps
	d.Row(l.text("Polls of WeChat", "轮询微信"))
	d.Line(9,
		grafana.TimeSeries(l.text("Freshness against publication: age of the newest day", "新鲜度：最新一天距今的时间"),
			l.textf("Time since the newest 1-day window ended. It climbs by the hour and falls when WeChat publishes the next day, between 09:00 and 16:00: a sawtooth with peaks at %d to %d hours. Above the line at %d hours something is wrong.",
				"距最新的 1 天窗口结束的时间。随时间上升，微信发布新的一天（9 点至 16 点）时下降，呈锯齿状，峰值在 %d 至 %d 小时之间。超过 %d 小时的红线说明有问题。",
				hours(FirstPublication), hours(LastPublication), hours(StaleAfter)),
			grafana.Over(a.withName(overTime(), a.age(overTime(), "1d")), "{{app}}")).
			Unit("s").Min(0).Every("1h").
			FieldOption("thresholdsStyle", grafana.Options{"mode": "line"}).
			Thresholds("transparent", redWhenStale()).Width(12),
		grafana.TimeSeries(l.text("Failed polls by reason", "失败的轮询（按原因）"),
			l.text("Failed polls. busy and token usually resolve by themselves; credentials, allowlist, permission, account and pending need someone to act. The status page of the exporter says what to do.",
				"失败的轮询次数。busy 与 token 通常会自行恢复；credentials、allowlist、permission、account 与 pending 需要人工处理，办法见采集器状态页。"),
			grafana.Over("sum by (reason) (max by (appid, reason) (increase("+selector("wxapp_poll_failures_total")+"[$__rate_interval])))", "{{reason}}")).
			Unit("locale").Decimals(0).Bars().Every("1h").Width(12),
	)
	d.Line(8,
		grafana.Table(l.text("Failed polls by app and reason, over the time shown", "失败的轮询（按小程序与原因，所选时间内）"),
			l.text("Which app failed for which reason, and how often.", "各小程序因何种原因失败、失败多少次。"),
			l.text("Failures", "失败次数"), true,
			grafana.NowTable(a.withName(now(), "max by (appid, reason) (increase("+selector("wxapp_poll_failures_total")+"[$__range])) > 0"))).
			Unit("locale").Decimals(0).NoValue(l.text("no failure", "没有失败")).
			Columns(nil,
				column("app", l.text("App", "小程序")),
				column("reason", l.text("Reason", "原因")),
				column("Value", l.text("Failures", "失败次数")),
				column("appid", "appid")).Width(8),
		grafana.Table(l.text("Data held", "持有的数据"),
			l.text("First and last day of the newest window of each app and range, in China time.", "各小程序、各周期最新窗口的首日与末日（北京时间）。"),
			l.text("Last day", "末日"), false,
			grafana.NowTable(a.withName(now(), "max by (appid, range) ("+selector("wxapp_data_begin_timestamp_seconds")+") * 1000")),
			grafana.NowTable(a.withName(now(), "(max by (appid, range) ("+selector("wxapp_data_end_timestamp_seconds")+") - 1) * 1000"))).
			Transform("merge", grafana.Options{}).
			Columns(nil,
				column("app", l.text("App", "小程序")),
				column("range", l.text("Range", "周期")),
				dayColumn("Value #A", l.text("First day", "首日")),
				dayColumn("Value #B", l.text("Last day", "末日")),
				column("appid", "appid")).Width(8),
		grafana.Table(l.text("Merged rows, skipped rows and dropped names", "合并的行、忽略的行与截断的名称"),
			l.text("Rows in WeChat's answers over the time shown that repeated a name (merged) or were unusable (skipped), and names that the limit WXAPP_TOP currently drops.",
				"所选时间内微信返回数据中重复（已合并）与无法使用（已忽略）的行数，以及当前因 WXAPP_TOP 限制而截断的名称数。"),
			l.text("Skipped", "忽略的行"), true,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) (increase("+selector("wxapp_rows_merged_total")+"[$__range]))"),
			grafana.NowTable("max by (appid) (increase("+selector("wxapp_rows_rejected_total")+"[$__range]))"),
			grafana.NowTable("max by (appid) ("+selector("wxapp_names_dropped")+")")).
			Unit("locale").Decimals(0).
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.text("App", "小程序")),
				column("Value #B", l.text("Merged", "合并的行")),
				column("Value #C", l.text("Skipped", "忽略的行")),
				column("Value #D", l.text("Most names dropped", "截断名称数（最大）")),
				column("appid", "appid")).Width(8),
	)
}
