package export

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// arrival is when an answer about a statistic is shown: usually when it came. One that came
// when the numbers of the next day were due already, as those of a backfill do, would never
// be the newest then. It is shown from when the day is usually published.
type arrival struct {
	poller.AnswerKey
	at      time.Time
	lastDay wechat.Day // that it tells of
	upTo    int        // for a cohort: after at most so many days who came again is shown
}

// shownFrom returns the first time at which it is shown.
func (a arrival) shownFrom() time.Time { return wholeMillis(a.at) }

// arrivals returns those of the answers of a statistic, given their keys in the order in
// which they came.
func arrivals(s wechat.Statistic, keys []poller.AnswerKey) []arrival {
	byDay := map[wechat.Day][]poller.AnswerKey{}
	var all []arrival
	for _, key := range keys {
		day := key.Window.End
		before := byDay[day]
		byDay[day] = append(before, key)
		if s.Cohorts != nil {
			all = append(all, cohortArrivals(s.Cohorts, key, before)...)
			continue
		}
		at := key.Answered
		if len(before) == 0 && isLate(at, day) {
			at = day.At(wechat.UsuallyPublished)
		}
		all = append(all, arrival{key, at, day, 0})
	}
	return all
}

// cohortArrivals returns when an answer about a cohort is shown, given those about the same
// cohort that came before: when it came if it was in time to tell who came again after a
// number of days, and for each number of days of which it tells late, as if it had been in
// time.
func cohortArrivals(cohorts []int, key poller.AnswerKey, before []poller.AnswerKey) []arrival {
	var all []arrival
	told, inTime := 0, false
	for _, days := range cohorts {
		day := key.Window.End.Add(days)
		tells := func(k poller.AnswerKey) bool { return wechat.CohortDayIsOver(k.Window.End, days, k.Answered) }
		switch {
		case !tells(key):
			continue
		case !isLate(key.Answered, day):
			inTime = true
		case !slices.ContainsFunc(before, tells):
			all = append(all, arrival{key, day.At(wechat.UsuallyPublished), day, days})
		}
		told = days
	}
	if inTime || told == 0 {
		all = append(all, arrival{key, key.Answered, key.Window.End.Add(told), told})
	}
	return all
}

// isLate reports whether an answer about a day came when the numbers of the next day were
// due already.
func isLate(answered time.Time, day wechat.Day) bool {
	return !answered.Before(day.Add(1).At(wechat.UsuallyPublished))
}
