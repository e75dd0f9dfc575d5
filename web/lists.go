package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// list ranks names.
type list struct {
	Title   string
	Day     string   // that it is about, where others on the page are about another one
	Columns []string // what the numbers of a row are
	Rows    []bar    // those that are seen at once
	Folded  []bar    // those behind
	Omitted int      // those that only the metrics have
	Stacked []segment
	Note    string
}

// bar is one name of a list.
type bar struct {
	Name    string
	Width   string // of 100
	Numbers []string
	Class   string
}

// segment is a part of a bar that shows shares.
type segment struct{ X, Width, Class string }

// mostRows is how many names of a dimension a page shows at most: the metrics have all.
const mostRows = 20

// rows are rows of a list under the names of their columns.
type rows struct {
	Columns []string
	Rows    []bar
}

func newRows(columns []string, of []bar) rows { return rows{columns, of} }

// fold divides rows into those that are seen at once and those behind.
func (l *list) fold(rows []bar, seen int) {
	seen = min(seen, len(rows))
	l.Rows, l.Folded = rows[:seen], rows[seen:]
}

// portraitLists returns the lists of a portrait: the provinces, and the others in columns of about
// the same height.
func portraitLists(numbers collector.Numbers, language text.Language) (provinces list, columns [][]list) {
	for _, dimensions := range [][]wechat.Dimension{{wechat.City, wechat.Gender}, {wechat.Device}, {wechat.Age, wechat.Platform}} {
		var column []list
		for _, dimension := range dimensions {
			if l := newList(numbers, dimension, language); len(l.Rows) > 0 {
				column = append(column, l)
			}
		}
		if len(column) > 0 {
			columns = append(columns, column)
		}
	}
	return newList(numbers, wechat.Province, language), columns
}

func dimensionTitle(dimension wechat.Dimension) text.Both {
	return map[wechat.Dimension]text.Both{
		wechat.Province: {English: "Provinces", Chinese: "省份"},
		wechat.City:     {English: "Cities", Chinese: "城市"},
		wechat.Device:   {English: "Devices", Chinese: "机型"},
		wechat.Age:      {English: "Ages", Chinese: "年龄"},
		wechat.Gender:   {English: "Gender", Chinese: "性别"},
		wechat.Platform: {English: "Platform", Chinese: "平台"},
	}[dimension]
}

func newList(numbers collector.Numbers, dimension wechat.Dimension, language text.Language) list {
	all, dropped := numbers.List(wechat.Breakdown{Metric: wechat.VisitUV, Dimension: dimension})
	fresh, _ := numbers.List(wechat.Breakdown{Metric: wechat.VisitUVNew, Dimension: dimension})
	newUsers := map[string]int64{}
	for _, row := range fresh {
		newUsers[row.Name] = row.Users
	}
	var total, most int64
	for _, row := range all {
		total, most = total+row.Users, max(most, row.Users)
	}
	if dropped > 0 { // the names that are left do not make the whole
		if whole, ok := numbers.Total(wechat.VisitUV); ok {
			total = max(total, whole)
		}
	}
	if dimension != wechat.Age { // ages stand in their own order, which is that of their names
		slices.SortFunc(all, byUsers)
	}
	l := list{
		Title:   dimensionTitle(dimension).In(language),
		Columns: []string{language.Say("Users", "用户"), language.Say("Share", "占比"), language.Say("New", "新增")},
		Omitted: dropped,
	}
	if dimension != wechat.Province && len(all) > mostRows {
		l.Omitted += len(all) - mostRows
		all = all[:mostRows]
	}
	var bars []bar
	x := 0.0
	for i, row := range all {
		b := bar{Name: nameIn(row.Name, dimension, language), Width: widthOf(row.Users, most), Numbers: []string{text.Grouped(row.Users), percent(row.Users, total), "–"}}
		if n, ok := newUsers[row.Name]; ok {
			b.Numbers[2] = text.Grouped(n)
		}
		if dimension == wechat.Gender || dimension == wechat.Platform {
			b.Class = fmt.Sprintf("s%d", min(i, 4))
			width := float64(row.Users) / float64(max(1, total)) * 100
			l.Stacked = append(l.Stacked, segment{fmt.Sprintf("%.2f", x), fmt.Sprintf("%.2f", width), b.Class})
			x += width
		}
		bars = append(bars, b)
	}
	seen := map[wechat.Dimension]int{wechat.Province: 14, wechat.Age: mostRows}[dimension]
	l.fold(bars, cmp.Or(seen, 10))
	return l
}

// byUsers puts those with the most users first.
func byUsers(a, b wechat.Row) int {
	return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Name, b.Name))
}

// widthOf returns the width of a bar, of 100.
func widthOf(n, most int64) string {
	return fmt.Sprintf("%.1f", float64(n)/float64(max(1, most))*100)
}

// nameIn returns the name of a value in a language: WeChat's own where no other is known.
func nameIn(name string, dimension wechat.Dimension, language text.Language) string {
	if language != text.English {
		return name
	}
	if dimension == wechat.Province {
		for _, place := range collector.Provinces() {
			if place.Long == name || place.Short == name {
				return place.English
			}
		}
	}
	return inEnglish(strings.TrimSpace(name))
}
