package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// The endpoints of the dataset visits.
const (
	EndpointDailyVisitTrend = "daily_visit_trend"
	EndpointDailySummary    = "daily_summary"
)

// visits is how many users came, what they did and how long they stayed.
func visits() Dataset {
	return Dataset{Name: "visits", Title: text.Both{English: "visits", Chinese: "访问"}, Joint: true, Statistics: []Statistic{
		{Endpoint: EndpointDailyVisitTrend, Range: Range1Day, path: "/datacube/getweanalysisappiddailyvisittrend", decode: decodeVisitTrend},
		{Endpoint: EndpointDailySummary, Range: Range1Day, path: "/datacube/getweanalysisappiddailysummarytrend", decode: decodeSummary},
	}}
}

// VisitTrend is the daily visit trend (getweanalysisappiddailyvisittrend). An answer that
// was reported:
//
//	{"list":[{"ref_date":"20210912","session_cnt":1082,"visit_pv":4573,"visit_uv":495,"visit_uv_new":0,
//	"stay_time_uv":86.0586,"stay_time_session":39.3706,"visit_depth":2.6562}]}
//
// In reported answers StayPerUser times Users is StayPerSession times Sessions, but Depth
// is not PageViews by Sessions. Numbers may be missing.
type VisitTrend struct {
	Sessions  Count // session_cnt: how often the app was opened
	PageViews Count // visit_pv
	Users     Count // visit_uv
	NewUsers  Count // visit_uv_new
	// StayPerUser and StayPerSession are average times in seconds: stay_time_uv and
	// stay_time_session.
	StayPerUser, StayPerSession Average
	Depth                       Average // visit_depth: pages per session
}

// Empty reports whether there are no numbers.
func (t VisitTrend) Empty() bool { return t == VisitTrend{} }

func decodeVisitTrend(top object, w Window, a *Answer) (problem string) {
	list, problem := listIn(top, "list")
	a.Numbers = rowOf(a, list, w, func(a *Answer, row object) VisitTrend {
		return VisitTrend{
			Sessions:       a.count(row, "session_cnt"),
			PageViews:      a.count(row, "visit_pv"),
			Users:          a.count(row, "visit_uv"),
			NewUsers:       a.count(row, "visit_uv_new"),
			StayPerUser:    a.average(row, "stay_time_uv"),
			StayPerSession: a.average(row, "stay_time_session"),
			Depth:          a.average(row, "visit_depth"),
		}
	})
	return problem
}

// Summary is the daily summary (getweanalysisappiddailysummarytrend). Documented:
//
//	{"list":[{"ref_date":"20170313","visit_total":391,"share_pv":572,"share_uv":383}]}
type Summary struct {
	CumulativeUsers Count // visit_total: users so far
	Shares          Count // share_pv: how often the app was shared
	SharingUsers    Count // share_uv: users who shared it
}

// Empty reports whether there are no numbers.
func (s Summary) Empty() bool { return s == Summary{} }

func decodeSummary(top object, w Window, a *Answer) (problem string) {
	list, problem := listIn(top, "list")
	a.Numbers = rowOf(a, list, w, func(a *Answer, row object) Summary {
		return Summary{
			CumulativeUsers: a.count(row, "visit_total"),
			Shares:          a.count(row, "share_pv"),
			SharingUsers:    a.count(row, "share_uv"),
		}
	})
	return problem
}
