package poller

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// pastRetry is the pause before the past is read again after a failure.
const pastRetry = 10 * time.Minute

// maxPastFailures is how many answers of an app may fail to be read before the rest of its
// past waits for the next attempt.
const maxPastFailures = 3

// pastReader reads the past of an app from the archive, in a goroutine beside that of
// the app. It begins when the app first has nothing to ask, so that polls come first. A
// few apps are read at a time, and one answer is decoded at a time.
type pastReader struct {
	read     chan readPast // nil before the reading starts
	complete bool          // nothing is left to read
}

// readPast is what was read of the past.
type readPast struct {
	past     collector.Past
	complete bool // nothing is left to read
}

// startPast starts reading the past, unless that was done before.
func (a *app) startPast(ctx context.Context) {
	if a.past.read != nil || a.past.complete {
		return
	}
	a.past.read = make(chan readPast)
	known, archiver, read := a.snapshot.Past, a.archiver, a.past.read
	a.running.Go(func() {
		if a.PastReady != nil {
			select {
			case <-a.PastReady:
			case <-ctx.Done():
				return
			}
		}
		for {
			past, err := a.readPast(ctx, archiver, known)
			known = known.Merge(past)
			select {
			case read <- readPast{past, err == nil}:
			case <-ctx.Done():
				return
			}
			if err == nil {
				return
			}
			a.log.Debug("the past could not be read from the archive", "error", err)
			select {
			case <-time.After(pastRetry):
			case <-ctx.Done():
				return
			}
		}
	})
}

// addPast adds what was read to what came from WeChat meanwhile, which is newer, and
// shows it.
func (a *app) addPast(read readPast) {
	a.past.complete = read.complete
	if len(read.past) > 0 {
		a.snapshot.Past = read.past.Merge(a.snapshot.Past)
		a.show(time.Now())
	}
}

// readPast returns the totals of the archived windows that are not known. The error says
// that some are missing.
func (a *app) readPast(ctx context.Context, archiver *archiver, known collector.Past) (past collector.Past, err error) {
	select {
	case a.pasts <- struct{}{}:
		defer func() { <-a.pasts }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var keys []AnswerKey
	if err := archiver.do(ctx, func(ctx context.Context) error {
		listed, err := a.Archive.List(ctx, a.source.ID)
		keys = listed
		return err
	}); err != nil {
		return nil, err
	}
	var failures []error
	for _, key := range a.unknown(keys, known) {
		var totals collector.Totals
		err := archiver.do(ctx, func(ctx context.Context) error {
			portrait, err := a.decodeArchived(ctx, key, a.totalling, nil)
			if err == nil {
				totals = collector.TotalsOf(portrait, key.Window.End)
			}
			return err
		})
		switch {
		case err == nil:
			past = past.With(key.Window.Range, totals)
		case errors.Is(err, ErrDamaged): // its day stays a gap
		default:
			failures = append(failures, err)
		}
		if len(failures) == maxPastFailures || ctx.Err() != nil {
			break
		}
	}
	return past, errors.Join(failures...)
}

// unknown returns the keys of the newest answers of the windows of the newest days that
// are not known.
func (a *app) unknown(keys []AnswerKey, known collector.Past) []AnswerKey {
	oldest := wechat.DayOf(time.Now()).Add(-collector.PastDays).Begin()
	newest := map[wechat.Window]AnswerKey{}
	for _, key := range keys {
		_, ok := known.At(key.Window)
		if ok || key.Window.End.Begin().Before(oldest) || !slices.Contains(a.Schedule.Ranges, key.Window.Range) {
			continue
		}
		if key.Answered.After(newest[key.Window].Answered) {
			newest[key.Window] = key
		}
	}
	return slices.Collect(maps.Values(newest))
}
