// Package export hands the past to other programs: it writes an archive as OpenMetrics with
// timestamps.
package export

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive is what an export reads of an archive.
type Archive interface {
	// List returns the keys of all answers of an app, in any order.
	List(ctx context.Context, appid string) ([]poller.AnswerKey, error)
	// ListReports returns the keys of all answers of an app from the endpoint of a
	// wechat.Statistic, in any order.
	ListReports(ctx context.Context, appid, endpoint string) ([]poller.AnswerKey, error)
	// Answer returns an answer as WeChat sent it. The error is poller.ErrDamaged when it
	// is there but is no whole answer.
	Answer(ctx context.Context, appid string, key poller.AnswerKey) ([]byte, error)
}

// Options say what an export shows, and how. All are needed, except where a default is
// named.
type Options struct {
	Archive Archive
	// Apps are the apps that are shown.
	Apps []collector.App

	// Datasets, Ranges, Dimensions, Top and MaxAge are those by which a scrape shows the
	// answers.
	Datasets   []wechat.Dataset
	Ranges     []wechat.Range
	Dimensions []wechat.Dimension
	Top        map[wechat.Dimension]int
	MaxAge     time.Duration
	// Locations says whether to show wxapp_location_info.
	Locations bool

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

// Label is a label that is put on every series.
type Label struct{ Name, Value string }

// Export writes the samples that scrapes have shown.
//
// A sample begins at the time of its answer, or if that came late, when it is usually
// published. It is repeated until an answer of the same range takes its place or is
// withdrawn, which is MaxAge after the end of its window.
type Export struct {
	Options
	apps []app // those with answers
}

// app is an app and the keys of its answers.
type app struct {
	collector.App
	ranges   [][]poller.AnswerKey // by range, each in the order in which they came
	datasets []reports
}

// New lists the answers of the apps. No answer is read yet.
func New(ctx context.Context, options Options) (*Export, error) {
	e := &Export{Options: options}
	for _, shown := range options.Apps {
		keys, err := options.Archive.List(ctx, shown.ID)
		if err != nil {
			return nil, fmt.Errorf("list the answers of %s: %w", shown.ID, err)
		}
		listed, answers := app{App: shown}, 0
		for _, dataset := range options.Datasets {
			reports, err := listReports(ctx, options.Archive, shown.ID, dataset)
			if err != nil {
				return nil, err
			}
			listed.datasets = append(listed.datasets, reports)
			answers += len(reports.keys)
		}
		for _, length := range options.Ranges {
			ofRange := slices.DeleteFunc(slices.Clone(keys), func(key poller.AnswerKey) bool { return key.Window.Range != length })
			slices.SortFunc(ofRange, asTheyCame)
			listed.ranges = append(listed.ranges, slices.Clip(ofRange))
			answers += len(ofRange)
		}
		if answers > 0 {
			e.apps = append(e.apps, listed)
		}
	}
	return e, nil
}

func asTheyCame(a, b poller.AnswerKey) int {
	return cmp.Or(a.Answered.Compare(b.Answered), a.Window.EndTime().Compare(b.Window.EndTime()))
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
		for _, keys := range app.ranges {
			for _, key := range keys {
				include(key.Answered, e.withdrawn(key))
			}
		}
		for _, reports := range app.datasets {
			for _, a := range reports.arrivals {
				include(a.at, a.lastDay.Add(1).Begin().Add(e.MaxAge))
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
	text := newText(buffered, e.metrics(), e.Labels)
	for _, app := range e.apps {
		if err := ctx.Err(); err != nil {
			return text.samples, err
		}
		held, err := e.held(ctx, app, Span{span.From, span.To.Add(lookback)})
		if err != nil {
			return text.samples, err
		}
		for _, reports := range app.datasets {
			shown, err := e.heldReports(ctx, app.ID, reports, Span{span.From, span.To.Add(lookback)})
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
