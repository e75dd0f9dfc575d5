package wechattest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// question is a question about a statistic of a day, week or month.
type question struct {
	server *Server
	appid  string
	of     period
	window window
	at     time.Time
	shape  shape
}

// serveReport answers the statistics other than the portrait and the income of ads.
func (s *Server) serveReport(r *request) answer {
	if errcode := s.checkCall(r); errcode != 0 {
		return r.failure(errcode)
	}
	report := r.endpoint.report
	w, errcode := report.of.judge(r.call.Begin, r.call.End, r.today, s.Depth[r.endpoint.name])
	if errcode != 0 {
		return r.failure(errcode)
	}
	if s.notReady(r, w.end) {
		return r.failure(61503)
	}
	q := question{s, r.call.AppID, report.of, w, r.call.Time, r.shape}
	return answer{contentType: jsonType, body: []byte(report.text(q)), code: "0", empty: q.visits().users == 0}
}

// ReportAt returns the answer of an endpoint, such as daily_visit_trend, about the day, week
// or month in which a time lies, as it was at another time. It is empty for an endpoint that
// is unknown, or is about something else.
func (s *Server) ReportAt(endpoint, appid string, of, at time.Time) []byte {
	for _, e := range endpoints() {
		if e.name == endpoint && e.report != nil {
			period := e.report.of
			return []byte(e.report.text(question{s, appid, period, period.of(dayOf(of)), at, good}))
		}
	}
	return nil
}

// visits returns what is known of the day, week or month: nothing before it is published.
func (q question) visits() visits {
	if q.shape == empty || q.at.Before(q.server.published(q.appid, q.window.end)) {
		return visits{}
	}
	return q.server.visitsWithin(q.appid, q.window, q.at)
}

func (q question) trend() string {
	v := q.visits()
	var rows []string
	if v.users > 0 {
		rows = append(rows, fmt.Sprintf(`{"ref_date":"%s","session_cnt":%d,"visit_pv":%d,"visit_uv":%d,"visit_uv_new":%d,`+
			`"stay_time_uv":%s,"stay_time_session":%s,"visit_depth":%s}`, q.of.refDate(q.window), v.sessions, v.views, v.users, v.fresh,
			average(v.stay, v.users, 4), average(v.stay, v.sessions, 4), decimals(v.depth, 4)))
	}
	return `{"list":` + q.list(rows) + `}`
}

func (q question) summary() string {
	v := q.visits()
	var rows []string
	if v.users > 0 {
		rows = append(rows, fmt.Sprintf(`{"ref_date":"%s","visit_total":%d,"share_pv":%d,"share_uv":%d}`,
			q.window.end, q.server.total(q.appid, q.window.end), v.shares, v.sharers))
	}
	return `{"list":` + q.list(rows) + `}`
}

// sourceCount is how many sources there are: one more than are documented.
const sourceCount = 58

func (q question) distribution() string {
	v := q.visits()
	usual := seedOf(q.appid).at(40)
	bySource := divide(v.sessions, weights(sourceCount, func(i int) float64 {
		return math.Pow(usual.at(i).unit(), 4) * v.seed.at(40).at(i).between(0.8, 1.2)
	}))
	users := make([]int, len(bySource))
	for i, sessions := range bySource {
		if sessions > 0 {
			users[i] = max(1, sessions*v.users/v.sessions)
		}
	}
	stays := divide(v.sessions, weights(8, func(i int) float64 { return usual.at(100+i).between(0.5, 1.5) }))
	depths := divide(v.sessions, weights(7, func(i int) float64 { return usual.at(200+i).between(0.5, 1.5) / float64(i+1) }))
	var lists []string
	for _, list := range []struct {
		index string
		parts []int
	}{
		{"access_source_session_cnt", bySource},
		{"access_source_visit_uv", users},
		{"access_staytime_info", stays},
		{"access_depth_info", depths},
	} {
		if v.users > 0 {
			lists = append(lists, fmt.Sprintf(`{"index":"%s","item_list":%s}`, list.index, q.keyList(keysFrom(1, list.parts))))
		}
	}
	return fmt.Sprintf(`{"ref_date":"%s","list":[%s]}`, q.window.end, strings.Join(lists, ","))
}

