package wechat

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// EndpointAdIncome is the endpoint of the dataset ads.
const EndpointAdIncome = "ad_income"

const (
	adSpan       = 10 // days that are asked for every day
	adSettlement = 31 // days that are asked for after a half-monthly settlement
	adLongest    = 90 // days that WeChat answers for at once (documented)
	adPageSize   = 90 // rows; WeChat's most (documented)
	// adsPublished is how long after the end of a day its income is published at the latest:
	// 10:00 to 12:00, sometimes 15:00 (reported).
	adsPublished = 16 * time.Hour
)

// ads is what the app earns with ads. The numbers of a day are estimates until its half of the
// month is settled (reported), so each answer is about several days, and those that are asked for
// on the 3rd and the 18th take in the half that was settled. Errcode 2009 says that the app shows
// no ads, which most do not.
func ads() Dataset {
	return Dataset{Name: "ads", Title: text.Both{English: "ads", Chinese: "广告"}, ByName: true, Statistics: []Statistic{{
		Endpoint: EndpointAdIncome, Range: Range1Day, Overlaps: true, FinalAfter: adsPublished,
		path: "/publisher/stat", first: "20160101", query: adQuery, span: adDays, longest: adLongest, decode: decodeAds,
	}}}
}

// adDays returns how many days are asked for on the day after one.
func adDays(end Day) Range {
	if today := end.Add(1); today.day == 3 || today.day == 18 {
		return adSettlement
	}
	return adSpan
}

func adQuery(w Window, page int) url.Values {
	return url.Values{
		"action":     {"publisher_adpos_general"},
		"page":       {strconv.Itoa(page)},
		"page_size":  {strconv.Itoa(adPageSize)},
		"start_date": {w.FirstDay().DateOnly()},
		"end_date":   {w.End.DateOnly()},
	}
}

// AdIncome is the income of a day (publisher_adpos_general), sorted by slot. Documented:
//
//	{"base_resp":{"err_msg":"ok","ret":0},"list":[{"slot_id":3030046789020061,
//	"ad_slot":"SLOT_ID_WEAPP_INTERSTITIAL","date":"2020-04-13","req_succ_count":443610,
//	"exposure_count":181814,"exposure_rate":0.409850995,"click_count":10095,"click_rate":0.055523777,
//	"income":52175,"ecpm":286.969100289}],"summary":{…},"total_num":1}
//
// The number of rows of a day is that of the slots that were requested.
type AdIncome []AdSlot

// AdSlot is the income of a slot. Money is in yuan; WeChat sends 1/100 yuan. ECPM is WeChat's own
// number: it is not always income by exposures (documented samples differ).
type AdSlot struct {
	Slot      string  // ad_slot, such as SLOT_ID_WEAPP_BANNER
	Requests  Count   // req_succ_count: how often an ad was delivered
	Exposures Count   // exposure_count
	Clicks    Count   // click_count
	Income    Average // income
	ECPM      Average // ecpm: income per 1,000 exposures
}

// Empty reports whether there is no slot.
func (a AdIncome) Empty() bool { return len(a) == 0 }

const (
	maxAdRows = 1000 // of a page; WeChat sends 90
	maxSlot   = 128  // bytes
)

// decodeAds reads the rows of the last day of a window.
func decodeAds(top map[string][]byte, w Window, a *Answer) (problem string) {
	list, problem := listIn(top, "list")
	if total, ok := count(top["total_num"]); ok {
		a.pages = int(min(total+adPageSize-1, maxAdRows*adPageSize)) / adPageSize
	}
	var income AdIncome
	for object := range objects(list, maxAdRows, &a.Rejected) {
		row := fields(object)
		if !w.isDay(refDate(row["date"])) {
			a.Earlier++
			continue
		}
		name, ok := nameText(row["ad_slot"], maxSlot)
		switch {
		case !ok:
			a.Rejected++
			continue
		case slices.ContainsFunc(income, func(s AdSlot) bool { return s.Slot == name }):
			a.Rejected++
			continue
		}
		a.RefDate = w.End.String()
		income = append(income, AdSlot{
			Slot:      name,
			Requests:  a.count(row, "req_succ_count"),
			Exposures: a.count(row, "exposure_count"),
			Clicks:    a.count(row, "click_count"),
			Income:    a.average(row, "income").over(100),
			ECPM:      a.average(row, "ecpm").over(100),
		})
	}
	slices.SortFunc(income, func(a, b AdSlot) int { return cmp.Compare(a.Slot, b.Slot) })
	a.Numbers = income
	return problem
}

// isDay reports whether a date names the last day of a window.
func (w Window) isDay(date string) bool {
	return Window{End: w.End, Range: Range1Day}.isNamed(date)
}

// over returns the number divided by another.
func (a Average) over(divisor float64) Average {
	a.Value /= divisor
	return a
}
