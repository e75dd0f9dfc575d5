package export

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// track is what the archive has of a part of an app that is shown by itself: a dataset, or a range
// of the user portrait.
type track struct {
	wechat.Dataset
	// atOnce says that an answer is shown when it came. Otherwise those of a poll are shown
	// together.
	atOnce   bool
	arrivals []arrival // in the order in which they are shown
	// The first and the last day that each statistic has answered.
	first, last []wechat.Day
}

// tracks returns the parts of a dataset that are shown by themselves: of the user portrait the
// ranges, whose answers are archived only when the numbers are new.
func tracks(dataset wechat.Dataset) []track {
	if dataset.Name != wechat.UserPortrait {
		return []track{{Dataset: dataset}}
	}
	var all []track
	for _, s := range dataset.Statistics {
		all = append(all, track{Dataset: wechat.Dataset{Name: dataset.Name, Statistics: []wechat.Statistic{s}}, atOnce: true})
	}
	return all
}

// list lists the answers of an app.
func (t *track) list(ctx context.Context, archive Archive, appid string) error {
	for i, statistic := range t.Statistics {
		keys, err := archive.List(ctx, appid, statistic, wechat.Day{})
		if err != nil {
			return fmt.Errorf("list the answers of %s about %s: %w", appid, t.Name, err)
		}
		slices.SortFunc(keys, asTheyCame)
		t.arrivals = append(t.arrivals, arrivals(statistic, i, keys)...)
		var first, last wechat.Day
		for _, key := range keys {
			if first.IsZero() || key.Window.End.Before(first) {
				first = key.Window.End
			}
			if last.IsZero() || key.Window.End.After(last) {
				last = key.Window.End
			}
		}
		t.first, t.last = append(t.first, first), append(t.last, last)
	}
	slices.SortStableFunc(t.arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	t.arrivals = slices.Clip(t.arrivals)
	return nil
}

func asTheyCame(a, b poller.AnswerKey) int {
	return cmp.Or(a.Answered.Compare(b.Answered), a.Window.EndTime().Compare(b.Window.EndTime()))
}

// excused reports whether a day is shown without a statistic: it has answered neither about
// the day nor about later ones, or neither about the day nor about earlier ones.
func (t *track) excused(statistic int, w wechat.Window) bool {
	first, last := t.first[statistic], t.last[statistic]
	return last.IsZero() || last.Before(w.End) || first.After(w.End)
}

// expires returns when the numbers that an answer is about become too old to be shown.
func (t *track) expires(a arrival, maxAge time.Duration) time.Time {
	return collector.Expiry(t.Statistics[a.statistic], a.about, maxAge)
}

// arrival is when an answer is shown: usually when it came. One that came when the numbers of
// the next window were due already, as those of a backfill do, would never be the newest then. It
// is shown from when the window is usually published.
type arrival struct {
	poller.AnswerKey
	statistic int // its index
	at        time.Time
	held      wechat.Window // that it is an answer to: another one than it names if it tells of several
	about     wechat.Window // that it tells of
	upTo      int           // for a cohort: after at most so many windows who came again is shown
}

// shownFrom returns the first time at which it is shown. Samples have times in milliseconds.
func (a arrival) shownFrom() time.Time {
	return a.at.Add(time.Millisecond - 1).Truncate(time.Millisecond)
}

// arrivals returns those of the answers of a statistic, given its index and their keys in the
// order in which they came.
func arrivals(s wechat.Statistic, index int, keys []poller.AnswerKey) []arrival {
	byWindow := map[wechat.Window][]poller.AnswerKey{}
	ends := map[wechat.Day]bool{}
	for _, key := range keys {
		ends[key.Window.End] = true
	}
	var all []arrival
	for _, key := range keys {
		before := byWindow[key.Window]
		byWindow[key.Window] = append(before, key)
		if s.Cohorts != nil {
			all = append(all, cohortArrivals(s, index, key, before)...)
			continue
		}
		at := key.Answered
		if len(before) == 0 && s.Keeps == 0 && isLate(s, at, key.Window) {
			at = published(key.Window)
		}
		all = append(all, arrival{key, index, at, key.Window, key.Window, 0})
		if s.Overlaps {
			all = append(all, missed(s, index, key, ends)...)
		}
	}
	return all
}

// missed returns the arrivals of the days before the last one of an answer's window of which
// the answer is missing. They are shown from when they are usually published.
func missed(s wechat.Statistic, index int, key poller.AnswerKey, ends map[wechat.Day]bool) []arrival {
	window := key.Window
	if isLate(s, key.Answered, window) {
		window = s.Past().Window(window.End)
	}
	var all []arrival
	for day := window.FirstDay(); day != window.End; day = day.Add(1) {
		if !ends[day] {
			w := s.Window(day)
			all = append(all, arrival{key, index, published(w), w, w, 0})
		}
	}
	return all
}

// cohortArrivals returns when an answer about a cohort is shown, given those about the same
// cohort that came before: when it came if it was in time to tell who came again after a
// number of windows, and for each number of windows of which it tells late, as if it had been in
// time.
func cohortArrivals(s wechat.Statistic, index int, key poller.AnswerKey, before []poller.AnswerKey) []arrival {
	var all []arrival
	told, inTime := 0, false
	for _, n := range s.Cohorts {
		about := s.Before(key.Window, -n)
		tells := func(k poller.AnswerKey) bool { return s.Tells(k.Window, n, k.Answered) }
		switch {
		case !tells(key):
			continue
		case !isLate(s, key.Answered, about):
			inTime = true
		case !slices.ContainsFunc(before, tells):
			all = append(all, arrival{key, index, published(about), key.Window, about, n})
		}
		told = n
	}
	if inTime || told == 0 {
		all = append(all, arrival{key, index, key.Answered, key.Window, s.Before(key.Window, -told), told})
	}
	return all
}

// published returns when the numbers of a window are usually published.
func published(w wechat.Window) time.Time { return w.End.At(wechat.UsuallyPublished) }

// isLate reports whether an answer about a window came when the numbers of the next one were
// due already.
func isLate(s wechat.Statistic, answered time.Time, w wechat.Window) bool {
	return !answered.Before(published(s.Before(w, -1)))
}