func (q question) retention() string {
	v := q.visits()
	var fresh, active []keyed
	for _, later := range q.of.ages() {
		if v.users == 0 || q.at.Before(q.server.published(q.appid, q.of.later(q.window, later).end)) {
			continue
		}
		ofNew, ofAll := v.fresh, v.users
		if later > 0 {
			ofNew, ofAll = q.again(v, later)
		}
		fresh = append(fresh, keyed{later, ofNew})
		active = append(active, keyed{later, ofAll})
	}
	return fmt.Sprintf(`{"ref_date":"%s","visit_uv_new":%s,"visit_uv":%s}`, q.of.refDate(q.window), q.keyList(fresh), q.keyList(active))
}

// pageLimit is how many pages WeChat answers with (documented).
const pageLimit = 200

func (q question) pages() string {
	v := q.visits()
	usual := seedOf(q.appid).at(60)
	n := 8 + min(pageLimit-8, usual.at(-1).below(int(2*math.Sqrt(float64(v.users)))+1))
	popularity := weights(n, func(i int) float64 { return v.seed.at(60).at(i).between(0.9, 1.1) / float64(i+1) })
	views := divide(v.views, popularity)
	entries := divideWithin(v.sessions, popularity, views)
	exits := divideWithin(v.sessions, weights(n, func(i int) float64 { return popularity[i] * usual.at(i).between(0.5, 1.5) }), views)
	shares := divide(v.shares, popularity)
	var rows []string
	for i := range n {
		if views[i] == 0 {
			continue
		}
		visitors := max(1, min(v.users, views[i]*v.users/v.sessions))
		rows = append(rows, fmt.Sprintf(`{"page_path":"%s","page_visit_pv":%d,"page_visit_uv":%d,"page_staytime_pv":%s,`+
			`"entrypage_pv":%d,"exitpage_pv":%d,"page_share_pv":%d,"page_share_uv":%d}`, pagePathOf(i), views[i], min(visitors, views[i]),
			decimals(usual.at(1000+i).between(2, 40), 6), entries[i], exits[i], shares[i], shares[i]*3/4))
	}
	return fmt.Sprintf(`{"ref_date":"%s","list":%s}`, q.window.end, q.list(rows))
}

// pagePathOf returns the path of the page with the i-th most views.
func pagePathOf(i int) string {
	common := []string{"pages/index/index", "pages/list/list", "pages/detail/detail", "pages/cart/cart", "pages/order/order", "pages/mine/mine"}
	if i < len(common) {
		return common[i] + ".html"
	}
	return fmt.Sprintf("packages/activity%d/pages/page%d.html", i%7, i)
}

func weights(n int, weight func(i int) float64) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = weight(i)
	}
	return all
}

// keyed is a row by key.
type keyed struct{ key, value int }

// keysFrom returns the values that are not zero under keys from first on.
func keysFrom(first int, values []int) []keyed {
	var rows []keyed
	for i, value := range values {
		if value > 0 {
			rows = append(rows, keyed{first + i, value})
		}
	}
	return rows
}

func (q question) keyList(rows []keyed) string {
	var texts []string
	for _, r := range rows {
		if q.shape == doubled {
			texts = append(texts, fmt.Sprintf(`{"key":%d,"value":%d}`, r.key, r.value/2))
			r.value -= r.value / 2
		}
		texts = append(texts, fmt.Sprintf(`{"key":%d,"value":%d}`, r.key, r.value))
	}
	return q.list(texts)
}

func (q question) list(rows []string) string {
	if q.shape == unusable && len(rows) > 0 {
		rows = append(rows, `null`, `7`, `"字串"`, `[]`)
	}
	return "[" + strings.Join(rows, ",") + "]"
}

// average writes a sum divided by a number, as WeChat writes averages.
func average(sum, by, places int) string { return decimals(float64(sum)/float64(by), places) }

// decimals writes a number with at most so many decimals: one that is whole has none
// (reported).
func decimals(f float64, places int) string {
	scale := math.Pow(10, float64(places))
	return strconv.FormatFloat(math.Round(f*scale)/scale, 'f', -1, 64)
}
