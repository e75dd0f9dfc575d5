package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// The endpoints of the dataset monthly.
const (
	EndpointMonthlyVisitTrend = "monthly_visit_trend"
	EndpointMonthlyRetention  = "monthly_retention"
)

// monthly is what the dataset visits counts, of natural months, and how many users came again in
// the next month. Users are counted once within a month; sessions and page views are sums of its
// days (reported).
func monthly() Dataset {
	return Dataset{Name: "monthly", Title: text.Both{English: "months", Chinese: "月"}, Statistics: []Statistic{
		{
			Endpoint: EndpointMonthlyVisitTrend, Period: PeriodMonth,
			path: "/datacube/getweanalysisappidmonthlyvisittrend", decode: decodeVisitTrend,
		},
		{
			Endpoint: EndpointMonthlyRetention, Period: PeriodMonth, Cohorts: RetentionMonths(),
			path: "/datacube/getweanalysisappidmonthlyretaininfo", decode: decodeRetention,
		},
	}}
}

// RetentionMonths returns after how many months WeChat tells who came again (documented); after 0
// months it tells the size of the cohort.
func RetentionMonths() []int { return []int{0, 1} }
