package collector

import (
	"cmp"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// pageFamilies show the dataset pages.
var pageFamilies = []*Family{
	{
		Metric: Metric{
			Name: "wxapp_page_visits", Type: Gauge, Unit: "{view}", Labels: []string{"appid", "page", "period"},
			Help: "How often a page was opened.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Visits, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_visitors", Type: Gauge, Unit: "{user}", Labels: []string{"appid", "page", "period"},
			Help: "Users who opened a page.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Visitors, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_entries", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "page", "period"},
			Help: "Sessions that began with a page.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Entries, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_exits", Type: Gauge, Unit: "{session}", Labels: []string{"appid", "page", "period"},
			Help: "Sessions that ended with a page.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Exits, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_shares", Type: Gauge, Unit: "{share}", Labels: []string{"appid", "page", "period"},
			Help: "How often a page was shared.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				count(page.Shares, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_page_stay_average_seconds", Type: Gauge, Unit: "s", Labels: []string{"appid", "page", "period"},
			Help: "Average time per visit of a page.", Stability: Stable, Decimal: true,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			for _, page := range p.Pages {
				average(page.Stay, add, page.Path, s.Period.String())
			}
		}),
	},
	{
		Metric: Metric{
			Name: "wxapp_pages_dropped", Type: Gauge, Unit: "{page}", Labels: []string{"appid", "period"},
			Help: "Pages not exposed because of the limit page in WXAPP_TOP.", Stability: Stable,
		},
		Origin: FromAnswer,
		figures: figuresOf(func(s wechat.Statistic, p shownPages, add adder) {
			if p.limited {
				add(float64(p.dropped), s.Period.String())
			}
		}),
	},
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
