package web

import (
	"net/url"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// portrait is who the users of a window are.
type portrait struct {
	Range, Window string
	Tabs          []tab // that lead to the other ranges
	Chart         chart
	Maps          []provinceMap // one for wide screens and one for narrow ones; none: there is nothing to place
	Unplaced      []string      // the names that are not on the map, and their users
	Provinces     list
	Columns       [][]list // the other lists, as they stand below each other
}

// card shows the totals of a range.
type card struct {
	Range, Window          string
	Users, NewUsers        string
	UsersChange, NewChange change
	NewShare               string
	Withdrawn, Missing     bool
}

// tab leads to the page with another range.
type tab struct {
	Name, Link string
	Current    bool
}

// newPortrait returns the portrait of the wanted range, or of another one if it has no numbers;
// nil if none has.
func newPortrait(s *collector.Snapshot, h head, wanted string) *portrait {
	language := h.Language
	shown := choose(s.Portrait().Held, wanted)
	if shown == nil {
		return nil
	}
	p := &portrait{Range: rangeName(shown.Range, language), Window: windowText(shown.Window)}
	for _, held := range s.Portrait().Held {
		query := url.Values{"range": {held.Range.String()}}
		if h.Chosen != "" {
			query.Set("lang", h.Chosen)
		}
		p.Tabs = append(p.Tabs, tab{rangeName(held.Range, language), "?" + query.Encode(), held.Range == shown.Range})
	}
	p.Chart = newChart(s.Past[shown.Range], shown.Window, language)
	p.Maps, p.Unplaced = newMaps(shown.Numbers, language)
	p.Provinces, p.Columns = portraitLists(shown.Numbers, language)
	return p
}

// choose returns the window whose portrait is shown: that of the wanted range if it has
// numbers, else one of a length that is neither noisy nor slow.
func choose(held []collector.Held, wanted string) *collector.Held {
	for _, name := range []string{wanted, "7d", "30d", "1d"} {
		for i := range held {
			if _, ok := held[i].Numbers.Total(wechat.VisitUV); ok && held[i].Range.String() == name {
				return &held[i]
			}
		}
	}
	return nil
}

func windowText(w wechat.Window) string {
	if w.Range == wechat.Range1Day {
		return w.End.DateOnly()
	}
	return w.FirstDay().DateOnly() + " – " + w.End.DateOnly()
}

func newCard(s *collector.Snapshot, held collector.Held, language text.Language) card {
	c := card{Range: rangeName(held.Range, language), Window: windowText(held.Window), Withdrawn: held.Withdrawn}
	users, ok := held.Numbers.Total(wechat.VisitUV)
	newUsers, _ := held.Numbers.Total(wechat.VisitUVNew)
	if !ok {
		c.Missing = true
		return c
	}
	c.Users, c.NewUsers = text.Grouped(users), text.Grouped(newUsers)
	if users > 0 {
		c.NewShare = percent(newUsers, users)
	}
	c.UsersChange = changeOf(s.Past, held.Window, users, func(t collector.Totals) int64 { return t.Users }, language)
	c.NewChange = changeOf(s.Past, held.Window, newUsers, func(t collector.Totals) int64 { return t.NewUsers }, language)
	return c
}
