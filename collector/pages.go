package collector

import (
	"cmp"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// pageFamilies show the dataset pages.
var pageFamilies = []*Family{
	ofAnswer(gauge("wxapp_page_visits", "{view}",
		"How often a page was opened.", "appid", "page", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Visits, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_page_visitors", "{user}",
		"Users who opened a page.", "appid", "page", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Visitors, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_page_entries", "{session}",
		"Sessions that began with a page.", "appid", "page", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Entries, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_page_exits", "{session}",
		"Sessions that ended with a page.", "appid", "page", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Exits, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_page_shares", "{share}",
		"How often a page was shared.", "appid", "page", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Shares, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_page_stay_average_seconds", "s",
		"Average time per visit of a page.", "appid", "page", "period").decimal(),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				average(page.Stay, add, page.Path, s.Period.String())
			}
		})),
	ofAnswer(gauge("wxapp_pages_dropped", "{page}",
		"Pages not exposed because of the limit of pages in WXAPP_TOP.", "appid", "period"),
		figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			if p.limited {
				add(float64(p.dropped), s.Period.String())
			}
		})),
}

func pageLabels() []Label { return []Label{{"page", nil, "the path of a page of the Mini Program"}} }

// shownPages are the pages that are shown, and how many others were cut.
type shownPages struct {
	wechat.Pages
	dropped int
	limited bool // whether a limit is set
}

// limitPages returns pages as shownPages: those with the most visits if top has a limit for
// wechat.Page. Other numbers are returned as they are.
func limitPages(numbers wechat.Numbers, top map[wechat.Dimension]int) wechat.Numbers {
	pages, ok := numbers.(wechat.Pages)
	if !ok {
		return numbers
	}
	limit, limited := top[wechat.Page]
	if !limited {
		return shownPages{Pages: pages}
	}
	kept := slices.SortedFunc(slices.Values(pages), func(a, b wechat.PageNumbers) int {
		return cmp.Or(cmp.Compare(b.Visits.Value, a.Visits.Value), cmp.Compare(a.Path, b.Path))
	})
	kept = kept[:min(limit, len(kept))]
	slices.SortFunc(kept, func(a, b wechat.PageNumbers) int { return cmp.Compare(a.Path, b.Path) })
	return shownPages{kept, len(pages) - len(kept), true}
}
