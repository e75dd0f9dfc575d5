package web

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// whyMissing says why a dataset of an app has no numbers.
func whyMissing(s *collector.Snapshot, d collector.Dataset, language text.Language, now time.Time) string {
	question, asked := lastQuestion(d)
	switch {
	case d.Withdrawn():
		return language.Say("the newest numbers, of %s, are too old to be shown", "最新数据（%s）过旧，不再展示", d.End.DateOnly())
	case asked && question.Outcome == collector.OutcomeFailed && question.Failure != nil:
		return reasonText(question.Failure.Reason).In(language)
	case asked && question.Outcome == collector.OutcomeEmpty:
		return language.Say("WeChat reports none for %s", "微信没有 %s 的数据", question.Window.End.DateOnly())
	case asked && question.Outcome == collector.OutcomeUnavailable:
		return language.Say("WeChat has none for %s", "微信不提供 %s 的数据", question.Window.End.DateOnly())
	case len(s.Failures) > 0: // nothing else is asked for before the leading dataset has answered
		return language.Say("waits while the app fails: %s", "该小程序失败，等待其恢复：%s", reasonText(s.Failures[0].Reason).In(language))
	case now.Before(dueAt(now)):
		return language.Say("comes after %s, when WeChat has published yesterday", "%s 后，待微信发布昨天的数据即可获取", clock(dueAt(now)))
	default:
		return language.Say("comes as soon as WeChat has published yesterday", "待微信发布昨天的数据即可获取")
	}
}

// dueAt returns when the numbers of yesterday are usually published.
func dueAt(now time.Time) time.Time { return wechat.DayOf(now).Add(-1).At(wechat.UsuallyPublished) }

// dueText says when the numbers of yesterday come.
func dueText(language text.Language, now time.Time) string {
	if due := dueAt(now); now.Before(due) {
		return language.Say("yesterday's numbers usually come by %s", "昨天的数据通常在 %s 前发布", clock(due))
	}
	return language.Say("yesterday's numbers have not come yet; they usually do by %s", "昨天的数据尚未发布，通常在 %s 前发布", clock(dueAt(now)))
}

func clock(t time.Time) string { return wechat.InShanghai(t).Format("15:04") }
