// Package demo makes up Mini Programs on a simulated WeChat, and a past of them.
package demo

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Archive is what a past is written to.
type Archive interface {
	// List returns the keys of all answers of an app to a statistic about windows that end on a day
	// or later, in any order. The zero Day is before all others.
	List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]poller.AnswerKey, error)
	// Pack returns an answer, requested at the given time, in the form that SaveAnswer
	// takes.
	Pack(requested time.Time, answer []byte) ([]byte, error)
	// SaveAnswer adds a packed answer.
	SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, packed []byte) error
	// State returns the state of an app, the zero State if there is none, and SaveState
	// replaces it.
	State(ctx context.Context, appid string) (poller.State, error)
	SaveState(ctx context.Context, appid string, state poller.State) error
}

// Past makes up the days before a demo began. All fields are needed.
type Past struct {
	Archive  Archive
	Apps     []string // their appids
	Days     int      // up to the third day before
	Datasets []wechat.Dataset
	// Now is when the demo begins. Its past ends with the third day before: the later ones are those
	// for which a Poller asks. Where it may ask for the last one only, there is the second, too.
	Now time.Time
	// Answer returns WeChat's answer to a statistic about a window as it was at a time, or nil if
	// WeChat refused it: nothing is archived then. It is called from several goroutines.
	Answer func(s wechat.Statistic, appid string, w wechat.Window, at time.Time) []byte
}

// The answers of the past came when a day is usually published, one after the other.
const (
	pastApart = 400 * time.Millisecond
	pastTook  = 250 * time.Millisecond
)

// pastWriters is how many answers are made and written at once: most of the time goes by
// while the disk syncs.
const pastWriters = 8

// Write adds the answers of the past to the archive, the newest days first, and returns how
// many were added. Windows that the archive has an answer to are left as they are.
func (p Past) Write(ctx context.Context) (added int, err error) {
	missing, err := p.missing(ctx)
	if err == nil {
		added, err = p.add(ctx, missing)
	}
	if err == nil {
		err = p.endPolls(ctx)
	}
	return added, err
}

// writeFirst adds the newest answers of those that end with the second day before. A demo that begins
// at night in China would show nothing of them for hours, or an earlier day than the portrait.
func (p Past) writeFirst(ctx context.Context) error {
	missing, err := p.missing(ctx)
	if err != nil {
		return err
	}
	type asked struct {
		appid, series string
		before        int
	}
	seen := map[asked]bool{}
	first := slices.DeleteFunc(missing, func(a pastAnswer) bool {
		name := asked{a.appid, a.key.Series, a.before}
		again := seen[name]
		seen[name] = true
		return again || !a.later()
	})
	_, err = p.add(ctx, first)
	return err
}

// add writes answers, several at once, and returns how many there were.
func (p Past) add(ctx context.Context, missing []pastAnswer) (added int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		work    = make(chan pastAnswer)
		mu      sync.Mutex
		errs    []error
		refused int
		writers sync.WaitGroup
	)
	for range pastWriters {
		writers.Go(func() {
			for answer := range work {
				written, err := p.write(ctx, answer)
				mu.Lock()
				switch {
				case err != nil:
					errs = append(errs, err)
					cancel()
				case written:
					added++
				default:
					refused++
				}
				mu.Unlock()
			}
		})
	}
	for _, answer := range missing {
		select {
		case work <- answer:
		case <-ctx.Done():
		}
	}
	close(work)
	writers.Wait()
	switch {
	case len(errs) > 0:
		return added, errs[0]
	case added+refused < len(missing):
		return added, context.Cause(ctx)
	}
	return added, nil
}

