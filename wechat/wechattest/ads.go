package wechattest

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// adDays is how far apart the dates of a question about ads are at most, and adRows how many
// rows a page has at most (documented).
const (
	adDays = 90
	adRows = 90
)

// firstAdDay is the day from which on income is known (documented). Questions about earlier
// ones are refused, because a client that asks them has a bug: what WeChat says of these days
// is wrong.
var firstAdDay = dayOf(time.Date(2016, 1, 1, 0, 0, 0, 0, shanghai))

// serveAds answers GET /publisher/stat.
func (s *Server) serveAds(r *request) answer {
	if errcode := s.checkToken(r); errcode != 0 {
		return r.failure(errcode)
	}
	if !s.spend(r) {
		return refusal(45009)
	}
	query := r.URL.Query()
	first, ok := parseDate(r.call.Begin)
	last, endOK := parseDate(r.call.End)
	page, pageErr := strconv.Atoi(query.Get("page"))
	size, sizeErr := strconv.Atoi(query.Get("page_size"))
	switch {
	case query.Get("action") != "publisher_adpos_general":
		return refusal(45010)
	case !ok || !endOK || last < first || last > first+adDays || first < firstAdDay,
		pageErr != nil || sizeErr != nil || page < 1 || size < 1 || size > adRows:
		return refusal(1701)
	}
	return s.adAnswer(adQuestion{r.call.AppID, first, last, page, size, r.call.Time, r.shape})
}

// AdIncomeAt returns the answer about the income of an app's ads on the days from one in which
// a time lies to another, or a page of so many rows of it, as it was at a time.
func (s *Server) AdIncomeAt(appid string, first, last time.Time, page, size int, at time.Time) []byte {
	return s.adAnswer(adQuestion{appid, dayOf(first), dayOf(last), page, size, at, good}).body
}

// parseDate parses yyyy-mm-dd.
func parseDate(s string) (d day, ok bool) {
	t, err := time.ParseInLocation(time.DateOnly, s, shanghai)
	return dayOf(t), err == nil
}

// refusal answers as the statistics of ads do: with a code that is no errcode.
func refusal(ret int) answer {
	message, ok := map[int]string{
		1701:  "invalid args",
		2009:  "invalid publisher",
		45009: "request too frequently",
		45010: "invalid action",
	}[ret]
	if !ok {
		message = "system error"
	}
	return answer{
		contentType: jsonType,
		body:        fmt.Appendf(nil, `{"base_resp":{"err_msg":"%s","ret":%d}}`, message, ret),
		code:        strconv.Itoa(ret),
	}
}

// adQuestion is a question about the income of ads.
type adQuestion struct {
	appid       string
	first, last day
	page, size  int
	at          time.Time
	shape       shape
}

func (s *Server) adAnswer(q adQuestion) answer {
	app, _ := s.app(q.appid)
	if len(app.AdSlots) == 0 {
		return refusal(2009)
	}
	slots := slices.Sorted(slices.Values(app.AdSlots))
	var rows []string
	var sum adNumbers
	for d := q.last; d >= max(q.first, firstAdDay) && q.shape != empty; d-- {
		if q.at.Before(s.adsPublished(q.appid, d)) {
			continue
		}
		for _, slot := range slots {
			n := s.adNumbers(q.appid, slot, d, q.at)
			if n.requests == 0 {
				continue
			}
			sum.add(n)
			rows = append(rows, fmt.Sprintf(`{"slot_id":%d,"ad_slot":"%s","date":"%s",%s}`,
				slotID(slot), slot, d.begin().Format(time.DateOnly), n))
		}
	}
	begin := min((q.page-1)*q.size, len(rows))
	list := question{shape: q.shape}.list(rows[begin:min(begin+q.size, len(rows))])
	return answer{
		contentType: jsonType,
		body: fmt.Appendf(nil, `{"base_resp":{"err_msg":"ok","ret":0},"list":%s,"summary":{%s},"total_num":%d}`,
			list, sum, len(rows)),
		code:  "0",
		empty: list == "[]",
	}
}

