package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// EndpointDailyRetention is the endpoint of the dataset retention.
const EndpointDailyRetention = "daily_retention"

// retention is how many of the users of earlier days came again.
//
// WeChat's answer for a day is about the users who came on it: how many of them came again
// on the days after. So the answer for yesterday has no returning users yet (inferred), and
// what happened yesterday stands in the answers for the days before.
func retention() Dataset {
	return Dataset{Name: "retention", Title: text.Both{English: "retention", Chinese: "留存"}, Statistics: []Statistic{
		{Endpoint: EndpointDailyRetention, Range: Range1Day, path: "/datacube/getweanalysisappiddailyretaininfo", Cohorts: RetentionDays(), decode: decodeRetention},
	}}
}

// RetentionDays returns after how many days WeChat tells who came again (documented).
func RetentionDays() []int { return []int{1, 2, 3, 4, 5, 6, 7, 14, 30} }

// Retention is the daily retention (getweanalysisappiddailyretaininfo). Documented:
//
//	{"ref_date":"20170313","visit_uv_new":[{"key":0,"value":5464}],"visit_uv":[{"key":0,"value":55500}]}
//
// Key 0 is the number of users who came on the day, key k how many of them came again k
// days later. Some apps get no keys 14 and 30 (reported).
type Retention struct {
	New    []KeyCount // visit_uv_new: of the users who came for the first time
	Active []KeyCount // visit_uv: of all users
}

// Empty reports whether there are no numbers.
func (r Retention) Empty() bool { return len(r.New)+len(r.Active) == 0 }

// Has reports whether the retention after a number of days is known.
func (r Retention) Has(days int) bool {
	for _, list := range [][]KeyCount{r.New, r.Active} {
		for _, c := range list {
			if c.Key == int64(days) {
				return true
			}
		}
	}
	return false
}

func decodeRetention(top object, _ Window, a *Answer) (problem string) {
	fresh, problemNew := listIn(top, "visit_uv_new")
	active, problemActive := listIn(top, "visit_uv")
	a.Numbers = Retention{a.keyCounts(fresh), a.keyCounts(active)}
	_, hasNew := top.find("visit_uv_new")
	_, hasActive := top.find("visit_uv")
	switch {
	case !hasNew && !hasActive:
		return "the answer has neither visit_uv nor visit_uv_new"
	case hasNew && problemNew != "": // the user portrait has objects here
		return problemNew
	case hasActive && problemActive != "":
		return problemActive
	}
	return ""
}
