package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// The endpoints of the dataset weekly.
const (
	EndpointWeeklyVisitTrend = "weekly_visit_trend"
	EndpointWeeklyRetention  = "weekly_retention"
)

// weekly is what the dataset visits counts, of natural weeks, and how many users came again in
// later weeks. Users are counted once within a week; sessions and page views are sums of its days
// (reported).
func weekly() Dataset {
	return Dataset{Name: "weekly", Title: text.Both{English: "weeks", Chinese: "周"}, Statistics: []Statistic{
		{
			Endpoint: EndpointWeeklyVisitTrend, Period: PeriodWeek, Range: Range7Days,
			path: "/datacube/getweanalysisappidweeklyvisittrend", decode: decodeVisitTrend,
		},
		{
			Endpoint: EndpointWeeklyRetention, Period: PeriodWeek, Range: Range7Days, Cohorts: RetentionWeeks(),
			path: "/datacube/getweanalysisappidweeklyretaininfo", decode: decodeRetention,
		},
	}}
}

// RetentionWeeks returns after how many weeks WeChat tells who came again (documented); after 0
// weeks it tells the size of the cohort.
func RetentionWeeks() []int { return []int{0, 1, 2, 3, 4} }
