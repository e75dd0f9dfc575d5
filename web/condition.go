package web

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// condition says in one word how an app is, the worst first.
type condition int

const (
	needsPerson condition = iota // a failure that lasts until a person does something
	failing                      // a failure that is retried
	behind                       // no failure, but the newest day held is too old
	starting                     // the first poll has not ended
	waiting                      // WeChat has not published yesterday yet
	healthy
)

// conditionOf returns how an app is at a time.
func conditionOf(s *collector.Snapshot, now time.Time) condition {
	for _, failure := range s.Failures {
		if failure.Reason.NeedsPerson() {
			return needsPerson
		}
	}
	days := daysHeld(s)
	switch {
	case s.Status == collector.StatusDown:
		return failing
	case s.Status == collector.StatusUnknown && len(days) == 0 && !s.AsksLater(now):
		return starting
	}
	result := healthy
	for _, held := range days {
		newest := held.statistic.Newest(wechat.DayOf(now))
		switch before := held.statistic.Before(newest, 1); {
		case held.day.Before(before.End):
			return behind
		case held.day.Before(newest.End):
			result = waiting
		}
	}
	if len(days) == 0 {
		return waiting
	}
	return result
}

// heldDay is the newest day that is held of a statistic.
type heldDay struct {
	statistic wechat.Statistic
	day       wechat.Day
}

// daysHeld returns the newest days that are held of the datasets that the status is about: of the
// user portrait by range.
func daysHeld(s *collector.Snapshot) []heldDay {
	var days []heldDay
	for _, dataset := range s.Leading() {
		known, ok := wechat.DatasetNamed(dataset.Name)
		if !ok {
			continue
		}
		first := known.Statistics[0]
		switch {
		case dataset.Name == wechat.UserPortrait:
			for _, held := range dataset.Held {
				days = append(days, heldDay{first, held.End})
			}
		case !dataset.End.IsZero():
			days = append(days, heldDay{first, dataset.End})
		}
	}
	return days
}

// hasYesterday reports whether an app holds yesterday of all datasets of days that the status is
// about. Without such datasets it does not: weeks and months end on other days.
func hasYesterday(s *collector.Snapshot, now time.Time) bool {
	has := false
	for _, dataset := range s.Leading() {
		known, ok := wechat.DatasetNamed(dataset.Name)
		if !ok || known.Statistics[0].Period != wechat.PeriodDay {
			continue
		}
		if dataset.End != wechat.DayOf(now).Add(-1) {
			return false
		}
		has = true
	}
	return has
}

// text returns the condition in words.
func (c condition) text() text.Both {
	switch c {
	case needsPerson:
		return text.Both{English: "action required", Chinese: "需要人工处理"}
	case failing:
		return text.Both{English: "failing, will be retried", Chinese: "失败，自动重试"}
	case behind:
		return text.Both{English: "behind", Chinese: "数据滞后"}
	case starting:
		return text.Both{English: "first poll running", Chinese: "首次轮询中"}
	case waiting:
		return text.Both{English: "waiting for WeChat", Chinese: "等待微信发布"}
	default:
		return text.Both{English: "healthy", Chinese: "正常"}
	}
}

// class returns the class of its color in the style.
func (c condition) class() string {
	switch c {
	case needsPerson:
		return "bad"
	case failing, behind:
		return "warn"
	case starting, waiting:
		return "wait"
	default:
		return "good"
	}
}

// reasonText returns a reason of failures in words.
func reasonText(r wechat.Reason) text.Both {
	switch r {
	case wechat.ReasonAccount:
		return text.Both{English: "account restricted", Chinese: "账号受限"}
	case wechat.ReasonAllowlist:
		return text.Both{English: "IP address not allowed", Chinese: "IP 不在白名单"}
	case wechat.ReasonCredentials:
		return text.Both{English: "AppID or AppSecret refused", Chinese: "AppID 或 AppSecret 错误"}
	case wechat.ReasonDecode:
		return text.Both{English: "answer not understood", Chinese: "返回无法解析"}
	case wechat.ReasonPending:
		return text.Both{English: "approval pending", Chinese: "等待管理员确认"}
	case wechat.ReasonPermission:
		return text.Both{English: "no permission", Chinese: "没有接口权限"}
	case wechat.ReasonQuota:
		return text.Both{English: "quota used up", Chinese: "调用次数超限"}
	case wechat.ReasonRequest:
		return text.Both{English: "request refused", Chinese: "请求被拒绝"}
	case wechat.ReasonToken:
		return text.Both{English: "access token refused", Chinese: "access_token 无效"}
	default:
		return text.Both{English: "WeChat or the network is failing", Chinese: "微信或网络故障"}
	}
}
