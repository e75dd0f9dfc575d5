package collector

import (
	"cmp"
	"slices"
	"strconv"
	"unique"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The values of labels that are the same for all series.
const (
	periodDay    = "day"
	cohortNew    = "new"
	cohortActive = "active"
)

// Figures are the numbers of a report that are shown. The zero Figures are none. Figures
// are never changed.
type Figures struct{ figures []figure }

// figure is the value of one series. Its labels are those of the metric without the appid,
// which is always the first.
type figure struct {
	metric *Metric
	labels [2]unique.Handle[string]
	value  float64
}

// NewFigures returns the numbers of a report that are shown. The pages are cut to those
// with the most visits if top has a limit for wechat.Page.
func NewFigures(r *wechat.Report, top map[wechat.Dimension]int) Figures {
	var f Figures
	switch numbers := r.Numbers.(type) {
	case wechat.VisitTrend:
		f.addTrend(numbers)
	case wechat.Summary:
		f.count(&shares, numbers.Shares, periodDay)
		f.count(&sharingUsers, numbers.SharingUsers, periodDay)
		f.count(&cumulativeUsers, numbers.CumulativeUsers)
	case wechat.Distribution:
		f.addDistribution(numbers)
	case wechat.Retention:
		f.addCohort(cohortActive, numbers.Active)
		f.addCohort(cohortNew, numbers.New)
	case wechat.Pages:
		f.addPages(numbers, top)
	}
	f.figures = slices.Clip(f.figures)
	return f
}

func (f *Figures) add(metric *Metric, value float64, labels ...string) {
	added := figure{metric: metric, value: value}
	for i, label := range labels {
		added.labels[i] = unique.Make(label)
	}
	f.figures = append(f.figures, added)
}

func (f *Figures) count(metric *Metric, c wechat.Count, labels ...string) {
	if c.Known {
		f.add(metric, float64(c.Value), labels...)
	}
}

func (f *Figures) average(metric *Metric, a wechat.Average, labels ...string) {
	if a.Known {
		f.add(metric, a.Value, labels...)
	}
}

func (f *Figures) addTrend(t wechat.VisitTrend) {
	f.count(&sessions, t.Sessions, periodDay)
	f.count(&pageViews, t.PageViews, periodDay)
	f.count(&activeUsers, t.Users, periodDay)
	f.count(&newUsers, t.NewUsers, periodDay)
	f.average(&userStay, t.StayPerUser, periodDay)
	f.average(&sessionDuration, t.StayPerSession, periodDay)
	f.average(&sessionDepth, t.Depth, periodDay)
}

func (f *Figures) addDistribution(d wechat.Distribution) {
	for _, c := range d.SourceSessions {
		f.add(&sourceSessions, float64(c.Count), periodDay, wechat.SourceName(c.Key))
	}
	for _, c := range d.SourceUsers {
		f.add(&sourceUsers, float64(c.Count), periodDay, wechat.SourceName(c.Key))
	}
	for _, c := range d.StayTimes {
		f.add(&stayTimeSessions, float64(c.Count), periodDay, wechat.StayTimeName(c.Key))
	}
	for _, c := range d.Depths {
		f.add(&depthSessions, float64(c.Count), wechat.DepthName(c.Key), periodDay)
	}
}

// addCohort adds the users of a cohort and how many of them came again, for each day after
// which WeChat tells it.
func (f *Figures) addCohort(cohort string, counts []wechat.KeyCount) {
	size := slices.IndexFunc(counts, func(c wechat.KeyCount) bool { return c.Key == 0 })
	for _, c := range counts {
		day := strconv.FormatInt(c.Key, 10)
		if !slices.Contains(dayTexts(), day) {
			continue
		}
		if size >= 0 {
			f.add(&cohortUsers, float64(counts[size].Count), cohort, day)
		}
		f.add(&retainedUsers, float64(c.Count), cohort, day)
	}
}

func (f *Figures) addPages(pages wechat.Pages, top map[wechat.Dimension]int) {
	if limit, limited := top[wechat.Page]; limited {
		kept := slices.Clone(pages)
		slices.SortFunc(kept, func(a, b wechat.PageNumbers) int {
			return cmp.Or(cmp.Compare(b.Visits.Value, a.Visits.Value), cmp.Compare(a.Path, b.Path))
		})
		kept = kept[:min(limit, len(kept))]
		slices.SortFunc(kept, func(a, b wechat.PageNumbers) int { return cmp.Compare(a.Path, b.Path) })
		f.add(&pagesDropped, float64(len(pages)-len(kept)), periodDay)
		pages = kept
	}
	for _, page := range pages {
		f.count(&pageVisits, page.Visits, page.Path, periodDay)
		f.count(&pageVisitors, page.Visitors, page.Path, periodDay)
		f.count(&pageEntries, page.Entries, page.Path, periodDay)
		f.count(&pageExits, page.Exits, page.Path, periodDay)
		f.count(&pageShares, page.Shares, page.Path, periodDay)
		f.average(&pageStay, page.Stay, page.Path, periodDay)
	}
}

// ofDay returns the figures about the return of users after a number of days.
func (f Figures) ofDay(days int) Figures {
	day := unique.Make(strconv.Itoa(days))
	var some Figures
	for _, figure := range f.figures {
		if figure.labels[1] == day {
			some.figures = append(some.figures, figure)
		}
	}
	return some
}

// UpTo returns the figures about the return of users after at most a number of days.
func (f Figures) UpTo(days int) Figures {
	return Figures{slices.DeleteFunc(slices.Clone(f.figures), func(of figure) bool {
		after, err := strconv.Atoi(of.labels[1].Value())
		return err != nil || after > days
	})}
}

// Tells reports whether the figures tell who came again after a number of days.
func (f Figures) Tells(days int) bool { return len(f.ofDay(days).figures) > 0 }

// each calls emit for every figure of a metric.
func (f Figures) each(metric *Metric, appid string, emit func(Sample)) {
	labels := make([]string, len(metric.Labels))
	for _, figure := range f.figures {
		if figure.metric != metric {
			continue
		}
		labels[0] = appid
		for i := range labels[1:] {
			labels[i+1] = figure.labels[i].Value()
		}
		emit(Sample{metric, labels, figure.value})
	}
}
