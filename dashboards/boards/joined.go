package boards

import (
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// annotate marks the publications, the failures of apps, and the releases that people have noted
// on all panels over time.
func annotate(l language, d *grafana.Dashboard, a apps) {
	d.Annotate(l.text("Publications", "发布"), l.text("{{app}}: new day", "{{app}}：新的一天"), "blue",
		a.withName(series.OverTime(), "max by (appid) (changes("+a.Selector("wxapp_data_end_timestamp_seconds", `range="1d"`)+"[1h])) > 0"), false)
	d.Annotate(l.text("Failures", "失败"), l.text("{{app}}: {{reason}}", "{{app}}：{{reason}}"), "red",
		a.withName(series.OverTime(), a.Max(series.InStep(), []string{"appid", "reason"}, "wxapp_failing")), true)
	d.AnnotateTagged(l.text("Releases", "版本发布"), "release", "purple")
}

// alertList lists the alerts of rules/wxapp-alerts.yml.
func alertList(l language) *grafana.Panel {
	return grafana.AlertList(l.text("Alerts", "告警"),
		l.text("Alerts that fire or are about to. Empty when all is well, and when the alerts are not loaded.", "正在触发或即将触发的告警。一切正常或未加载告警规则时为空。"),
		"Wxapp", l.text("no alert", "没有告警"))
}

// reason is why polls fail, with the meaning of the label's value and the runbook.
type reason struct{ name, english, chinese, runbook string }

func reasons() []reason {
	return []reason{
		{"credentials", "appid or secret rejected", "appid 或密钥被拒", "WxappCredentialsRefused"},
		{"allowlist", "IP address not on the allowlist", "IP 不在白名单中", "WxappAddressNotAllowed"},
		{"permission", "no permission for the API", "没有接口权限", "WxappPermissionMissing"},
		{"account", "account frozen or not certified", "账号被封或未认证", "WxappPermissionMissing"},
		{"pending", "administrator has to confirm", "待管理员确认", "WxappConfirmationPending"},
		{"quota", "calls of the day used up", "当日调用次数已用尽", "WxappQuotaExhausted"},
		{"token", "access token rejected", "access_token 被拒", "WxappTokenRefused"},
		{"busy", "WeChat or the network is failing", "微信或网络异常", "WxappWeChatBusy"},
		{"decode", "answer not understood", "返回内容无法解析", "WxappAnswerNotUnderstood"},
		{"request", "request not understood", "请求不被接受", "WxappAnswerNotUnderstood"},
	}
}

// reasonColumn shows in words why polls fail.
func reasonColumn(l language, width int) grafana.Column {
	var choices []grafana.Choice
	for _, r := range reasons() {
		choices = append(choices, grafana.Choice{Value: r.name, Text: l.text(r.english, r.chinese)})
	}
	return column("reason", l.text("Reason", "原因"), width, mappings(choices...))
}

// namedReasons shows the series of reasons in words.
func (l language) namedReasons(p *grafana.Panel) *grafana.Panel {
	for _, r := range reasons() {
		p.Override(r.name, property("displayName", l.text(r.english, r.chinese)))
	}
	return p
}

// reason returns for each failing app a reason.
func (a apps) reason() string {
	return "topk by (appid) (1, max by (appid, reason) (" + a.Failing(series.Now()) + "))"
}

// datasetNames are the words for the datasets.
func (l language) datasetNames() []grafana.Choice {
	var choices []grafana.Choice
	for _, name := range [][3]string{
		{"user_portrait", "user portrait", "用户画像"},
		{"visits", "visits", "访问"},
		{"sources", "sources", "来源"},
		{"retention", "retention", "留存"},
		{"pages", "pages", "页面"},
		{"weekly", "weeks", "周数据"},
		{"monthly", "months", "月数据"},
		{"ads", "ads", "广告"},
	} {
		choices = append(choices, grafana.Choice{Value: name[0], Text: l.text(name[1], name[2])})
	}
	return choices
}

// datasetColumn shows the dataset that a line is about.
func datasetColumn(l language, width int) grafana.Column {
	return column("dataset", l.text("Dataset", "数据集"), width, mappings(l.datasetNames()...))
}
