package web

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// visits are what users did on the newest day, as far as the datasets about it are on.
type visits struct {
	Title   string
	Tiles   []tile
	Lists   []list
	Missing []lacking
}

// tile is one number.
type tile struct{ Name, Value, Note string }

// lacking are datasets that are on and have no numbers.
type lacking struct{ Names, Reason string }

// newVisits returns what users did, or nil if no such dataset is on.
func newVisits(s *collector.Snapshot, language text.Language, now time.Time) *visits {
	v := &visits{Title: language.Say("Visits", "访问")}
	var day wechat.Day // of the title
	on := false
	for _, part := range []struct {
		name string
		list func(*collector.Dataset, text.Language) list
	}{{name: "visits"}, {"sources", newSourceList}, {"retention", newRetentionList}, {"pages", newPageList}} {
		dataset := s.Dataset(part.name)
		if dataset == nil {
			continue
		}
		on = true
		if !dataset.HasData() {
			v.lack(datasetName(part.name).In(language), whyMissing(s, *dataset, language, now), language)
			continue
		}
		if day.IsZero() {
			day = dataset.End
			v.Title = language.Say("Visits on %s, %s", "%s（%s）的访问", weekday(day, language), day.DateOnly())
		}
		if part.list == nil {
			v.Tiles = newTiles(dataset, language)
			continue
		}
		if l := part.list(dataset, language); len(l.Rows) > 0 {
			if dataset.End != day {
				l.Day = shortDay(dataset.End, language)
			}
			v.Lists = append(v.Lists, l)
		} else {
			v.lack(datasetName(part.name).In(language), language.Say("WeChat reports none", "微信未返回数据"), language)
		}
	}
	if !on {
		return nil
	}
	return v
}

// lack says why a dataset has no numbers, together with others for the same reason.
func (v *visits) lack(name, reason string, language text.Language) {
	if i := slices.IndexFunc(v.Missing, func(l lacking) bool { return l.Reason == reason }); i >= 0 {
		v.Missing[i].Names += language.Say(", ", "、") + name
		return
	}
	v.Missing = append(v.Missing, lacking{name, reason})
}

// figure returns the value of a metric that has one series in a dataset.
func figure(d *collector.Dataset, metric string) (value float64, ok bool) {
	for _, held := range d.Held {
		for _, figure := range held.Numbers.Figures(metric) {
			return figure.Value, true
		}
	}
	return 0, false
}

