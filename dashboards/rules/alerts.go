package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

const alertsComment = `Alerts. They read the exporter's own metrics, so that they work alone. Where the recording
rules are loaded, the alerts on falling users look at the usual range as well: a fall that
stays within it is no alert. Grafana's form of them is ../alerting/wxapp-alerts.yaml. The value
of every alert is above zero, because Grafana tests for that.

Replicas of the exporter count once: max by (appid, …) comes before any sum, and an
app is failing only when it fails on all of them.`

func alerts() []group {
	exporter := []rule{exporterAbsent()}
	exporter = append(exporter, failures()...)
	exporter = append(exporter, ages()...)
	exporter = append(exporter, processes()...)
	return []group{
		{name: "wxapp-exporter", rules: exporter},
		{name: "wxapp-users", rules: userAlerts(), comment: `All of these compare the newest day with the same weekday a week before, and only
where that is what Prometheus holds at both times: publication moves between 09:00
and 16:00, so seven days ago another day may have been the newest.`},
		{name: "wxapp-visits", rules: visitAlerts(), comment: "These are about the datasets that WXAPP_DATASETS turns on, and silent without them."},
	}
}

// The severities of alerts.
func critical() [][2]string { return [][2]string{{"severity", "critical"}} }
func warning() [][2]string  { return [][2]string{{"severity", "warning"}} }
func info() [][2]string     { return [][2]string{{"severity", "info"}} }

// The name of an app in texts.
const (
	app        = "{{ $labels.app }} ({{ $labels.appid }})"
	appChinese = "{{ $labels.app }}（{{ $labels.appid }}）"
)

// Numbers in texts.
const (
	percent = "{{ $value | humanizePercentage }}"
	whole   = `{{ $value | printf "%.0f" }}`
)

// named adds the name of the app to the answers of a query by app.
func named(query string) string {
	return fmt.Sprintf("(%s) * on (appid) group_left (app) %s", query, series.Everything.Names(series.Live()))
}

// inChinese is a template of the word for the value of a label.
func inChinese(label string, words ...[2]string) string {
	var b strings.Builder
	for i, word := range words[:len(words)-1] {
		fmt.Fprintf(&b, "{{ %s eq $labels.%s %q }}%s", map[bool]string{true: "if", false: "else if"}[i == 0], label, word[0], word[1])
	}
	return b.String() + "{{ else }}" + words[len(words)-1][1] + "{{ end }}"
}

func exporterAbsent() rule {
	const names = "app, appid"
	missing := fmt.Sprintf("absent(wxapp_app_info) or (%s unless on (appid) %s)",
		all(series.Within("6h"), names, "wxapp_app_info"), all(series.Live(), "appid", "wxapp_app_info"))
	return rule{
		alert:   "WxappExporterAbsent",
		comment: "Missing altogether, or for one app, as when one of several shards is down. An exporter\nthat has just started shows its apps one after the other.",
		expr:    series.Everything.Whole(missing),
		hold:    "10m",
		labels:  critical(),
		texts: texts{
			`No exporter reports {{ or $labels.app $labels.appid "any Mini Program" }}.`,
			`没有采集器提供{{ or $labels.app $labels.appid "任何小程序" }}的数据。`,
			"The metrics of the exporter are missing from Prometheus. WeChat keeps a day for only two days: what is not fetched by then is lost permanently.",
		},
	}
}

