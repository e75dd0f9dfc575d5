package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// exporter is the dashboard that shows whether the exporter works.
func exporter(l language) *grafana.Dashboard {
	d := newDashboard(l, "wxapp-exporter",
		l.text("WeChat Mini Program / Exporter", "微信小程序 / 采集器"),
		l.text("Whether the exporter fetches data from WeChat, archives it and serves it.", "采集器能否从微信取得数据、妥善保存并对外提供。"))
	annotate(l, d, allApps())
	exporterNumbers(l, d)
	exporterRemedies(l, d)
	exporterApps(l, d)
	exporterData(l, d)
	exporterCalls(l, d)
	exporterQuota(l, d)
	exporterOutputs(l, d)
	exporterProcess(l, d)
	return d
}

// runbook returns the address of an alert's runbook.
func runbook(l language, alert string) string {
	return "https://github.com/wxapp-exporter/wxapp_exporter/blob/main/docs/runbooks/" + alert + l.text(".md", ".zh-CN.md")
}

// problems is the number of things that are wrong, with a link to the remedy. It is green
// at 0.
func problems(l language, title, description, query, bad, alert string) *grafana.Panel {
	return grafana.Stat(title, description, grafana.Now(query, "")).Unit("locale").Decimals(0).
		Thresholds(neutral, grafana.At(0, "green"), grafana.At(1, bad)).
		Link(l.text("What to do", "如何处理"), runbook(l, alert)).
		Alerts(alert).
		NoValue(l.text("no exporter", "没有采集器"))
}

// orNone is 0 where a query has no answer, though an exporter is there.
func orNone(query string) string {
	return query + " or 0 * count(" + selector("wxapp_exporter_build_info") + ")"
}

// exporterNumbers counts what needs a person.
func exporterNumbers(l language, d *grafana.Dashboard) {
	d.Line(4,
		grafana.Stat(l.text("Exporters", "采集器数"), l.text("Exporter processes that report data now; replicas and shards are counted separately.", "当前有数据的采集器进程数，副本与分片分别计数。"),
			grafana.Now("count("+selector("wxapp_exporter_build_info")+")", "")).Unit("locale").
			Link(l.text("What to do", "如何处理"), runbook(l, "WxappExporterAbsent")).
			Alerts("WxappExporterAbsent").NoValue(l.text("none", "没有")).Width(4),
		problems(l, l.text("Targets down", "抓取失败"), l.text("Targets that Prometheus fails to scrape. Data that is pushed is not scraped.", "Prometheus 抓取失败的目标数。使用推送时没有抓取。"),
			orNone("count("+selector("up")+" == 0)"), "red", "WxappExporterAbsent").Width(4),
		problems(l, l.text("Apps failing", "失败小程序"), l.text("Apps of which a dataset fails on all replicas. The table below says which and why.", "有数据集在所有副本上均失败的小程序数量，数据集与原因见下表。"),
			orNone("count("+allApps().failing()+")"), "red", "WxappWeChatBusy").Width(4),
		problems(l, l.text("Stale", "过期"), l.textf("Apps that have a range whose window ended more than %d hours ago.", "有统计周期的时间窗口结束超过 %d 小时的小程序数量。", hours(series.StaleAfter)),
			orNone("count("+stale("max by (appid) (time() - "+allApps().Max(series.Now(), []string{"appid", "range"}, "wxapp_data_end_timestamp_seconds")+")")+")"), "orange", "WxappDataStale").Width(3),
		problems(l, l.text("Queued", "待归档"), l.text("Answers that wait for the archive. They are in memory only, and a crash would lose them.", "等待写入归档的数据份数。它们只在内存中，进程崩溃会导致丢失。"),
			"sum("+selector("wxapp_archive_pending_answers")+")", "red", "WxappArchiveFailing").Width(3),
		problems(l, l.text("Push", "推送"), l.text("Exporters that push by OTLP and have not succeeded for 15 minutes.", "启用 OTLP 推送但 15 分钟内未成功的采集器数量。"),
			"sum(time() - max by (job, instance) ("+selector("wxapp_otlp_last_success_timestamp_seconds")+") > bool 900)", "red", "WxappPushFailing").
			NoValue(l.text("off", "未启用")).Width(3),
		problems(l, l.text("Reload", "重载"), l.text("Exporters whose last reload found a mistake in the apps file or in a secret file, and go on with the apps they had, or whose web configuration or certificate cannot be used.", "最近一次重新加载时发现小程序列表或密钥文件有误（沿用原有的小程序），或 Web 配置、证书无法使用的采集器数量。"),
			"sum(1 - "+selector("wxapp_config_last_reload_successful")+" * "+selector("wxapp_web_config_valid")+")", "red", "WxappReloadFailed").Width(3),
	)
}

