package export

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// shown is a snapshot, and when its metrics of an origin are shown.
type shown struct {
	snapshot *collector.Snapshot
	origin   collector.Origin
	times    []int64 // in milliseconds since 1970
	// next is the index of the snapshot that takes its place, or -1. Until is how many of
	// the times are those of a series that the next one does not have.
	next, until int
}

// lookback is how long Prometheus shows a sample, unless it is configured otherwise. A
// scrape tells that a series has gone, but OpenMetrics has no word for it: a sample of the
// last five minutes would be shown beside those that have taken its place.
const lookback = 5 * time.Minute

// reaching returns a span and what comes after it that decides how it ends.
func reaching(span Span) Span { return Span{span.From, span.To.Add(lookback)} }

// shown returns what is shown of an app within a span: each held answer in a snapshot of
// its own, and the app as such while an answer of it is held.
func (e *Export) shown(a app, all []held, span Span) []shown {
	var list []shown
	var times []int64
	for i, h := range all {
		within := h.clip(span)
		own := repeated(e.Every, within, h.From.After(span.From))
		until, _ := slices.BinarySearch(own, h.To.Add(-lookback).UnixMilli())
		next := -1
		if i+1 < len(all) && all[i+1].follows(h) {
			next = i + 1
		}
		list = append(list, shown{h.snapshot(a.App), collector.FromAnswer, own, next, until})
		times = append(times, own...)
	}
	slices.Sort(times)
	for _, at := range slices.Compact(times) {
		success := e.lastSuccess(all, at)
		if last := &list[len(list)-1]; last.next < 0 && last.origin == collector.FromApp && last.snapshot.LastSuccess.Equal(success) {
			last.times = append(last.times, at)
			last.until++
		} else {
			list = append(list, shown{&collector.Snapshot{App: a.App, LastSuccess: success}, collector.FromApp, []int64{at}, -1, 1})
		}
	}
	return list
}

// lastSuccess returns when the last answer with numbers came before a time.
// Those of other datasets count if there is no user portrait.
func (e *Export) lastSuccess(all []held, at int64) (last time.Time) {
	for _, h := range all {
		if h.dataset != e.Datasets[0].Name && e.Datasets[0].Name == wechat.UserPortrait {
			continue
		}
		if !h.empty && h.From.UnixMilli() <= at && h.answered.After(last) {
			last = h.answered
		}
	}
	return last
}

// repeated returns the times within a span at which a sample is repeated, and the begin of
// the span before them if the sample begins there.
func repeated(every time.Duration, span Span, begins bool) []int64 {
	var times []int64
	if begins && !span.empty() {
		times = append(times, span.From.UnixMilli())
	}
	for at := firstMultiple(every, span.From); at.Before(span.To); at = at.Add(every) {
		if milli := at.UnixMilli(); len(times) == 0 || times[0] != milli {
			times = append(times, milli)
		}
	}
	return times
}

// firstMultiple returns the first time from a time on that is a whole multiple of a
// duration after 00:00 in Shanghai of 1970-01-01.
func firstMultiple(of time.Duration, from time.Time) time.Time {
	if floor := floor(of, from); floor.Before(from) {
		return floor.Add(of)
	}
	return from
}

// floor returns the last such time up to a time.
func floor(of time.Duration, at time.Time) time.Time {
	_, offset := wechat.InShanghai(at).Zone()
	zone := time.Duration(offset) * time.Second
	millis := at.Add(zone).UnixMilli()
	rest := millis % of.Milliseconds()
	if rest < 0 {
		rest += of.Milliseconds()
	}
	return time.UnixMilli(millis - rest).Add(-zone)
}