// endPolls says that the apps were polled until the demo began. Their past would seem to end
// with its last answers otherwise.
func (p Past) endPolls(ctx context.Context) error {
	for _, appid := range p.Apps {
		state, err := p.Archive.State(ctx, appid)
		if err == nil && state.LastPoll.IsZero() {
			state.LastPoll = p.Now
			err = p.Archive.SaveState(ctx, appid, state)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Follow writes the past in the background once every app has been polled, or is polled later only,
// so that it does not delay the first numbers, and calls done at the end. What it returns waits for
// that. Before it returns, it has written the little that no poll may ask for today.
func (p Past) Follow(ctx context.Context, store *collector.Store, done func(added int, err error)) (wait func()) {
	var (
		mu      sync.Mutex
		polled  = map[string]bool{}
		writing sync.WaitGroup
	)
	_ = p.writeFirst(ctx) // what fails is tried again
	store.Watch(func(appid string, snapshot *collector.Snapshot) {
		if snapshot == nil || snapshot.LastPoll.IsZero() && !snapshot.AsksLater(time.Now()) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		before := len(polled)
		polled[appid] = true
		if before < len(polled) && len(polled) == len(p.Apps) {
			writing.Go(func() { done(p.Write(ctx)) })
		}
	})
	return writing.Wait
}

// pastAnswer is an answer that the archive lacks.
type pastAnswer struct {
	appid string
	question
	key poller.AnswerKey
}

// missing returns the answers that the archive lacks. Those about cohorts are asked for again as
// they grow, so one of another day does not stand for them.
func (p Past) missing(ctx context.Context) ([]pastAnswer, error) {
	held := map[string]map[poller.AnswerKey]bool{}
	for _, appid := range p.Apps {
		held[appid] = map[poller.AnswerKey]bool{}
		for _, question := range p.questions() {
			keys, err := p.Archive.List(ctx, appid, question.Statistic, wechat.Day{})
			if err != nil {
				return nil, err
			}
			for _, key := range keys {
				held[appid][question.identity(key)] = true
			}
		}
	}
	var missing []pastAnswer
	questions := p.questions()
	for back := range p.Days + 1 {
		day := wechat.DayOf(p.Now).Add(-2 - back)
		for i, appid := range p.Apps {
			for j, question := range questions {
				if back == 0 && !question.later() {
					continue
				}
				newest := question.Newest(day.Add(1))
				published := max(wechat.UsuallyPublished, 24*time.Hour+question.FinalAfter)
				key := poller.AnswerKey{
					Series:   question.Series(),
					Window:   question.Before(newest, question.before),
					Answered: day.At(published + time.Duration(i*len(questions)+j+1)*pastApart),
				}
				if newest.End == day && !held[appid][question.identity(key)] {
					missing = append(missing, pastAnswer{appid, question, key})
				}
			}
		}
	}
	return missing, nil
}

// question is what is asked for whenever a window has ended: that window, or the one that many
// before it.
type question struct {
	wechat.Statistic
	before int
}

// later reports whether a Poller may not ask for the second day before: only of what WeChat answers
// for two days, it always does.
func (q question) later() bool { return q.Keeps == 0 }

func (p Past) questions() []question {
	var all []question
	for _, dataset := range p.Datasets {
		for _, statistic := range dataset.Statistics {
			if statistic.Cohorts == nil {
				all = append(all, question{statistic, 0})
			}
			for _, before := range statistic.Cohorts {
				all = append(all, question{statistic, before})
			}
		}
	}
	return all
}

// identity returns what two answers to the same question have in common.
func (q question) identity(key poller.AnswerKey) poller.AnswerKey {
	answered := time.Time{}
	if q.Cohorts != nil {
		answered = wechat.DayOf(key.Answered).Begin()
	}
	key.Answered = answered
	return key
}

// write archives an answer, and returns whether there is one.
func (p Past) write(ctx context.Context, a pastAnswer) (written bool, err error) {
	answer := p.Answer(a.Statistic, a.appid, a.key.Window, a.key.Answered)
	if answer == nil {
		return false, nil
	}
	packed, err := p.Archive.Pack(a.key.Answered.Add(-pastTook), answer)
	if err == nil {
		err = p.Archive.SaveAnswer(ctx, a.appid, a.key, packed)
	}
	return err == nil, err
}