// failures are the alerts on what fails, by the reasons of wxapp_failing.
func failures() []rule {
	var rules []rule
	for _, f := range []struct {
		alert, reasons, hold, comment string
		labels                        [][2]string
		texts                         texts
	}{
		{"WxappCredentialsRefused", "credentials", "5m", "", critical(), texts{
			"WeChat rejects the credentials of " + app + ".",
			"微信拒绝了 " + appChinese + "的凭据。",
			"The appid or the app secret is wrong, was reset or frozen, or WeChat requires signed calls. No data is fetched until this is fixed.",
		}},
		{"WxappAddressNotAllowed", "allowlist", "5m", "", critical(), texts{
			"The exporter's IP address is not on the IP allowlist of " + app + ".",
			"采集器的 IP 不在 " + appChinese + "的 IP 白名单中。",
			"WeChat issues no token to this address. The status page of the exporter names the address to add.",
		}},
		{"WxappPermissionMissing", "permission|account", "5m", "", critical(), texts{
			app + " is not allowed to use an API of WeChat that the exporter asks.",
			appChinese + "无权调用采集器所需的微信接口。",
			"The account is not certified or is frozen, the API was withdrawn, or a third-party platform lacks permission set 18. wxapp_failing names the dataset.",
		}},
		{"WxappConfirmationPending", "pending", "5m", "", critical(), texts{
			"An administrator of " + app + " has to confirm the exporter's IP address.",
			"需要 " + appChinese + "的管理员确认采集器的 IP。",
			"WeChat sent the administrators a message and issues no token until one of them confirms.",
		}},
		{"WxappQuotaExhausted", "quota", "5m", "Once the calls of a day are used up, nothing is requested until the next day in China.", warning(), texts{
			"The API quota of " + app + " is used up.",
			appChinese + "的接口配额已用尽。",
			"WeChat reports that the quota is used up. The exporter uses a handful of calls a day, so something else is using it up.",
		}},
		{"WxappTokenRefused", "token", "2h", "WeChat sometimes rejects valid tokens between 02:00 and 07:00 in China.", warning(), texts{
			"WeChat rejects the access tokens of " + app + ".",
			"微信拒绝了 " + appChinese + "的 access_token。",
			"Another program may be invalidating the exporter's tokens, or the token file or token server provides expired ones.",
		}},
		{"WxappWeChatBusy", "busy", "3h", "", warning(), texts{
			"WeChat has not answered for " + app + " for hours.",
			"微信已数小时未能正常响应 " + appChinese + "的请求。",
			"WeChat, or the network on the way to it, is failing. If the problem is on WeChat's side, it resolves by itself.",
		}},
		{"WxappAnswerNotUnderstood", "decode|request", "1h", "", warning(), texts{
			"WeChat's answers or the exporter's requests are not understood for " + app + ".",
			"采集器与微信之间的请求或返回格式异常，涉及 " + appChinese + "。",
			"A proxy answers instead of WeChat or changes the calls, the clock is wrong, or the API has changed.",
		}},
	} {
		operator := "="
		if strings.Contains(f.reasons, "|") {
			operator = "=~"
		}
		rules = append(rules, rule{
			alert:   f.alert,
			comment: f.comment,
			expr:    named("max by (appid) (" + series.Everything.Failing(series.Live(), fmt.Sprintf("reason%s%q", operator, f.reasons)) + ")"),
			hold:    f.hold,
			labels:  f.labels,
			texts:   f.texts,
		})
	}
	return rules
}

// hours returns a duration as a number of hours.
func hours(d time.Duration) int { return int(d / time.Hour) }

// ages are the alerts on the age of the newest data. At any age one of them fires at most, and
// once for each app: for that of its ranges that is the oldest.
func ages() []rule {
	age := fmt.Sprintf("max by (appid) (time() - %s) / 3600", all(series.Live(), "appid, range", windowEnd))
	explained := "max by (appid) (" + series.Everything.Failing(series.Live()) + ")"
	return []rule{
		{
			alert:   "WxappDataStale",
			comment: fmt.Sprintf("A day is shown until the next one is published, at an age of %d h at the latest. An app\nthat fails has an alert that says why.", hours(series.LastPublication)),
			expr:    named(fmt.Sprintf("(%s > %d <= %d) unless on (appid) %s", age, hours(series.StaleAfter), hours(series.LossImminentAfter), explained)),
			hold:    "30m",
			labels:  warning(),
			texts: texts{
				"The data of " + app + " is " + whole + " hours old.",
				appChinese + "的数据已有 " + whole + " 小时没有更新。",
				fmt.Sprintf("WeChat normally publishes earlier. It drops the missing day when the data is %d hours old.", hours(series.LostAfter)),
			},
		},
		{
			alert:   "WxappDayAboutToBeLost",
			comment: "At 62 h an empty day is accepted as a day without visitors.",
			expr:    named(fmt.Sprintf("%s > %d <= %d", age, hours(series.LossImminentAfter), hours(series.LostAfter))),
			hold:    "15m",
			labels:  critical(),
			texts: texts{
				"WeChat is about to drop a day of " + app + " that was not fetched.",
				"微信即将清除 " + appChinese + "尚未取得的一天数据。",
				"The newest data is " + whole + fmt.Sprintf(" hours old. At %d hours WeChat drops the day that is missing, and it cannot be fetched any more.", hours(series.LostAfter)),
			},
		},
		{
			alert:   "WxappDayLost",
			comment: "The value is how many days are lost.",
			expr:    named(fmt.Sprintf("floor((%s > %d) / 24) - 2", age, hours(series.LostAfter))),
			hold:    "15m",
			labels:  critical(),
			texts: texts{
				"WeChat has dropped " + whole + " day(s) of " + app + " that were not fetched.",
				appChinese + "有 " + whole + " 天的数据未能取得，微信已经清除。",
				fmt.Sprintf("The newest data is more than %d hours old. The days that WeChat has dropped are lost, and another one is lost each day until this is fixed.", hours(series.LostAfter)),
			},
		},
		quotaRunningOut(),
	}
}