func newTiles(d *collector.Dataset, language text.Language) []tile {
	whole := func(f float64) string { return text.Grouped(int64(f)) }
	stay := func(f float64) string { return seconds(f, language) }
	decimal := func(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
	var tiles []tile
	for _, t := range []struct {
		metric string
		name   text.Both
		value  func(float64) string
	}{
		{"wxapp_sessions", text.Both{English: "Sessions", Chinese: "打开次数"}, whole},
		{"wxapp_page_views", text.Both{English: "Page views", Chinese: "浏览次数"}, whole},
		{"wxapp_user_stay_average_seconds", text.Both{English: "Time per user", Chinese: "人均停留"}, stay},
		{"wxapp_session_duration_average_seconds", text.Both{English: "Time per session", Chinese: "次均停留"}, stay},
		{"wxapp_session_depth_average", text.Both{English: "Pages per session", Chinese: "平均访问深度"}, decimal},
		{"wxapp_shares", text.Both{English: "Shares", Chinese: "分享次数"}, whole},
		{"wxapp_cumulative_users", text.Both{English: "Users so far", Chinese: "累计用户"}, whole},
	} {
		value, ok := figure(d, t.metric)
		if !ok {
			continue
		}
		shown := tile{Name: t.name.In(language), Value: t.value(value)}
		if sharing, ok := figure(d, "wxapp_sharing_users"); ok && t.metric == "wxapp_shares" {
			shown.Note = language.Say("by %s users", "%s 人分享", whole(sharing))
		}
		tiles = append(tiles, shown)
	}
	return tiles
}

// counted returns the values of a metric by its label, which is one of two.
func counted(d *collector.Dataset, metric string, label int) map[string]int64 {
	all := map[string]int64{}
	for _, held := range d.Held {
		for _, figure := range held.Numbers.Figures(metric) {
			all[figure.Labels[label]] = int64(figure.Value)
		}
	}
	return all
}

// ranked returns names by their numbers, the largest first.
func ranked(numbers map[string]int64) []wechat.Row {
	var rows []wechat.Row
	for name, n := range numbers {
		rows = append(rows, wechat.Row{Name: name, Users: n})
	}
	slices.SortFunc(rows, byUsers)
	return rows
}

func newSourceList(d *collector.Dataset, language text.Language) list {
	users := counted(d, "wxapp_source_users", 1)
	rows := ranked(counted(d, "wxapp_source_sessions", 1))
	var total int64
	for _, row := range rows {
		total += row.Users
	}
	var bars []bar
	for _, row := range rows {
		b := bar{Name: sourceName(row.Name, language), Width: widthOf(row.Users, rows[0].Users), Numbers: []string{text.Grouped(row.Users), percent(row.Users, total), "–"}}
		if n, ok := users[row.Name]; ok {
			b.Numbers[2] = text.Grouped(n)
		}
		bars = append(bars, b)
	}
	l := list{
		Title:   language.Say("Sources", "来源"),
		Columns: []string{language.Say("Sessions", "打开"), language.Say("Share", "占比"), language.Say("Users", "用户")},
	}
	l.fold(bars, 8)
	return l
}

// sourceName returns the name of a source in a language.
func sourceName(name string, language text.Language) string {
	for _, source := range wechat.Sources() {
		if source.Chinese == name {
			return source.In(language)
		}
	}
	return name
}

func newRetentionList(d *collector.Dataset, language text.Language) list {
	l := list{
		Title:   language.Say("Came back", "留存"),
		Columns: []string{language.Say("New users", "新增用户"), language.Say("All users", "全部用户")},
		Note:    language.Say("How many of the users of an earlier day came again on this one.", "较早一天的用户中，在这一天再次来访的比例。"),
	}
	type cohort struct{ name, day string }
	counts := func(metric string) map[cohort]float64 {
		all := map[cohort]float64{}
		for _, held := range d.Held {
			for _, figure := range held.Numbers.Figures(metric) {
				all[cohort{figure.Labels[0], figure.Labels[1]}] = figure.Value
			}
		}
		return all
	}
	sizes, returned := counts("wxapp_retention_cohort_users"), counts("wxapp_retained_users")
	for _, days := range wechat.RetentionDays() {
		share := func(name string) (ratio float64, words string) {
			of := cohort{name, strconv.Itoa(days)}
			if again, ok := returned[of]; ok && sizes[of] > 0 {
				return again / sizes[of], percent(int64(again), int64(sizes[of]))
			}
			return 0, "–"
		}
		fresh, freshText := share("new")
		_, activeText := share("active")
		if freshText == "–" && activeText == "–" {
			continue
		}
		l.Rows = append(l.Rows, bar{
			Name:    language.Say("after %[1]s", "%[2]d 天后", text.Plural(days, "day"), days),
			Width:   strconv.FormatFloat(min(1, fresh)*100, 'f', 1, 64),
			Numbers: []string{freshText, activeText},
		})
	}
	return l
}

func newPageList(d *collector.Dataset, language text.Language) list {
	visitors := counted(d, "wxapp_page_visitors", 0)
	rows := ranked(counted(d, "wxapp_page_visits", 0))
	stay := map[string]string{}
	l := list{
		Title:   language.Say("Pages", "页面"),
		Columns: []string{language.Say("Views", "访问"), language.Say("Users", "用户"), language.Say("Stay", "停留")},
	}
	for _, held := range d.Held {
		for _, figure := range held.Numbers.Figures("wxapp_page_stay_average_seconds") {
			stay[figure.Labels[0]] = seconds(figure.Value, language)
		}
		for _, figure := range held.Numbers.Figures("wxapp_pages_dropped") {
			l.Omitted = int(figure.Value)
		}
	}
	l.Omitted += max(0, len(rows)-mostRows)
	rows = rows[:min(mostRows, len(rows))]
	var bars []bar
	for _, row := range rows {
		b := bar{Name: row.Name, Width: widthOf(row.Users, rows[0].Users), Numbers: []string{text.Grouped(row.Users), "–", cmp.Or(stay[row.Name], "–")}}
		if n, ok := visitors[row.Name]; ok {
			b.Numbers[1] = text.Grouped(n)
		}
		bars = append(bars, b)
	}
	l.fold(bars, 8)
	return l
}
