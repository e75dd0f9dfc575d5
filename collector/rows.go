package collector

import (
	"cmp"
	"math"
	"slices"
	"unique"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// list holds the rows of one breakdown. An app has 36 of them, so it is small.
type list struct {
	rows              []row
	dropped           int32 // rows that were cut
	dimension, metric uint8 // their places among wechat.Dimensions and wechat.Metrics
	limited           bool  // whether a limit is set for the dimension
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
	cut := make([][]wechat.Row, 0, cap(lists))
	all := 0
	for i, dimension := range wechat.Dimensions() {
		if !slices.Contains(dimensions, dimension) {
			continue
		}
		for j, metric := range wechat.Metrics() {
			l := list{dimension: uint8(i), metric: uint8(j)} //nolint:gosec // there are few
			answered, dropped := slices.Clone(p[wechat.Breakdown{Metric: metric, Dimension: dimension}]), 0
			if limit, ok := top[dimension]; ok {
				l.limited = true
				answered, dropped = mostUsers(answered, limit)
			}
			l.dropped = int32(min(dropped, math.MaxInt32)) //nolint:gosec // it is not larger
			slices.SortFunc(answered, byName)
			lists, cut = append(lists, l), append(cut, answered)
			all += len(answered)
		}
	}
	rows := make([]row, 0, all) // one piece of memory wastes less than many
	for i, answered := range cut {
		begin := len(rows)
		for _, r := range answered {
			rows = append(rows, row{unique.Make(r.Name), r.Users})
		}
		lists[i].rows = rows[begin:len(rows):len(rows)]
	}
	return lists
}

// of returns what the list is about.
func (l list) of() wechat.Breakdown {
	return wechat.Breakdown{Dimension: wechat.Dimensions()[l.dimension], Metric: wechat.Metrics()[l.metric]}
}

func (l list) equal(other list) bool {
	return l.dimension == other.dimension && l.metric == other.metric && l.dropped == other.dropped && slices.Equal(l.rows, other.rows)
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
		if list.of() != of {
			continue
		}
		rows = make([]wechat.Row, len(list.rows))
		for i, row := range list.rows {
			rows[i] = wechat.Row{Name: row.name.Value(), Users: row.users}
		}
		return rows, int(list.dropped)
	}
	return nil, 0
}

func byName(a, b wechat.Row) int { return cmp.Compare(a.Name, b.Name) }