// exporterRemedies says which app fails why, and what to do.
func exporterRemedies(l language, d *grafana.Dashboard) {
	a := allApps()
	failed := a.Failing(series.Now())
	alerts := map[string]bool{}
	var names []string
	for _, r := range reasons() {
		failed = fmt.Sprintf("label_replace(%s, %q, %q, %q, %q)", failed, "runbook", r.runbook, "reason", r.name)
		if !alerts[r.runbook] && r.runbook != "WxappWeChatBusy" {
			names = append(names, r.runbook)
		}
		alerts[r.runbook] = true
	}
	reason := l.text("Reason", "原因")
	url := "https://github.com/wxapp-exporter/wxapp_exporter/blob/main/docs/runbooks/${__value.text}" + l.text(".md", ".zh-CN.md")
	d.Line(9,
		grafana.Table(l.text("What fails, and what to do", "失败原因与处理办法"),
			l.text("Every dataset that fails right now, and why. The runbook says what to do; so does the status page of the exporter. A rejected access token and a failing network usually resolve by themselves.",
				"当前失败的每个数据集及其原因。处理办法见手册与采集器状态页；access_token 被拒与网络异常通常会自行恢复。"),
			reason, false, grafana.NowTable(a.withName(series.Now(), failed))).
			NoValue(l.text("nothing fails", "没有失败")).
			Columns([]string{"Value"},
				appColumn(l),
				datasetColumn(l, 110),
				reasonColumn(l, 230),
				column("runbook", l.text("Runbook", "处理手册"), 230, grafana.Property{ID: "links", Value: []grafana.Options{{
					"title": l.text("What to do", "如何处理"), "url": url, "targetBlank": true,
				}}}),
				appidColumn()).
			Alerts(names...).Width(16),
		alertList(l).Width(8))
}

// exporterApps shows the polls of each app.
func exporterApps(l language, d *grafana.Dashboard) {
	a := allApps()
	state := l.text("State", "状态")
	ago := func(metric string) string {
		return "(time() - " + a.each(series.Now(), metric) + ") / 3600"
	}
	in := func(metric string) string {
		return "(" + a.each(series.Now(), metric) + " - time()) / 3600"
	}
	p := grafana.Table(l.text("Polls by app", "各小程序的轮询"),
		l.text("State of each app, and the hours since its last poll, since its last poll with data, until its next poll, and until its token expires. A token below zero is normal between polls: one is requested only when it is needed.",
			"各小程序的状态，距最近一次轮询、最近一次取得数据的小时数，距下次轮询与 token 到期的小时数。两次轮询之间 token 为负属正常：只有需要时才获取。"),
		state, true,
		grafana.NowTable(a.Names(series.Now())),
		grafana.NowTable(a.state("1d")),
		grafana.NowTable(ago("wxapp_last_poll_timestamp_seconds")),
		grafana.NowTable(ago("wxapp_last_success_timestamp_seconds")),
		grafana.NowTable(in("wxapp_next_poll_timestamp_seconds")),
		grafana.NowTable(in("wxapp_token_expiry_timestamp_seconds"))).
		Joined("appid").NoValue(l.text("no exporter reports an app yet", "尚无采集器提供数据"))
	// Without a frame, Grafana says that a time field is missing.
	failedOnce := "(bottomk(15, max by (appid) (min_over_time(" + selector("wxapp_up") + "[$__range:3h] @ " + series.End + ")) == 0))"
	hour := func(fieldName, heading string) grafana.Column {
		return column(fieldName, heading, 110, unit(l.hours()), decimals(1))
	}
	d.Line(9, p.Columns([]string{"Value #A"},
		stateColumn(l, "Value #B", 90),
		appColumn(l),
		hour("Value #C", l.text("Last poll", "距上次轮询")),
		hour("Value #D", l.text("Last data", "距上次数据")),
		hour("Value #E", l.text("Next poll", "距下次轮询")),
		hour("Value #F", l.text("Token", "token 剩余")),
		appidColumn()).Width(13),
		grafana.StateTimeline(l.text("Apps that failed", "失败过的小程序"),
			l.text("When apps failed, for up to 15 apps that failed in the time shown for three hours or more. Data that is not published yet is not a failure.", "所选时间内失败三小时以上的小程序（最多 15 个）及其失败时段。数据尚未发布不算失败。"),
			grafana.Over(fmt.Sprintf(`%s or (label_replace(vector(1), "app", "none", "", "") unless on () %s)`,
				a.withName(series.OverTime(), a.each(series.OverTime(), "wxapp_up")+" and on (appid) "+failedOnce), failedOnce), "{{app}}")).
			Override("none", property("displayName", l.text("no app failed", "没有失败过的小程序"))).
			Thresholds(neutral, grafana.At(0, "red"), grafana.At(1, "green")).
			MapValues(grafana.ValueMappings(
				grafana.Choice{Value: "0", Text: l.text("failing", "失败"), Color: "red"},
				grafana.Choice{Value: "1", Text: l.text("ok", "正常"), Color: "green"})).
			Every("1h").NoValue(l.text("no app failed", "没有失败过的小程序")).Width(11),
	)
}

