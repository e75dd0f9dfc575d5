package main

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

func exporterCalls(l language, d *grafana.Dashboard) {
	a := allApps
	requests := func(labels string) string {
		return "sum by (" + labels + ") (increase(" + sel("wxapp_api_requests_total") + "[$__rate_interval]))"
	}
	const duration = "wxapp_api_request_duration_seconds"
	buckets := "sum by (le, endpoint) (" + sel(duration+"_bucket") + ")"
	d.Row(l.say("Calls of WeChat's API", "微信接口调用"))
	d.Line(8,
		grafana.TimeSeries(l.say("Calls per day by endpoint", "每日调用次数（按接口）"),
			l.say("Requests in 24 hours of all processes together. The exporter asks for at most six portraits per app and day, and one more for each half hour that publication is waited for.",
				"全部进程 24 小时内的请求数。每个小程序每天最多请求 6 次画像，另加等待发布期间每半小时 1 次。"),
			grafana.Over(requests("endpoint"), "{{endpoint}}")).
			Unit("locale").Decimals(0).Bars().Every("1d").Wide(6),
		grafana.TimeSeries(l.say("Outcome of calls per day", "每日调用结果"),
			l.say("Requests in 24 hours by WeChat's errcode: 0 is success; http_…, network and decode are failures on the way.", "24 小时内按微信 errcode 统计的请求数：0 为成功；http_…、network、decode 为传输或解析失败。"),
			grafana.Over(requests("code"), "{{code}}")).
			Unit("locale").Decimals(0).Bars().Every("1d").
			FixedColors([2]string{"0", "green"}, [2]string{"network", "orange"}, [2]string{"decode", "purple"}).Wide(6),
		grafana.TimeSeries(l.say("Latency over time", "耗时趋势"),
			l.say("Time that requests took, the answer's body included, in windows of six hours. Calls are few: most of the day there are none.", "请求耗时（含响应体），按 6 小时统计。调用很少，一天中大部分时间没有数据。"),
			grafana.Over("histogram_quantile(0.95, sum by (le, endpoint) (rate("+sel(duration+"_bucket")+"[$__rate_interval])))", l.say("{{endpoint}}, 95th percentile", "{{endpoint}} 95 分位")),
			grafana.Over("sum by (endpoint) (rate("+sel(duration+"_sum")+"[$__rate_interval])) / sum by (endpoint) (rate("+sel(duration+"_count")+"[$__rate_interval]))",
				l.say("{{endpoint}}, mean", "{{endpoint}} 平均"))).
			Unit("s").From(0).Every("6h").NoValue(l.say("no call in this time", "所选时间内没有调用")).Wide(6),
		grafana.Table(l.say("Latency since the start", "启动以来的耗时"),
			l.say("Time that requests took since the exporter was started, the answer's body included: half of them were faster than the median, 95 of 100 than the 95th percentile.",
				"采集器启动以来的请求耗时（含响应体）：一半请求快于中位数，95% 的请求快于 95 分位。"),
			l.say("Calls", "调用次数"), true,
			grafana.NowTable("sum by (endpoint) ("+sel(duration+"_count")+")"),
			grafana.NowTable("histogram_quantile(0.5, "+buckets+")"),
			grafana.NowTable("histogram_quantile(0.95, "+buckets+")"),
			grafana.NowTable("sum by (endpoint) ("+sel(duration+"_sum")+") / sum by (endpoint) ("+sel(duration+"_count")+")")).
			Unit("s").
			Transform("merge", grafana.Options{}).
			Columns(nil,
				column("endpoint", l.say("Endpoint", "接口")),
				column("Value #A", l.say("Calls", "调用次数"), unit("locale")),
				column("Value #B", l.say("Median", "中位数")),
				column("Value #C", l.say("95th percentile", "95 分位")),
				column("Value #D", l.say("Mean", "平均"))).Wide(6),
	)
	used := "1 - max by (appid) (" + sel("wxapp_api_quota_remaining") + ") / max by (appid) (" + sel("wxapp_api_quota_limit") + ")"
	d.Line(8,
		grafana.BarGauge(l.say("Quota used when it was read", "配额使用率（读取时）"),
			l.say("Share of the day's portrait calls that were used, by whomever, when the exporter read the quota with the first poll of the day. Red above 90%.",
				"采集器每天首次轮询时读取到的画像接口配额使用率（含其他调用方）。超过 90% 显示红色。"),
			grafana.Now(a.withName(now(), used), "{{app}}")).
			Unit("percentunit").Decimals(1).From(0).UpTo(1).
			Thresholds("green", grafana.At(0.7, "orange"), grafana.At(0.9, "red")).Wide(8),
		grafana.Table(l.say("Quota", "配额"),
			l.say("Calls that WeChat allows a day, and those that were left when the quota was read.", "微信每天允许的调用次数，以及读取时的剩余次数。"),
			l.say("Left", "剩余"), false,
			grafana.NowTable(a.appNames(now())),
			grafana.NowTable("max by (appid) ("+sel("wxapp_api_quota_limit")+")"),
			grafana.NowTable("min by (appid) ("+sel("wxapp_api_quota_remaining")+")")).
			Unit("locale").
			Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
			Columns([]string{"Value #A"},
				column("app", l.say("App", "小程序")),
				column("Value #B", l.say("Per day", "每日上限")),
				column("Value #C", l.say("Left", "剩余")),
				column("appid", "appid")).Wide(8),
		grafana.TimeSeries(l.say("Life of the tokens", "token 剩余有效期"),
			l.say("Time until the access token that was used last ends. Below zero is normal between polls: a token is asked for only when one is needed.",
				"最近使用的 access_token 的剩余有效期。两次轮询之间为负属正常：只有需要时才获取 token。"),
			grafana.Over(a.withName(along(), "max by (appid) ("+along().read(sel("wxapp_token_expiry_timestamp_seconds"))+") - time()"), "{{app}}")).
			Unit("s").Every("1h").Wide(8),
	)
}

