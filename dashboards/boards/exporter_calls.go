package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

func exporterCalls(l language, d *grafana.Dashboard) {
	a := allApps
	requests := func(labels string) string {
		return "sum by (" + labels + ") (increase(" + selector("wxapp_api_requests_total") + "[$__rate_interval]))"
	}
	const duration = "wxapp_api_request_duration_seconds"
	buckets := "sum by (le, endpoint) (" + selector(duration+"_bucket") + ")"
	d.Row(l.text("Calls of WeChat's API", "微信接口调用"))
	d.Line(8,
		grafana.TimeSeries(l.text("Calls per day by endpoint", "每日调用次数（按接口）"),
			l.text("Requests per 24 hours, all processes together. The exporter requests at most six portraits per app and day, plus one for each half hour that it waits for publication.",
				"全部进程 24 小时内的请求数。每个小程序每天最多请求 6 次画像，另加等待发布期间每半小时 1 次。"),
			grafana.Over(requests("endpoint"), "{{endpoint}}")).
			Unit("locale").Decimals(0).Bars().Every("1d").Width(6),
		grafana.TimeSeries(l.text("Outcome of calls per day", "每日调用结果"),
			l.text("Requests per 24 hours by WeChat's errcode: 0 is success; http_…, network and decode are failures of the transport or of parsing.", "24 小时内按微信 errcode 统计的请求数：0 为成功；http_…、network、decode 为传输或解析失败。"),
			grafana.Over(requests("code"), "{{code}}")).
			Unit("locale").Decimals(0).Bars().Every("1d").
			FixedColors([2]string{"0", "green"}, [2]string{"network", "orange"}, [2]string{"decode", "purple"}).Width(6),
		grafana.TimeSeries(l.text("Latency over time", "耗时趋势"),
			l.text("Duration of requests, including the response body, in windows of six hours. Calls are rare: most of the day there are none.", "请求耗时（含响应体），按 6 小时统计。调用很少，一天中大部分时间没有数据。"),
			grafana.Over("histogram_quantile(0.95, sum by (le, endpoint) (rate("+selector(duration+"_bucket")+"[$__rate_interval])))", l.text("{{endpoint}}, 95th percentile", "{{endpoint}} 95 分位")),
			grafana.Over("sum by (endpoint) (rate("+selector(duration+"_sum")+"[$__rate_interval])) / sum by (endpoint) (rate("+selector(duration+"_count")+"[$__rate_interval]))",
				l.text("{{endpoint}}, mean", "{{endpoint}} 平均"))).
			Unit("s").Min(0).Every("6h").NoValue(l.text("no calls in this time", "所选时间内没有调用")).Width(6),
		grafana.Table(l.text("Latency since the start", "启动以来的耗时"),
			l.text("Duration of requests since the exporter was started, including the response body: half of them were faster than the median, 95% were faster than the 95th percentile.",
				"采集器启动以来的请求耗时（含响应体）：一半请求快于中位数，95% 的请求快于 95 分位。"),
			l.text("Calls", "调用次数"), true,
			grafana.NowTable("sum by (endpoint) ("+selector(duration+"_count")+")"),
			grafana.NowTable("histogram_quantile(0.5, "+buckets+")"),
			grafana.NowTable("histogram_quantile(0.95, "+buckets+")"),
			grafana.NowTable("sum by (endpoint) ("+selector(duration+"_sum")+") / sum by (endpoint) ("+selector(duration+"_count")+")")).
			Unit("s").
			Transform("merge", grafana.Options{}).
			Columns(nil,
				column("endpoint", l.text("Endpoint", "接口")),
				column("Value #A", l.text("Calls", "调用次数"), unit("locale")),
				column("Value #B", l.text("Median", "中位数")),
				column("Value #C", l.text("95th percentile", "95 分位")),
				column("Value #D", l.text("Mean", "平均"))).Width(6),
	)
	used := "1 - max by (appid) (" + selector("wxapp_api_quota_remaining") + ") / max by (appid) (" + selector("wxapp_api_quota_limit") + ")"
	d.Line(8,
		grafana.BarGauge(l.text("Quota used when it was read", "配额使用率（读取时）"),
			l.text("Share of the daily portrait quota that was used, by any caller, when the exporter read it with the first poll of the day. Red above 90%.",
				"采集器每天首次轮询时读取到的画像接口配额使用率（含其他调用方）。超过 90% 显示红色。"),
			grafana.Now(a.withName(now(), used), "{{app}}")).
			Unit("percentunit").Decimals(1).Min(0).Max(1).
			Thresholds("green", grafana.At(0.7, "orange"), grafana.At(0.9, "red")).Width(8),
		grafana.Table(l.text("Quota", "配额"),
			l.text("Calls that WeChat allows per day, and calls that were left when the quota was read.", "微信每天允许的调用次数，以及读取时的剩余次数。"),
			l.text("Left", "剩余"), false,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) ("+selector("wxapp_api_quota_limit")+")"),
			grafana.NowTable("min by (appid) ("+selector("wxapp_api_quota_remaining")+")")).
			Unit("locale").
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.text("App", "小程序")),
				column("Value #B", l.text("Per day", "每日上限")),
				column("Value #C", l.text("Left", "剩余")),
				column("appid", "appid")).Width(8),
		grafana.TimeSeries(l.text("Remaining token lifetime", "token 剩余有效期"),
			l.text("Time until the access token that was used last expires. Below zero is normal between polls: a token is requested only when one is needed.",
				"最近使用的 access_token 的剩余有效期。两次轮询之间为负属正常：只有需要时才获取 token。"),
			grafana.Over(a.withName(overTime(), "max by (appid) ("+overTime().read(selector("wxapp_token_expiry_timestamp_seconds"))+") - time()"), "{{app}}")).
			Unit("s").Every("1h").Width(8),
	)
}

