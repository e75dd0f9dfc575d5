package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// appPage shows the newest portrait of an app as pictures.
type appPage struct {
	head
	App     appLine
	Metrics string // the address of the app's metrics
	Cards   []card
	// Range is the range of what follows; Tabs lead to the others. Empty: there are no
	// numbers.
	Range, Window string
	Tabs          []tab
	Chart         chart
	Maps          []provinceMap // one for wide screens and one for narrow ones
	Lists         []list
	Shares        []list
	Days          []heldDays
}

// card shows the totals of a range.
type card struct {
	Range, Window            string
	Users, NewUsers          string
	UsersChange, NewChange   change
	NewShare                 string
	Withdrawn, Missing, Main bool
}

// change is a change against the week before.
type change struct{ Class, Text string }

// tab leads to the page with another range.
type tab struct {
	Name, Link string
	Current    bool
}

// heldDays are the days of a range that are known.
type heldDays struct {
	Range string
	Days  []string
}

// notFound is the page about an app that there is not.
type notFound struct {
	head
	AppID string
	Shard string // that has the app, or would have it; empty: it is here, or there are none
}

func (s *Site) app(w http.ResponseWriter, r *http.Request) {
	h := s.head(r, "../")
	snapshot := s.snapshot(r.PathValue("appid"))
	if snapshot == nil {
		page := notFound{head: h, AppID: r.PathValue("appid")}
		if !s.Shard.Has(page.AppID) {
			page.Shard = strconv.Itoa(shards.Of(page.AppID, s.Shard.Total))
		}
		s.render(w, r, http.StatusNotFound, h.Language, "not_found.html", page)
		return
	}
	s.render(w, r, http.StatusOK, h.Language, "app.html", newAppPage(snapshot, h, r.URL.Query().Get("range"), s.now()))
}

// snapshot returns the snapshot of an app, or nil if there is no such app.
func (s *Site) snapshot(appid string) *collector.Snapshot {
	if snapshot := s.Store.Snapshot(appid); snapshot != nil {
		return snapshot
	}
	for _, snapshot := range s.snapshots() {
		if snapshot.App.ID == appid {
			return snapshot
		}
	}
	return nil
}

// snapshots returns the snapshots of all apps, sorted by appid: empty ones of those whose archive is
// still being read after the start.
func (s *Site) snapshots() []*collector.Snapshot {
	snapshots := s.Store.Snapshots()
	var missing []*collector.Snapshot
	for _, app := range s.Apps() {
		if s.Store.Snapshot(app.ID) == nil {
			missing = append(missing, &collector.Snapshot{App: app})
		}
	}
	if len(missing) > 0 {
		snapshots = slices.Concat(snapshots, missing)
		slices.SortFunc(snapshots, func(a, b *collector.Snapshot) int { return strings.Compare(a.App.ID, b.App.ID) })
	}
	return snapshots
}

func newAppPage(s *collector.Snapshot, h head, wanted string, now time.Time) appPage {
	language := h.Language
	page := appPage{head: h, App: newAppLine(s, h, now), Metrics: h.TelemetryPath + "?" + url.Values{"appid": {s.App.ID}}.Encode()}
	for _, length := range wechat.PortraitRanges() {
		if past := s.Past[length]; len(past) > 0 {
			days := heldDays{Range: rangeName(length, language)}
			for _, totals := range slices.Backward(past) {
				days.Days = append(days.Days, totals.End.DateOnly())
			}
			page.Days = append(page.Days, days)
		}
	}
	for _, held := range s.Portrait().Held {
		page.Cards = append(page.Cards, newCard(s, held, language))
	}
	shown := choose(s.Portrait().Held, wanted)
	if shown == nil {
		return page
	}
	page.Range, page.Window = rangeName(shown.Range, language), windowText(shown.Window)
	for _, held := range s.Portrait().Held {
		query := url.Values{"range": {held.Range.String()}}
		if h.Chosen != "" {
			query.Set("lang", h.Chosen)
		}
		page.Tabs = append(page.Tabs, tab{rangeName(held.Range, language), "?" + query.Encode(), held.Range == shown.Range})
	}
	page.Chart = newChart(s.Past[shown.Range], shown.End, language)
	page.Maps = []provinceMap{newMap(shown.Numbers, language, wideMap), newMap(shown.Numbers, language, narrowMap)}
	for _, d := range []struct {
		dimension wechat.Dimension
		title     text.Both
		shown     int
	}{
		{wechat.Province, text.Both{English: "Provinces", Chinese: "省份"}, 10},
		{wechat.City, text.Both{English: "Cities", Chinese: "城市"}, 10},
		{wechat.Device, text.Both{English: "Devices", Chinese: "机型"}, 10},
	} {
		page.addList(&page.Lists, newList(shown.Numbers, d.dimension, d.title.In(language), d.shown, language))
	}
	for _, d := range []struct {
		dimension wechat.Dimension
		title     text.Both
	}{
		{wechat.Age, text.Both{English: "Ages", Chinese: "年龄"}},
		{wechat.Gender, text.Both{English: "Gender", Chinese: "性别"}},
		{wechat.Platform, text.Both{English: "Platform", Chinese: "平台"}},
	} {
		page.addList(&page.Shares, newList(shown.Numbers, d.dimension, d.title.In(language), 20, language))
	}
	return page
}

