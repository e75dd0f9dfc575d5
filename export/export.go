// Package export hands the past to other programs: it writes an archive as OpenMetrics with
// timestamps.
package export

import (
	"bufio"
	"context"
	"io"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/shards"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive is what an export reads of an archive.
type Archive interface {
	// List returns the keys of all answers of an app to a statistic about windows that end on a day
	// or later, in any order. The zero Day is before all others.
	List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]poller.AnswerKey, error)
	// Answer returns an answer as WeChat sent it. The error is poller.ErrDamaged when it
	// is there but is no whole answer.
	Answer(ctx context.Context, appid string, key poller.AnswerKey) ([]byte, error)
}

// Options say what an export shows, and how. All are needed, except where a default is
// named.
type Options struct {
	Archive Archive
	// Apps are the apps that are shown: those of the shard, or chosen ones.
	Apps  []collector.App
	Shard shards.Shard

	// Datasets, Dimensions, Top and MaxAge are those by which a scrape shows the answers.
	Datasets   []wechat.Dataset
	Dimensions []wechat.Dimension
	Top        map[wechat.Dimension]int
	MaxAge     time.Duration
	// Locations says whether to show wxapp_location_info.
	Locations bool

	// Traces are those of the apps by appid, as far as they are known. They tell how long an app
	// that has no newer answers was shown.
	Traces map[string]Trace

	// Labels are put on every series. Default none.
	Labels []Label
	// Every is the time after which a sample is repeated, at whole multiples of it in
	// Shanghai: at every full hour for 1h.
	Every time.Duration
	// Now ends the export: nothing is known of what a scrape will show later.
	Now time.Time
	// Damaged is told of an answer that is skipped because it cannot be used. It may be
	// told of the same one again.
	Damaged func(appid string, key poller.AnswerKey, err error)
}

// Trace is what an exporter has left of an app beside answers.
type Trace struct {
	LastPoll time.Time // when the last poll ended; zero: unknown
	Removed  time.Time // when the app was last removed while the exporter ran; zero: never
}

// until returns when an app was last shown that has left its last answer at a time. One that was
// removed while no exporter ran is shown until the poll that would have come next.
func (t Trace) until(answered time.Time) time.Time {
	last := answered
	if t.LastPoll.After(last) {
		last = t.LastPoll
	}
	until := last.Add(restPause)
	if t.Removed.After(last) && t.Removed.Before(until) {
		return t.Removed
	}
	return until
}

// Label is a label that is put on every series.
type Label struct{ Name, Value string }

// Export writes the samples that scrapes have shown.
//
// An archive says when an app was removed from the settings of an exporter that ran, but not when an
// exporter was stopped. While an app is polled, each poll leaves a trace, and from one to the next it
// takes no longer than restPause. So the samples of an app end so long after the last trace of it.
//
// A sample begins at the time of its answer, or if that came late, when it is usually
// published. It is repeated until an answer of the same range takes its place or is
// withdrawn, which is MaxAge after the end of its window.
type Export struct {
	Options
	apps []app // those with answers
	// rejected counts the rows of answers that cannot be used, by appid and answer.
	rejected map[reference]int
}

// reference names an answer of an app.
type reference struct {
	appid string
	poller.AnswerKey
}

// Rejected returns how many rows and numbers of how many answers were skipped so far, because they
// cannot be used or contradict another row of the same day.
func (e *Export) Rejected() (rows, answers int) {
	for _, n := range e.rejected {
		rows += n
	}
	return rows, len(e.rejected)
}

// app is an app and what the archive has of it.
type app struct {
	collector.App
	tracks []*track
	until  time.Time // the end of its samples
}

// restPause is the longest time from one poll of an app to the next: no pause is longer than a day
// and an hour.
const restPause = 25 * time.Hour

// New lists the answers of the apps. No answer is read yet.
func New(ctx context.Context, options Options) (*Export, error) {
	e := &Export{Options: options, rejected: map[reference]int{}}
	for _, shown := range options.Apps {
		listed, answers, last := app{App: shown}, 0, time.Time{}
		for _, dataset := range options.Datasets {
			for _, t := range tracks(dataset) {
				if err := t.list(ctx, options.Archive, shown.ID); err != nil {
					return nil, err
				}
				listed.tracks = append(listed.tracks, &t)
				answers += len(t.arrivals)
				for _, a := range t.arrivals {
					if a.at.After(last) {
						last = a.at
					}
				}
			}
		}
		listed.until = options.Traces[shown.ID].until(last)
		if answers > 0 {
			e.apps = append(e.apps, listed)
		}
	}
	return e, nil
}

// Span is the time from From until To, which is not a part of it.
type Span struct{ From, To time.Time }

// Duration is how long the span is.
func (s Span) Duration() time.Duration { return s.To.Sub(s.From) }

// Within returns the part of s that lies within limits, of which a zero time is none.
func (s Span) Within(limits Span) Span {
	if limits.To.IsZero() {
		limits.To = s.To
	}
	return s.clip(limits)
}

// clip returns the part of s that lies within limits. It is empty when there is none.
func (s Span) clip(limits Span) Span {
	if limits.From.After(s.From) {
		s.From = limits.From
	}
	if limits.To.Before(s.To) {
		s.To = limits.To
	}
	return s
}

func (s Span) empty() bool { return !s.From.Before(s.To) }

// Bounds returns the span that has samples. It is empty when the archive has no answers.
func (e *Export) Bounds() Span {
	var bounds Span
	include := func(from, to time.Time) {
		if bounds.From.IsZero() || from.Before(bounds.From) {
			bounds.From = from
		}
		if to.After(bounds.To) {
			bounds.To = to
		}
	}
	for _, app := range e.apps {
		for _, t := range app.tracks {
			for _, a := range t.arrivals {
				include(a.at, Span{a.at, t.expires(a, e.MaxAge)}.clip(Span{a.at, app.until}).To)
			}
		}
	}
	if e.Now.Before(bounds.To) {
		bounds.To = e.Now
	}
	return bounds
}

// Write writes the samples of a span in the format OpenMetrics 1.0, and returns how many
// there are. Only the numbers of one app are in memory at a time.
func (e *Export) Write(ctx context.Context, w io.Writer, span Span) (samples int64, err error) {
	span = span.clip(Span{span.From, e.Now})
	buffered := bufio.NewWriterSize(w, 1<<18)
	text := newOpenMetrics(buffered, e.Labels)
	for _, app := range e.apps {
		if err := ctx.Err(); err != nil {
			return text.samples, err
		}
		var held []held
		within := reaching(span).clip(Span{span.From, app.until})
		if within.empty() {
			continue
		}
		for i, t := range app.tracks {
			shown, err := e.timeline(ctx, app.ID, i, t, within)
			if err != nil {
				return text.samples, err
			}
			held = append(held, shown...)
		}
		text.add(e.shown(app, held, span))
	}
	if e.Locations {
		text.addLocations()
	}
	text.end()
	return text.samples, buffered.Flush()
}
