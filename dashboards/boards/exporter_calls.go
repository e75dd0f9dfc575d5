package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// exporterCalls shows the calls of WeChat's API.
func exporterCalls(l language, d *grafana.Dashboard) {
	a := allApps()
	requests := func(labels string) string {
		return "sum by (" + labels + ") (" + a.increase(thatStep, "wxapp_api_requests_total") + ")"
	}
	busiest := fmt.Sprintf(" and on (endpoint) topk(%d, sum by (endpoint) (increase(%s[$__range] @ %s)))",
		paletteSize, selector("wxapp_api_requests_total"), series.End)
	onlyBusiest := l.textf(" The %d endpoints with the most calls in the time shown.", "仅显示所选时间内调用最多的 %d 个接口。", paletteSize)
	noCalls := l.text("no calls in this time", "所选时间内没有调用")
	const duration = "wxapp_api_request_duration_seconds"
	rate := func(part, labels string) string {
		return "sum by (" + labels + ") (rate(" + a.during(thatStep, duration+part) + "))"
	}
	buckets := "sum by (le, endpoint) (" + selector(duration+"_bucket") + ")"
	d.Row(l.text("Calls of WeChat's API", "微信接口调用"))
	d.Line(8,
		grafana.TimeSeries(l.text("Calls per day by endpoint", "每日调用次数（按接口）"),
			l.text("Requests per 24 hours, all processes together. The exporter requests at most six portraits per app and day, plus one for each half hour that it waits for publication.",
				"全部进程 24 小时内的请求数。每个小程序每天最多请求 6 次画像，另加等待发布期间每半小时 1 次。")+onlyBusiest,
			grafana.Over(requests("endpoint")+busiest, "{{endpoint}}")).
			Unit("locale").Decimals(0).Min(0).Bars().Every("1d").NoValue(noCalls).Width(6),
		grafana.TimeSeries(l.text("Outcomes per day", "每日调用结果"),
			l.text("Requests per 24 hours by WeChat's errcode: 0 is success; http_…, network and decode are failures of the transport or of parsing.", "24 小时内按微信 errcode 统计的请求数：0 为成功；http_…、network、decode 为传输或解析失败。"),
			grafana.Over(requests("code"), "{{code}}")).
			Unit("locale").Decimals(0).Min(0).Bars().Every("1d").NoValue(noCalls).
			FixedColors([2]string{"0", "green"}, [2]string{"network", "orange"}, [2]string{"decode", "purple"}).Width(6),
		grafana.TimeSeries(l.text("Latency by day", "每日耗时"),
			l.text("Mean duration of the requests of each day, including the response body, in milliseconds. Calls are rare: most of the day there are none.", "每日请求的平均耗时（含响应体），单位毫秒。调用很少，一天中大部分时间没有。")+onlyBusiest,
			grafana.Over(rate("_sum", "endpoint")+" / "+rate("_count", "endpoint")+" * 1000"+busiest, "{{endpoint}}")).
			Unit("suffix: ms").Decimals(0).Min(0).Every("1d").NoValue(noCalls).Width(6),
		grafana.Table(l.text("Latency since start", "启动以来的耗时"),
			l.text("Duration of requests in milliseconds since the exporter was started, including the response body: half of them were faster than the median, 95% were faster than the 95th percentile.",
				"采集器启动以来的请求耗时（毫秒，含响应体）：一半请求快于中位数，95% 的请求快于 95 分位。"),
			l.text("Calls", "次数"), true,
			grafana.NowTable("sum by (endpoint) ("+selector(duration+"_count")+")"),
			grafana.NowTable("histogram_quantile(0.5, "+buckets+") * 1000"),
			grafana.NowTable("histogram_quantile(0.95, "+buckets+") * 1000"),
			grafana.NowTable("sum by (endpoint) ("+selector(duration+"_sum")+") / sum by (endpoint) ("+selector(duration+"_count")+") * 1000")).
			Merged().NoValue(noCalls).
			Columns(nil,
				column("endpoint", l.text("Endpoint", "接口"), 0),
				column("Value #A", l.text("Calls", "次数"), 60, unit("locale")),
				column("Value #B", l.text("Median", "中位数"), 65, unit("locale"), decimals(0)),
				column("Value #C", "95%", 55, unit("locale"), decimals(0)),
				column("Value #D", l.text("Mean", "平均"), 60, unit("locale"), decimals(0))).Width(6),
	)
}