func (p *appPage) addList(to *[]list, l list) {
	if len(l.Rows) > 0 {
		*to = append(*to, l)
	}
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
	before, known := s.Past.At(wechat.Window{End: held.End.Add(-7), Range: held.Range})
	c.UsersChange = newChange(users, before.Users, known, language)
	c.NewChange = newChange(newUsers, before.NewUsers, known, language)
	return c
}

// newChange returns the change of a number against that of a week earlier. Small changes
// have no color, unknown ones neither.
func newChange(now, before int64, known bool, language text.Language) change {
	switch {
	case !known:
		return change{"", language.Say("a week earlier: unknown", "一周前：未知")}
	case before == 0:
		return change{"", language.Say("a week earlier: none", "一周前：无")}
	}
	ratio := float64(now-before) / float64(before) * 100
	sign, class := "±", ""
	switch {
	case ratio >= 0.05:
		sign = "▲ +"
	case ratio <= -0.05:
		sign, ratio = "▼ −", -ratio
		if ratio >= 5 {
			class = "down"
		}
	}
	if sign == "▲ +" && ratio >= 5 {
		class = "up"
	}
	return change{class, sign + fmt.Sprintf("%.1f%%", max(0, ratio)) + language.Say(" from a week earlier", " 较一周前")}
}

func percent(part, whole int64) string {
	return fmt.Sprintf("%.1f%%", float64(part)/float64(max(1, whole))*100)
}

// list ranks the names of a dimension.
type list struct {
	Title   string
	Rows    []bar // those that are seen at once
	Folded  []bar // those behind
	Omitted int   // those that only the metrics have
	Stacked []segment
}

// bar is one name of a list.
type bar struct {
	Name            string
	Width           string // of 100
	Users, NewUsers string
	Share           string
	Class           string
}

// segment is a part of a bar that shows shares.
type segment struct{ X, Width, Class string }

// mostRows is how many names of a dimension a page shows at most: the metrics have all.
const mostRows = 20

func newList(rows collector.Numbers, dimension wechat.Dimension, title string, seen int, language text.Language) list {
	all, dropped := rows.List(wechat.Breakdown{Metric: wechat.VisitUV, Dimension: dimension})
	newRows, _ := rows.List(wechat.Breakdown{Metric: wechat.VisitUVNew, Dimension: dimension})
	newUsers := map[string]int64{}
	for _, row := range newRows {
		newUsers[row.Name] = row.Users
	}
	var total, most int64
	for _, row := range all {
		total, most = total+row.Users, max(most, row.Users)
	}
	if dropped > 0 { // the names that are left do not make the whole
		if whole, ok := rows.Total(wechat.VisitUV); ok {
			total = max(total, whole)
		}
	}
	if dimension != wechat.Age { // ages stand in their own order, which is that of their names
		slices.SortFunc(all, func(a, b wechat.Row) int {
			return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Name, b.Name))
		})
	}
	l := list{Title: title, Omitted: max(0, len(all)-mostRows) + dropped}
	if dimension == wechat.Province {
		l.Omitted = 0
	}
	x := 0.0
	for i, row := range all {
		if i >= mostRows && dimension != wechat.Province {
			break
		}
		b := bar{
			Name: nameIn(row.Name, dimension, language), Width: fmt.Sprintf("%.1f", float64(row.Users)/float64(max(1, most))*100),
			Users: text.Grouped(row.Users), NewUsers: "–", Share: percent(row.Users, total),
		}
		if n, ok := newUsers[row.Name]; ok {
			b.NewUsers = text.Grouped(n)
		}
		if dimension == wechat.Gender || dimension == wechat.Platform {
			b.Class = fmt.Sprintf("s%d", min(i, 4))
			width := float64(row.Users) / float64(max(1, total)) * 100
			l.Stacked = append(l.Stacked, segment{fmt.Sprintf("%.2f", x), fmt.Sprintf("%.2f", width), b.Class})
			x += width
		}
		if i < seen {
			l.Rows = append(l.Rows, b)
		} else {
			l.Folded = append(l.Folded, b)
		}
	}
	return l
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
