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

// visits are what users did on the newest day, or in a week or month, as far as the datasets about it
// are on.
type visits struct {
	Title   string
	Tiles   []tile
	Lists   []list
	Missing []lacking
}

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
			v.Tiles = tilesOf(dataset, language, dayTiles())
			continue
		}
		if l := part.list(dataset, language); len(l.Rows) > 0 {
			if dataset.End != day {
				l.Day = shortDay(dataset.End, language)
			}
			v.Lists = append(v.Lists, l)
		} else {
			v.lack(datasetName(part.name).In(language), reportsNone(language), language)
		}
	}
	if !on {
		return nil
	}
	return v
}

// newAllVisits returns what users did on the newest day and in the last week and month, and what ads
// brought, as far as the datasets about these are on.
func newAllVisits(s *collector.Snapshot, language text.Language, now time.Time) []*visits {
	var all []*visits
	if day := newVisits(s, language, now); day != nil {
		all = append(all, day)
	}
	missing := &visits{Title: language.Say("Further datasets", "其他数据集")}
	for _, part := range []struct {
		name  string
		shown func(*collector.Dataset, text.Language) *visits
	}{{"weekly", newWeek}, {"monthly", newMonth}, {"ads", newAds}} {
		switch dataset := s.Dataset(part.name); {
		case dataset == nil:
		case dataset.HasData():
			shown := part.shown(dataset, language)
			if len(shown.Tiles)+len(shown.Lists) == 0 {
				shown.lack(datasetName(part.name).In(language), reportsNone(language), language)
			}
			all = append(all, shown)
		case len(all) > 0:
			all[0].lack(datasetName(part.name).In(language), whyMissing(s, *dataset, language, now), language)
		default:
			missing.lack(datasetName(part.name).In(language), whyMissing(s, *dataset, language, now), language)
		}
	}
	if len(missing.Missing) > 0 {
		all = append(all, missing)
	}
	return all
}

func reportsNone(language text.Language) string {
	return language.Say("WeChat reports none", "微信未返回数据")
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
