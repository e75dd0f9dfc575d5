package collector

import (
	"cmp"
	"crypto/sha256"
	"io"
	"slices"
	"strconv"
	"unique"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// list is one list of a portrait as it is shown: its rows sorted by name and cut to
// those with the most users. A list is never changed.
type list struct {
	wechat.Breakdown
	rows    []wechat.Row
	dropped int  // rows that were cut
	limited bool // whether a limit is set for the dimension
}

// newLists makes the lists of a portrait that are shown: those of the dimensions,
// in the order of the dimensions and metrics, empty ones included.
func newLists(p *wechat.Portrait, dimensions []wechat.Dimension, top map[wechat.Dimension]int) []list {
	lists := make([]list, 0, len(dimensions)*len(wechat.Metrics()))
	for _, dimension := range dimensions {
		for _, metric := range wechat.Metrics() {
			l := list{Breakdown: wechat.Breakdown{Metric: metric, Dimension: dimension}}
			rows := slices.Clone(p.Rows[l.Breakdown])
			if limit, ok := top[dimension]; ok {
				l.limited = true
				rows, l.dropped = mostUsers(rows, limit)
			}
			slices.SortFunc(rows, byName)
			for i := range rows {
				// The same names come every day, for every app: keep each once, and not
				// as part of the answer's bytes.
				rows[i].Name = unique.Make(rows[i].Name).Value()
			}
			l.rows = slices.Clip(rows)
			lists = append(lists, l)
		}
	}
	return lists
}

// mostUsers cuts rows to the limit ones with most users and counts the others. Ties
// are broken by name, so that membership does not depend on the answer's order.
func mostUsers(rows []wechat.Row, limit int) (kept []wechat.Row, dropped int) {
	if len(rows) <= limit {
		return rows, 0
	}
	slices.SortFunc(rows, func(a, b wechat.Row) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), byName(a, b))
	})
	return slices.Clone(rows[:limit]), len(rows) - limit
}

func byName(a, b wechat.Row) int { return cmp.Compare(a.Name, b.Name) }

// digest identifies the rows of a portrait, whatever their order and the spelling of
// the answer.
type digest [sha256.Size]byte

// digestOf returns the digest of all rows of p.
func digestOf(p *wechat.Portrait) digest {
	hash := sha256.New()
	for _, dimension := range wechat.Dimensions() {
		for _, metric := range wechat.Metrics() {
			rows := slices.SortedFunc(slices.Values(p.Rows[wechat.Breakdown{Metric: metric, Dimension: dimension}]), byName)
			_, _ = io.WriteString(hash, string(metric)+"\x00"+string(dimension)+"\x00")
			for _, row := range rows {
				_, _ = io.WriteString(hash, row.Name+"\x00"+strconv.FormatInt(row.Users, 10)+"\x00")
			}
		}
	}
	return digest(hash.Sum(nil))
}