func quotaRunningOut() rule {
	return rule{
		alert: "WxappQuotaRunningOut",
		expr: named(fmt.Sprintf("1 - %s / %s > 0.9",
			series.Everything.Min(series.Live(), []string{"appid", "endpoint"}, "wxapp_api_quota_remaining"), all(series.Live(), "appid, endpoint", "wxapp_api_quota_limit"))),
		hold:   "5m",
		labels: warning(),
		texts: texts{
			percent + " of the day's {{ $labels.endpoint }} calls of " + app + " were used.",
			appChinese + "当日 {{ $labels.endpoint }} 接口配额已用 " + percent + "。",
			"This is the state when the exporter read the quota, with the first poll of the day. The exporter itself needs a handful of calls.",
		},
	}
}

// processes are the alerts on exporters, whichever apps they have.
func processes() []rule {
	const by = "job, instance"
	increase := func(metric, window string) string {
		return fmt.Sprintf("max by (%s) (increase(%s[%s]))", by, metric, window)
	}
	const process, processChinese = `{{ or $labels.instance "The exporter" }}`, `{{ or $labels.instance "采集器" }}`
	return []rule{
		{
			alert:  "WxappArchiveFailing",
			expr:   fmt.Sprintf("%s > 0 or %s > 0", all(series.Live(), by, "wxapp_archive_pending_answers"), increase("wxapp_archive_failures_total", "3h")),
			hold:   "5m",
			labels: critical(),
			texts: texts{
				process + " cannot write its archive.",
				processChinese + " 无法写入归档。",
				"The archive is the only record of days that WeChat no longer keeps. Answers that are not written wait in memory, and a crash loses them unless WXAPP_ARCHIVE_SPOOL keeps them on a disk.",
			},
		},
		{
			alert:   "WxappPushFailing",
			comment: "Visible only where the same exporter is scraped too, or is pushed in another way.",
			expr: fmt.Sprintf("%s > 0 unless on (%s) time() - %s < 900",
				increase("wxapp_otlp_export_failures_total", "15m"), by, all(series.Live(), by, "wxapp_otlp_last_success_timestamp_seconds")),
			hold:   "15m",
			labels: warning(),
			texts: texts{
				process + " cannot push by OTLP.",
				processChinese + " 无法通过 OTLP 推送。",
				"No push has succeeded for at least 15 minutes.",
			},
		},
		{
			alert: "WxappReloadFailed",
			expr: fmt.Sprintf("time() - %s and on (%s) %s == 0",
				all(series.Live(), by, "wxapp_config_last_reload_success_timestamp_seconds"), by, all(series.Live(), by, "wxapp_config_last_reload_successful")),
			hold:   "5m",
			labels: warning(),
			texts: texts{
				process + " cannot reload its apps.",
				processChinese + " 无法重新加载小程序列表。",
				"There is a mistake in the apps file or in a secret file. The exporter continues with the apps of {{ $value | humanizeDuration }} ago, and a restart would fail.",
			},
		},
	}
}