// exporterQuota shows how much of WeChat's quotas is used.
func exporterQuota(l language, d *grafana.Dashboard) {
	a := allApps()
	limit := a.each(series.Now(), "wxapp_api_quota_limit")
	left := a.Min(series.Now(), []string{"appid"}, "wxapp_api_quota_remaining")
	later := l.text("comes with the first poll of the day", "每天首次轮询时读取")
	share := l.text("Used", "已用")
	d.Row(l.text("Quota and tokens", "配额与 token"))
	d.Line(8,
		grafana.Table(l.text("Quota", "配额"),
			l.text("Calls that WeChat allows per day, calls that were left when the exporter read the quota with the first poll of the day, and the share that was used, by any caller. Red above 90%.", "微信每天允许的调用次数，采集器每天首次轮询时读取到的剩余次数，以及已用比例（含其他调用方）。超过 90% 显示红色。"),
			share, true,
			grafana.NowTable(a.Names(series.Now())),
			grafana.NowTable(limit),
			grafana.NowTable(left),
			grafana.NowTable("1 - "+left+" / "+limit)).
			Joined("appid").NoValue(later).
			Columns([]string{"Value #A"},
				appColumn(l),
				column("Value #B", l.text("Per day", "每日上限"), 110, unit("locale")),
				column("Value #C", l.text("Left", "剩余"), 110, unit("locale")),
				column("Value #D", share, 90, append(colored(neutral, grafana.At(0.7, "orange"), grafana.At(0.9, "red")), unit("percentunit"), decimals(1))...),
				appidColumn()).
			Alerts("WxappQuotaRunningOut").Width(12),
		grafana.TimeSeries(l.text("Remaining token lifetime", "token 剩余有效期"),
			l.text("Hours until the access token that was used last expires, for the eight tokens that live longest. Below zero is normal between polls: a token is requested only when one is needed.",
				"最近使用的 access_token 的剩余有效期（小时），显示最长的八个。两次轮询之间为负属正常：只有需要时才获取 token。"),
			grafana.Over(a.withName(series.OverTime(), "(("+a.each(series.OverTime(), "wxapp_token_expiry_timestamp_seconds")+" - time()) / 3600) and on (appid) topk(8, "+a.each(series.AtEnd(), "wxapp_token_expiry_timestamp_seconds")+")"), "{{app}}")).
			Unit(l.hours()).Decimals(1).Every("1h").NoValue(l.text("no token yet", "尚无 token")).Width(12),
	)
}