func exporterOutputs(l language, d *grafana.Dashboard) {
	count := func(metric, legend string) grafana.Target {
		return grafana.Over("sum(increase("+selector(metric)+"[$__rate_interval]))", legend)
	}
	failed, waiting := l.text("failed", "失败"), l.text("answers waiting", "等待写入")
	d.Row(l.text("Archive and OTLP push", "归档与 OTLP 推送"))
	d.Line(8,
		grafana.TimeSeries(l.text("Writes to the archive", "归档写入"),
			l.text("Attempts to write an answer or the state, failed attempts, and answers that wait in memory because of failures.", "写入数据或状态的次数、其中失败的次数，以及因失败而在内存中等待写入的数据份数。"),
			count("wxapp_archive_writes_total", l.text("attempts", "次数")),
			count("wxapp_archive_failures_total", failed),
			grafana.Over("sum("+selector("wxapp_archive_pending_answers")+")", waiting)).
			Unit("locale").Decimals(0).Min(0).Every("1h").FixedColors([2]string{failed, "red"}, [2]string{waiting, "orange"}).Width(8),
		grafana.TimeSeries(l.text("Pushes by OTLP", "OTLP 推送"),
			l.text("Pushes, failed pushes, and points that the receiver rejected. Empty when nothing is pushed.", "推送次数、失败次数与被接收方拒绝的数据点数。未启用推送时为空。"),
			count("wxapp_otlp_exports_total", l.text("attempts", "次数")),
			count("wxapp_otlp_export_failures_total", failed),
			count("wxapp_otlp_rejected_points_total", l.text("points rejected", "被拒的数据点"))).
			Unit("locale").Decimals(0).Min(0).Every("1h").NoValue(l.text("nothing is pushed", "未启用推送")).FixedColors([2]string{failed, "red"}).Width(8),
		grafana.Stat(l.text("Since the last push", "距上次推送"),
			l.text("Time since a push succeeded. Empty when nothing is pushed.", "距最近一次成功推送的时间。未启用推送时为空。"),
			grafana.Now("time() - max by (job, instance) ("+selector("wxapp_otlp_last_success_timestamp_seconds")+")", "{{instance}}")).
			Unit("s").Thresholds("green", grafana.At(900, "red")).
			NoValue(l.text("nothing is pushed", "未启用推送")).Width(8),
	)
}

func exporterProcess(l language, d *grafana.Dashboard) {
	d.Row(l.text("Processes", "进程"))
	d.Line(7,
		grafana.Table(l.text("Versions", "版本"), l.text("Version of the exporter on each instance.", "各实例的采集器版本。"),
			l.text("Instance", "实例"), false,
			grafana.NowTable("max by (job, instance, version, revision, goversion) ("+selector("wxapp_exporter_build_info")+")")).
			Columns([]string{"Value"},
				column("job", l.text("Job", "任务")),
				column("instance", l.text("Instance", "实例")),
				column("version", l.text("Version", "版本")),
				column("revision", l.text("Revision", "修订")),
				column("goversion", "Go")).Width(8),
		grafana.TimeSeries(l.text("Memory", "内存"), l.text("Resident memory of each process.", "各进程的常驻内存。"),
			grafana.Over(selector("process_resident_memory_bytes"), "{{instance}}")).
			Unit("bytes").Min(0).Width(6),
		grafana.TimeSeries("CPU", l.text("Share of one CPU that each process uses.", "各进程占用一个 CPU 的比例。"),
			grafana.Over("rate("+selector("process_cpu_seconds_total")+"[$__rate_interval])", "{{instance}}")).
			Unit("percentunit").Min(0).Width(5),
		grafana.TimeSeries(l.text("Goroutines", "协程数"), l.text("Goroutines of each process. A number that only grows is a leak.", "各进程的协程数。持续增长意味着泄漏。"),
			grafana.Over(selector("go_goroutines"), "{{instance}}")).
			Unit("locale").Min(0).Width(5),
	)
}