// exporterData shows how fresh the data is, and what of it was unusable.
func exporterData(l language, d *grafana.Dashboard) {
	a := allApps()
	d.Row(l.text("Data and polls", "数据与轮询"))
	d.Line(9,
		grafana.TimeSeries(l.text("Age of the newest day", "最新一天距今的时间"),
			l.textf("Hours since the newest 1-day window ended, for the eight oldest. They climb and fall when WeChat publishes the next day, between 09:00 and 16:00: a sawtooth with peaks at %d to %d hours. Above the line at %d hours something is wrong.",
				"距最新的 1 天窗口结束的小时数，显示最久的八个。随时间上升，微信发布新的一天（9 点至 16 点）时下降，呈锯齿状，峰值在 %d 至 %d 小时之间。超过 %d 小时的红线说明有问题。",
				hours(series.FirstPublication), hours(series.LastPublication), hours(series.StaleAfter)),
			grafana.Over(a.withName(series.OverTime(), "("+a.ageHours(series.InStep(), "1d")+") and on (appid) bottomk(8, "+a.DataEnd(series.AtEnd(), "1d")+")"), "{{app}}")).
			Unit(l.hours()).Decimals(0).Min(0).Every("1h").
			FieldOption("thresholdsStyle", grafana.Options{"mode": "line"}).
			Thresholds("transparent", redWhenStale()).NoValue(fillsTomorrow(l)).
			Alerts("WxappDayAboutToBeLost", "WxappDayLost").Width(12),
		l.namedReasons(grafana.TimeSeries(l.text("Failing apps by day and reason", "每日失败的小程序（按原因）"),
			l.text("Apps that failed on each day, for whatever time, by reason. An app that failed for two reasons counts in both.",
				"每天曾经失败的小程序数量（无论多久），按原因统计。因两个原因失败的小程序各计一次。"),
			grafana.Over("count by (reason) ("+a.Max(series.InStep(), []string{"appid", "reason"}, "wxapp_failing")+")", "{{reason}}"))).
			Unit("locale").Decimals(0).Min(0).Bars().Every("1d").NoValue(l.text("no failure", "没有失败")).Width(12),
	)
	rows := l.text("Skipped", "忽略的行")
	d.Line(8,
		grafana.Table(l.text("Data held", "持有的数据"),
			l.text("First and last day of the newest window of each app and range, in China time.", "各小程序、各周期最新窗口的首日与末日（北京时间）。"),
			l.text("Last day", "末日"), false,
			grafana.NowTable(a.withName(series.Now(), a.Max(series.Now(), []string{"appid", "range"}, "wxapp_data_begin_timestamp_seconds")+" * 1000")),
			grafana.NowTable(a.withName(series.Now(), "("+a.Max(series.Now(), []string{"appid", "range"}, "wxapp_data_end_timestamp_seconds")+" - 1) * 1000"))).
			Merged().NoValue(fillsTomorrow(l)).
			Columns(nil,
				appColumn(l),
				column("range", l.text("Range", "周期"), 70),
				dayColumn("Value #A", l.text("First day", "首日"), 110),
				dayColumn("Value #B", l.text("Last day", "末日"), 110),
				appidColumn()).Width(8),
		grafana.Table(l.text("Rows and names left out", "合并、忽略与截断"),
			l.text("Rows in WeChat's answers since the exporter's start that repeated a name (merged) or were unusable (skipped), and the most names that the limit WXAPP_TOP drops from one list.",
				"采集器启动以来微信返回数据中重复（已合并）与无法使用（已忽略）的行数，以及因 WXAPP_TOP 限制单个列表截断的最多名称数。"),
			rows, true,
			grafana.NowTable(a.Names(series.Now())),
			grafana.NowTable(a.each(series.Now(), "wxapp_rows_merged_total")),
			grafana.NowTable(a.each(series.Now(), "wxapp_rows_rejected_total")),
			grafana.NowTable(a.each(series.Now(), "wxapp_names_dropped"))).
			Joined("appid").NoValue(fillsTomorrow(l)).
			Columns([]string{"Value #A"},
				appColumn(l),
				column("Value #B", l.text("Merged", "合并的行"), 90, unit("locale"), decimals(0)),
				column("Value #C", rows, 90, unit("locale"), decimals(0)),
				column("Value #D", l.text("Dropped", "截断"), 90, unit("locale"), decimals(0)),
				appidColumn()).Width(8),
		grafana.Table(l.text("Failed polls since the start", "启动以来失败的轮询"),
			l.text("Which app failed for which reason since the exporter's start, and how often.", "采集器启动以来各小程序因何种原因失败、失败多少次。"),
			l.text("Failures", "失败次数"), true,
			grafana.NowTable(a.withName(series.Now(), a.Max(series.Now(), []string{"appid", "reason"}, "wxapp_poll_failures_total")+" > 0"))).
			NoValue(l.text("no failure", "没有失败")).
			Columns(nil,
				appColumn(l),
				reasonColumn(l, 220),
				column("Value", l.text("Failures", "失败次数"), 90, unit("locale"), decimals(0)),
				appidColumn()).Width(8),
	)
}
