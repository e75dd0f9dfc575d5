package collector

import (
	"cmp"
	"slices"
	"unique"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// list holds the rows of one breakdown.
type list struct {
	wechat.Breakdown
	rows    []row
	dropped int  // rows that were cut
	limited bool // whether a limit is set for the dimension
}

// row is one name and its users. The same names come every day and for every app, so a
// handle keeps each name in memory once, apart from the bytes of the answer.
type row struct {
	name  unique.Handle[string]
	users int64
}

// newLists returns the lists of a portrait that are shown, each sorted by name and cut to the
// limit that top has for its dimension, if any.
func newLists(p wechat.Portrait, dimensions []wechat.Dimension, top map[wechat.Dimension]int) []list {
	lists := make([]list, 0, len(dimensions)*len(wechat.Metrics()))
	for _, dimension := range dimensions {
		for _, metric := range wechat.Metrics() {
			l := list{Breakdown: wechat.Breakdown{Metric: metric, Dimension: dimension}}
			answered := slices.Clone(p[l.Breakdown])
			if limit, ok := top[dimension]; ok {
				l.limited = true
				answered, l.dropped = mostUsers(answered, limit)
			}
			slices.SortFunc(answered, byName)
			l.rows = make([]row, len(answered))
			for i, r := range answered {
				l.rows[i] = row{unique.Make(r.Name), r.Users}
			}
			lists = append(lists, l)
		}
	}
	return lists
}

func (l list) equal(other list) bool {
	return l.Breakdown == other.Breakdown && l.dropped == other.dropped && slices.Equal(l.rows, other.rows)
}

// mostUsers returns as many rows as the limit allows, those with the most users, and
// counts the others. Ties are broken by name, so that the result does not depend on the
// order of the answer.
func mostUsers(rows []wechat.Row, limit int) (kept []wechat.Row, dropped int) {
	if len(rows) <= limit {
		return rows, 0
	}
	slices.SortFunc(rows, func(a, b wechat.Row) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), byName(a, b))
	})
	return rows[:limit], len(rows) - limit
}

// List returns the rows of a breakdown, sorted by name, and how many others were cut.
func (n Numbers) List(of wechat.Breakdown) (rows []wechat.Row, dropped int) {
	for _, list := range n.lists {
		if list.Breakdown != of {
			continue
		}
		rows = make([]wechat.Row, len(list.rows))
		for i, row := range list.rows {
			rows[i] = wechat.Row{Name: row.name.Value(), Users: row.users}
		}
		return rows, list.dropped
	}
	return nil, 0
}

func byName(a, b wechat.Row) int { return cmp.Compare(a.Name, b.Name) }