// adNumbers is what a slot of an app, or several, brought on one day, or several.
type adNumbers struct {
	requests, exposures, clicks int
	income                      float64 // 1/100 yuan
}

func (n *adNumbers) add(more adNumbers) {
	n.requests += more.requests
	n.exposures += more.exposures
	n.clicks += more.clicks
	n.income += math.Round(more.income)
}

// String writes the numbers as the answer does. The income per 1,000 exposures is that before
// the income is rounded, so that it cannot be had from the others exactly.
func (n adNumbers) String() string {
	rate := func(part float64, of int) string { return decimals(part/float64(max(of, 1)), 9) }
	return fmt.Sprintf(`"req_succ_count":%d,"exposure_count":%d,"exposure_rate":%s,"click_count":%d,"click_rate":%s,"income":%.0f,"ecpm":%s`,
		n.requests, n.exposures, rate(float64(n.exposures), n.requests), n.clicks, rate(float64(n.clicks), n.exposures),
		math.Round(n.income), rate(1000*n.income, n.exposures))
}

// adNumbers returns what a slot brought on a day: an estimate until the day is settled.
func (s *Server) adNumbers(appid, slot string, d day, at time.Time) adNumbers {
	usual := seedOf(appid + slot).at(70)
	today := usual.at(int(d))
	between := func(i int, low, high float64) float64 {
		return usual.at(-i).between(low, high) * today.at(i).between(0.92, 1.08)
	}
	most := 1500.0 // of the income per 1,000 exposures
	if strings.Contains(slot, "VIDEO") {
		most = 6000
	}
	var n adNumbers
	n.requests = int(float64(s.visits(appid, d, false).views) * between(1, 0.1, 0.5))
	n.exposures = int(float64(n.requests) * between(2, 0.3, 0.7))
	n.clicks = int(float64(n.exposures) * between(3, 0.01, 0.06))
	n.income = float64(n.exposures) / 1000 * between(4, most/5, most)
	if !at.Before(s.settled(appid, d)) { // without the clicks that do not count
		n.clicks = int(float64(n.clicks) * today.at(5).between(0.93, 0.99))
		n.income *= today.at(6).between(0.9, 0.98)
	}
	return n
}

// adsPublished returns when the income of a day is published.
func (s *Server) adsPublished(appid string, d day) time.Time {
	if s.AdsPublished == nil {
		minutes := seedOf(appid).at(71).at(int(d)).below(2 * 60)
		return d.begin().Add(34*time.Hour + time.Duration(minutes)*time.Minute)
	}
	return s.AdsPublished(appid, d.begin())
}

// settled returns when the estimates of a day give way to what is paid: on the 18th for the
// first half of a month, on the 3rd of the next for the second, with what is published then.
func (s *Server) settled(appid string, d day) time.Time {
	date := d.begin()
	settlement := time.Date(date.Year(), date.Month(), 18, 0, 0, 0, 0, shanghai)
	if date.Day() > 15 {
		settlement = time.Date(date.Year(), date.Month()+1, 3, 0, 0, 0, 0, shanghai)
	}
	return s.adsPublished(appid, dayOf(settlement)-1)
}

// slotID returns the number of a slot. Numbers are in the order of names, apart from those of
// slots that are not documented.
func slotID(slot string) int64 {
	documented := []string{"BANNER", "BOX", "COVER", "INTERSTITIAL", "REWARD_VIDEO", "TEMPLATE", "VIDEO_BEGIN", "VIDEO_FEEDS"}
	i := slices.Index(documented, strings.TrimPrefix(slot, "SLOT_ID_WEAPP_"))
	if i < 0 {
		return 8030046789020000 + int64(seedOf(slot).below(10000))
	}
	return 3030046789020061 + 1000*int64(i-slices.Index(documented, "INTERSTITIAL"))
}
