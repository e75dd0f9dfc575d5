package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// visitFamilies show the dataset visits, and what other datasets have in common with it.
var visitFamilies = []*Family{
	{
		Metric: Metric{
			Name: "wxapp_sessions", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "period"},
			Help: "How often the Mini Program was opened.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.Sessions, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_views", Type: Gauge, Unit: "{view}", Labels: []string{"appid", "period"},
			Help: "Page views.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.PageViews, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_active_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
			Help: "Active users. The user portrait covers slightly fewer.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.Users, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_new_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
			Help: "Users who came for the first time.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { count(t.NewUsers, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_user_stay_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "period"},
			Help: "Average time per user.", Stability: Stable, Decimal: true,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) {
			average(t.StayPerUser, add, s.Period.String())
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_session_duration_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "period"},
			Help: "Average time per session.", Stability: Stable, Decimal: true,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) {
			average(t.StayPerSession, add, s.Period.String())
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_session_depth_average", Type: Gauge, Unit: "{page}", Labels: []string{"appid", "period"},
			Help: "Average pages per session, as reported by WeChat; not page views divided by sessions.", Stability: Stable, Decimal: true,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.VisitTrend, add adder) { average(t.Depth, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_shares", Type: Gauge, Unit: "{share}", Labels: []string{"appid", "period"},
			Help: "How often the Mini Program was shared.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.Summary, add adder) { count(t.Shares, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_sharing_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "period"},
			Help: "Users who shared the Mini Program.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, t wechat.Summary, add adder) { count(t.SharingUsers, add, s.Period.String()) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_cumulative_users", Type: Gauge, Unit: "{user}", Labels: []string{"appid"},
			Help: "Users who have ever visited the Mini Program.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: figuresOf(func(_ wechat.Statistic, t wechat.Summary, add adder) { count(t.CumulativeUsers, add) }),
	},
}

func visitLabels() []Label {
	return []Label{{"period", stringers(wechat.Periods()), "the period that the numbers cover"}}
}
