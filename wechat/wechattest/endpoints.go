package wechattest

import (
	"net/http"
	"strings"
)

// endpoint is a path that is served.
type endpoint struct {
	path   string
	name   string // as in Call.Endpoint
	method string
	serve  func(*Server, *request) answer
	report *report // what serveReport answers with
}

// report is a statistic about a day, a week or a month.
type report struct {
	of   period
	text func(question) string
}

// portraitPath is the path of the user portrait.
const portraitPath = "/datacube/getweanalysisappiduserportrait"

// endpoints are all paths that are served.
func endpoints() []endpoint {
	return []endpoint{
		{"/cgi-bin/token", "token", http.MethodGet, (*Server).serveToken, nil},
		{"/cgi-bin/stable_token", "token", http.MethodPost, (*Server).serveStableToken, nil},
		{"/cgi-bin/openapi/quota/get", "quota", http.MethodPost, (*Server).serveQuota, nil},
		{portraitPath, "user_portrait", http.MethodPost, (*Server).servePortrait, nil},
		statistic("getweanalysisappiddailyvisittrend", "daily_visit_trend", daily, question.trend),
		statistic("getweanalysisappiddailysummarytrend", "daily_summary", daily, question.summary),
		statistic("getweanalysisappidvisitdistribution", "visit_distribution", daily, question.distribution),
		statistic("getweanalysisappiddailyretaininfo", "daily_retention", daily, question.retention),
		statistic("getweanalysisappidvisitpage", "visit_page", daily, question.pages),
		statistic("getweanalysisappidweeklyvisittrend", "weekly_visit_trend", weekly, question.trend),
		statistic("getweanalysisappidweeklyretaininfo", "weekly_retention", weekly, question.retention),
		statistic("getweanalysisappidmonthlyvisittrend", "monthly_visit_trend", monthly, question.trend),
		statistic("getweanalysisappidmonthlyretaininfo", "monthly_retention", monthly, question.retention),
		{"/publisher/stat", "ad_income", http.MethodGet, (*Server).serveAds, nil},
	}
}

// statistic returns the endpoint of a statistic of the family of the portrait.
func statistic(path, name string, of period, text func(question) string) endpoint {
	return endpoint{"/datacube/" + path, name, http.MethodPost, (*Server).serveReport, &report{of, text}}
}

// endpointAt returns the endpoint with a path, or a zero one.
func endpointAt(path string) endpoint {
	for _, e := range endpoints() {
		if e.path == path {
			return e
		}
	}
	return endpoint{}
}

// limited reports whether calls count against Server.DailyLimit: those of statistics do.
func (e endpoint) limited() bool { return e.path != "" && !strings.HasPrefix(e.path, "/cgi-bin/") }
