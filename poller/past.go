package poller

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// pastRetry is the pause before the past is read again after a failure.
const pastRetry = 10 * time.Minute

// maxPastFailures is how many answers of an app may fail to be read before the rest of its
// past waits for the next attempt.
const maxPastFailures = 3

// pastReader reads the past of the user portrait of an app from the archive, in a goroutine beside
// that of the app. It begins when the app first has nothing to ask, so that polls come first, and when
// all apps were restored, so that it delays none of them. A few apps are read at a time, and one
// answer is decoded at a time.
type pastReader struct {
	shared   *shared
	appid    string
	log      *slog.Logger
	access   *access
	read     chan readPast  // nil before the reading starts
	complete bool           // nothing is left to read
	running  sync.WaitGroup // its goroutine
}

// readPast is what was read of the past.
type readPast struct {
	past     collector.Past
	complete bool // nothing is left to read
}

// follow goes on where another reader was, which has ended.
func (p *pastReader) follow(before *pastReader) {
	p.access, p.complete = before.access, before.complete
}

// start starts reading the past, unless that was done before.
func (p *pastReader) start(ctx context.Context, known collector.Past) {
	if p.read != nil || p.complete {
		return
	}
	p.read = make(chan readPast)
	p.running.Go(func() {
		ready := p.shared.PastReady
		if ready == nil {
			ready = p.shared.closed
		}
		for _, ready := range []<-chan struct{}{p.shared.restored, ready} {
			select {
			case <-ready:
			case <-ctx.Done():
				return
			}
		}
		for {
			past, err := p.readPast(ctx, known)
			if ctx.Err() != nil { // it was cut
				return
			}
			known = known.Merge(past)
			select {
			case p.read <- readPast{past, err == nil}:
			case <-ctx.Done():
				return
			}
			if err == nil {
				return
			}
			p.log.Debug("the past could not be read from the archive", "error", err)
			if !sleep(ctx, pastRetry) {
				return
			}
		}
	})
}

// again reads the past again, because others have brought answers.
func (p *pastReader) again() {
	if p.complete {
		p.read, p.complete = nil, false
	}
}

// readPast returns the totals of the archived windows that are not known. The error says
// that some are missing.
func (p *pastReader) readPast(ctx context.Context, known collector.Past) (past collector.Past, err error) {
	select {
	case p.shared.pasts <- struct{}{}:
		defer func() { <-p.shared.pasts }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var failures []error
	for _, statistic := range p.statistics() {
		var keys []AnswerKey
		if err := p.access.do(ctx, "list "+statistic.Series(), func(ctx context.Context) (err error) {
			keys, err = p.shared.Archive.List(ctx, p.appid, statistic, wechat.DayOf(time.Now()).Add(-collector.PastDays))
			return err
		}); err != nil {
			return past, errors.Join(append(failures, err)...)
		}
		for _, key := range unread(keys, known) {
			answer, err := readArchived(ctx, p.access.do, p.shared, p.appid, statistic, key, p.shared.totalling)
			switch {
			case err == nil:
				portrait, _ := answer.Numbers.(wechat.Portrait)
				past = past.With(key.Window.Range, collector.TotalsOf(portrait, key.Window.End))
			case errors.Is(err, ErrDamaged): // its day stays a gap
			default:
				failures = append(failures, err)
			}
			if len(failures) == maxPastFailures || ctx.Err() != nil {
				return past, errors.Join(failures...)
			}
		}
	}
	return past, errors.Join(failures...)
}

// statistics returns those of the user portrait, none if it is off.
func (p *pastReader) statistics() []wechat.Statistic {
	for _, dataset := range p.shared.Datasets {
		if dataset.Name == wechat.UserPortrait {
			return dataset.Statistics
		}
	}
	return nil
}

// unread returns the keys of the newest answers of the windows of the newest days that
// are not known.
func unread(keys []AnswerKey, known collector.Past) []AnswerKey {
	oldest := wechat.DayOf(time.Now()).Add(-collector.PastDays)
	newest := map[wechat.Window]AnswerKey{}
	for _, key := range keys {
		if _, ok := known.At(key.Window); ok || key.Window.End.Before(oldest) {
			continue
		}
		if key.Answered.After(newest[key.Window].Answered) {
			newest[key.Window] = key
		}
	}
	return slices.Collect(maps.Values(newest))
}