func exporterOutputs(l language, d *grafana.Dashboard) {
	count := func(metric, legend string) grafana.Target {
		return grafana.Over("sum("+allApps().increase(thatStep, metric)+")", legend)
	}
	failed, waiting := l.text("failed", "失败"), l.text("answers waiting", "等待写入")
	notPushed := l.text("nothing is pushed", "未启用推送")
	d.Row(l.text("Archive and OTLP push", "归档与 OTLP 推送"))
	d.Line(8,
		grafana.TimeSeries(l.text("Writes to the archive", "归档写入"),
			l.text("Attempts to write an answer or the state, failed attempts, answers that wait in memory because of failures, other exporters that poll the same apps into the same archive, and apps whose archive is still being read after a start.", "写入数据或状态的次数、其中失败的次数、因失败而在内存中等待写入的数据份数、轮询相同小程序并共用归档的其他采集器数量，以及启动后归档仍在读取的小程序数量。"),
			count("wxapp_archive_writes_total", l.text("attempts", "次数")),
			count("wxapp_archive_failures_total", failed),
			grafana.Over("sum("+series.OnBoard.Each(series.OverTime(), "wxapp_archive_pending_answers")+")", waiting),
			grafana.Over("max("+series.OnBoard.Each(series.OverTime(), "wxapp_archive_rivals")+")", l.text("other exporters", "其他采集器")),
			grafana.Over("sum("+series.OnBoard.Each(series.OverTime(), "wxapp_restoring_apps")+")", l.text("apps being read", "正在读取的小程序"))).
			Unit("locale").Decimals(0).Min(0).Every("1h").NoValue(l.text("nothing is archived", "未启用归档")).
			FixedColors([2]string{failed, "red"}, [2]string{waiting, "orange"}).Width(8),
		grafana.TimeSeries(l.text("Pushes by OTLP", "OTLP 推送"),
			l.text("Pushes, failed pushes, and points that the receiver rejected. Empty when nothing is pushed.", "推送次数、失败次数与被接收端拒绝的数据点数。未启用推送时为空。"),
			count("wxapp_otlp_exports_total", l.text("attempts", "次数")),
			count("wxapp_otlp_export_failures_total", failed),
			count("wxapp_otlp_rejected_points_total", l.text("points rejected", "被拒的数据点"))).
			Unit("locale").Decimals(0).Min(0).Every("1h").NoValue(notPushed).FixedColors([2]string{failed, "red"}).Width(8),
		grafana.Stat(l.text("Minutes since the last push", "距上次推送的分钟数"),
			l.text("Minutes since a push succeeded, for each process. Red from 15 on. Empty when nothing is pushed.", "各进程距最近一次成功推送的分钟数，满 15 显示红色。未启用推送时为空。"),
			grafana.Now("(time() - max by (job, instance) ("+selector("wxapp_otlp_last_success_timestamp_seconds")+")) / 60", "{{instance}}")).
			Unit("locale").Decimals(0).Thresholds(neutral, grafana.At(0, "green"), grafana.At(15, "red")).
			NoValue(notPushed).Width(8),
	)
}

func exporterProcess(l language, d *grafana.Dashboard) {
	none := l.text("not scraped", "未抓取")
	d.Row(l.text("Processes", "进程"))
	d.Line(7,
		grafana.Table(l.text("Versions", "版本"), l.text("Version of the exporter on each instance.", "各实例的采集器版本。"),
			l.text("Instance", "实例"), false,
			grafana.NowTable("max by (job, instance, version, revision, goversion) ("+selector("wxapp_exporter_build_info")+")")).
			NoValue(l.text("no exporter", "没有采集器")).
			Columns([]string{"Value"},
				column("job", l.text("Job", "任务"), 90),
				column("instance", l.text("Instance", "实例"), 0),
				column("version", l.text("Version", "版本"), 90),
				column("revision", l.text("Revision", "修订"), 90),
				column("goversion", "Go", 80)).Width(8),
		grafana.TimeSeries(l.text("Memory", "内存"), l.text("Resident memory of each process.", "各进程的常驻内存。"),
			grafana.Over("max by (instance) ("+series.OnBoard.Each(series.OverTime(), "process_resident_memory_bytes")+")", "{{instance}}")).
			Unit("bytes").Min(0).Every("1h").NoValue(none).Width(6),
		grafana.TimeSeries("CPU", l.text("Share of one CPU that each process uses.", "各进程占用一个 CPU 的比例。"),
			grafana.Over("max by (instance) (rate("+allApps().during(thatStep, "process_cpu_seconds_total")+"))", "{{instance}}")).
			Unit("percentunit").Min(0).Every("1h").NoValue(none).Width(5),
		grafana.TimeSeries(l.text("Goroutines", "协程数"), l.text("Goroutines of each process. A number that only grows is a leak.", "各进程的协程数。持续增长意味着泄漏。"),
			grafana.Over("max by (instance) ("+series.OnBoard.Each(series.OverTime(), "go_goroutines")+")", "{{instance}}")).
			Unit("locale").Min(0).Every("1h").NoValue(none).Width(5),
	)
}
