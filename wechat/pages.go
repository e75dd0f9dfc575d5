package wechat

import (
	"cmp"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// EndpointVisitPage is the endpoint of the dataset pages.
const EndpointVisitPage = "visit_page"

// pages is which pages users open.
func pages() Dataset {
	return Dataset{Name: "pages", Title: text.Both{English: "pages", Chinese: "页面"}, Statistics: []Statistic{
		{Endpoint: EndpointVisitPage, Range: Range1Day, path: "/datacube/getweanalysisappidvisitpage", decode: decodePages},
	}}
}

// Pages are the pages of a day with the most views, at most 200 (documented), sorted by
// path: the visit page (getweanalysisappidvisitpage). Documented:
//
//	{"ref_date":"20170313","list":[{"page_path":"pages/main/main.html","page_visit_pv":213429,
//	"page_visit_uv":55423,"page_staytime_pv":8.139198,"entrypage_pv":117922,"exitpage_pv":61304,
//	"page_share_pv":180,"page_share_uv":166}]}
//
// Pages of earlier versions of the app occur as well (reported). Page_share_uv is not read.
type Pages []PageNumbers

// PageNumbers is a page of a Mini Program.
type PageNumbers struct {
	Path     string
	Visits   Count   // page_visit_pv: how often it was opened
	Visitors Count   // page_visit_uv: users who opened it
	Entries  Count   // entrypage_pv: sessions that began with it
	Exits    Count   // exitpage_pv: sessions that ended with it
	Shares   Count   // page_share_pv: how often it was shared
	Stay     Average // page_staytime_pv: seconds per visit
}

// Empty reports whether there are no pages.
func (p Pages) Empty() bool { return len(p) == 0 }

const (
	maxPages = 1000 // WeChat answers with 200
	maxPath  = 1024 // bytes
)

func decodePages(top object, _ Window, a *Answer) (problem string) {
	list, problem := listIn(top, "list")
	var all Pages
	places := map[string]int{}
	for row := range objects(list, maxPages, &a.Rejected) {
		path, ok := nameText(row.get("page_path"), maxPath)
		if !ok {
			a.Rejected++
			continue
		}
		page := PageNumbers{
			Path:     path,
			Visits:   a.count(row, "page_visit_pv"),
			Visitors: a.count(row, "page_visit_uv"),
			Entries:  a.count(row, "entrypage_pv"),
			Exits:    a.count(row, "exitpage_pv"),
			Shares:   a.count(row, "page_share_pv"),
			Stay:     a.average(row, "page_staytime_pv"),
		}
		if first, again := places[path]; again {
			a.Merged++
			all[first] = all[first].with(page)
			continue
		}
		places[path] = len(all)
		all = append(all, page)
	}
	slices.SortFunc(all, func(a, b PageNumbers) int { return cmp.Compare(a.Path, b.Path) })
	a.Numbers = all
	return problem
}

// with returns the page with the numbers of a second row of the same path.
func (p PageNumbers) with(other PageNumbers) PageNumbers {
	if p.Stay.Known && other.Stay.Known && p.Visits.Value+other.Visits.Value > 0 {
		p.Stay.Value = (p.Stay.Value*float64(p.Visits.Value) + other.Stay.Value*float64(other.Visits.Value)) /
			float64(p.Visits.Value+other.Visits.Value)
	} else if !p.Stay.Known {
		p.Stay = other.Stay
	}
	for _, add := range []struct {
		to   *Count
		more Count
	}{
		{&p.Visits, other.Visits},
		{&p.Visitors, other.Visitors},
		{&p.Entries, other.Entries},
		{&p.Exits, other.Exits},
		{&p.Shares, other.Shares},
	} {
		add.to.Value = min(add.to.Value+add.more.Value, maxCount)
		add.to.Known = add.to.Known || add.more.Known
	}
	return p
}