func exporterOutputs(l language, d *grafana.Dashboard) {
	count := func(metric, legend string) grafana.Target {
		return grafana.Over("sum(increase("+sel(metric)+"[$__rate_interval]))", legend)
	}
	failed := l.say("failed", "失败")
	d.Row(l.say("Archive and OTLP push", "归档与 OTLP 推送"))
	d.Line(8,
		grafana.TimeSeries(l.say("Writes to the archive", "归档写入"),
			l.say("Attempts to write an answer or a state, and those that failed.", "写入数据或状态的次数，以及其中失败的次数。"),
			count("wxapp_archive_writes_total", l.say("attempts", "次数")),
			count("wxapp_archive_failures_total", failed)).
			Unit("locale").Decimals(0).From(0).Every("1h").FixedColors([2]string{failed, "red"}).Wide(8),
		grafana.TimeSeries(l.say("Pushes by OTLP", "OTLP 推送"),
			l.say("Pushes, those that failed, and points that the receiver refused. Empty when nothing is pushed.", "推送次数、失败次数与被接收方拒绝的数据点数。未启用推送时为空。"),
			count("wxapp_otlp_exports_total", l.say("attempts", "次数")),
			count("wxapp_otlp_export_failures_total", failed),
			count("wxapp_otlp_rejected_points_total", l.say("points refused", "被拒的数据点"))).
			Unit("locale").Decimals(0).From(0).Every("1h").NoValue(l.say("nothing is pushed", "未启用推送")).FixedColors([2]string{failed, "red"}).Wide(8),
		grafana.Stat(l.say("Since the last push", "距上次推送"),
			l.say("Time since a push succeeded. Empty when nothing is pushed.", "距最近一次成功推送的时间。未启用推送时为空。"),
			grafana.Now("time() - max by (job, instance) ("+sel("wxapp_otlp_last_success_timestamp_seconds")+")", "{{instance}}")).
			Unit("s").Thresholds("green", grafana.At(900, "red")).
			NoValue(l.say("nothing is pushed", "未启用推送")).Wide(8),
	)
}

func exporterProcess(l language, d *grafana.Dashboard) {
	d.Row(l.say("Processes", "进程"))
	d.Line(7,
		grafana.Table(l.say("Versions", "版本"), l.say("Version of the exporter on each instance.", "各实例的采集器版本。"),
			l.say("Instance", "实例"), false,
			grafana.NowTable("max by (job, instance, version, revision, goversion) ("+sel("wxapp_exporter_build_info")+")")).
			Columns([]string{"Value"},
				column("job", l.say("Job", "任务")),
				column("instance", l.say("Instance", "实例")),
				column("version", l.say("Version", "版本")),
				column("revision", l.say("Revision", "修订")),
				column("goversion", "Go")).Wide(8),
		grafana.TimeSeries(l.say("Memory", "内存"), l.say("Resident memory of each process.", "各进程的常驻内存。"),
			grafana.Over(sel("process_resident_memory_bytes"), "{{instance}}")).
			Unit("bytes").From(0).Wide(6),
		grafana.TimeSeries("CPU", l.say("Share of one CPU that each process uses.", "各进程占用一个 CPU 的比例。"),
			grafana.Over("rate("+sel("process_cpu_seconds_total")+"[$__rate_interval])", "{{instance}}")).
			Unit("percentunit").From(0).Wide(5),
		grafana.TimeSeries(l.say("Goroutines", "协程数"), l.say("Goroutines of each process. A number that only grows is a leak.", "各进程的协程数。持续增长意味着泄漏。"),
			grafana.Over(sel("go_goroutines"), "{{instance}}")).
			Unit("locale").From(0).Wide(5),
	)
}
