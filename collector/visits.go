package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// visitFamilies show the dataset visits, and what other datasets have in common with it.
var visitFamilies = []*Family{
	ofAnswer(gauge("wxapp_sessions", "{session}",
		"How often the Mini Program was opened. Filter by period.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.Sessions, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_page_views", "{view}",
		"Page views. Filter by period.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.PageViews, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_active_users", "{user}",
		"Active users. The user portrait covers slightly fewer. Filter by period.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.Users, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_new_users", "{user}",
		"Users who came for the first time. Filter by period.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.NewUsers, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_user_stay_average_seconds", "s",
		"Average time per user. Filter by period.", "appid", "period").decimal(),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) {
			average(t.StayPerUser, add, s.Period.String())
		})),
	ofAnswer(gauge("wxapp_session_duration_average_seconds", "s",
		"Average time per session. Filter by period.", "appid", "period").decimal(),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) {
			average(t.StayPerSession, add, s.Period.String())
		})),
	ofAnswer(gauge("wxapp_session_depth_average", "{page}",
		"Average pages per session, as reported by WeChat; not page views divided by sessions. Filter by period.", "appid", "period").decimal(),
		figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { average(t.Depth, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_shares", "{share}",
		"How often the Mini Program was shared.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.Summary, add adder) { count(t.Shares, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_sharing_users", "{user}",
		"Users who shared the Mini Program.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, t wechat.Summary, add adder) { count(t.SharingUsers, add, s.Period.String()) })),
	ofAnswer(gauge("wxapp_cumulative_users", "{user}",
		"Users who have ever visited the Mini Program.", "appid"),
		figuresOf(func(_ wechat.Statistic, t wechat.Summary, add adder) { count(t.CumulativeUsers, add) })),
}

func visitLabels() []Label {
	return []Label{{"period", stringers(wechat.Periods()), "the period that the numbers cover"}}
}
