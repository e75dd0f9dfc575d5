// Package backfill asks WeChat for past days that an archive lacks.
package backfill

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const (
	// apart is the least time between two requests of a backfill.
	apart = time.Second
	// quotaShare is the part of the quota that is left which a backfill uses: one in so
	// many calls.
	quotaShare = 10
	// unknownQuota is how many calls are made of an endpoint whose quota is unknown: a
	// tenth of the smallest quota that is likely. Only one of 100,000 was ever reported.
	unknownQuota = 100
	// depth is after how many windows in a row without numbers WeChat is taken not to go
	// back any further.
	depth = 14
	// saveTimeout is how long an answer may take to be archived.
	saveTimeout = 10 * time.Second
)

// pauses are the pauses before a day is asked for again when WeChat or the network
// failed for a while. After the last, the statistic is given up.
func pauses() []time.Duration {
	return []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}
}

// Archive is what past days are written to.
type Archive interface {
	// List returns the keys of all answers of an app to a statistic about windows that end on a day
	// or later, in any order. The zero Day is before all others.
	List(ctx context.Context, appid string, statistic wechat.Statistic, from wechat.Day) ([]poller.AnswerKey, error)
	// Answer returns an answer as WeChat sent it.
	Answer(ctx context.Context, appid string, key poller.AnswerKey) ([]byte, error)
	// Pack returns an answer, requested at the given time, in the form that SaveAnswer
	// takes.
	Pack(requested time.Time, answer []byte) ([]byte, error)
	// SaveAnswer adds a packed answer.
	SaveAnswer(ctx context.Context, appid string, key poller.AnswerKey, packed []byte) error
	// State returns the last saved state of an app.
	State(ctx context.Context, appid string) (poller.State, error)
	// SaveState replaces the state of an app.
	SaveState(ctx context.Context, appid string, state poller.State) error
}

// Job asks WeChat for past days of datasets that an archive lacks. All fields but From are
// needed. It writes answers with numbers only, and notes in the state that it did: an exporter that
// uses the same archive finds them.
type Job struct {
	Archive  Archive
	Apps     []poller.Source
	Datasets []wechat.Dataset
	// From and To are the first and the last day; without From, all days of which WeChat has
	// numbers. What an exporter asks for every day is left to it: the newest window, and the
	// cohorts that are due today.
	From, To wechat.Day
	// Progress is told how far it is after every answer.
	Progress func(Progress)
	// Warn is told of a day that is left out because its answer cannot be used.
	Warn func(text string)
}

// Run asks for the days, one at a time and the newest first, until the context ends or
// nothing is left to ask for. It returns what became of each statistic of each app. One
// that fails does not harm the others.
func (j Job) Run(ctx context.Context) []*Course {
	var courses []*Course
	for _, app := range j.Apps {
		for _, dataset := range j.Datasets {
			for _, statistic := range dataset.Statistics {
				courses = append(courses, j.course(ctx, app, dataset, statistic))
			}
		}
	}
	marks := newMarks(j)
	for {
		next := nextCourse(courses)
		if next == nil || sleepUntil(ctx, next.after) != nil {
			break
		}
		j.step(ctx, next, courses)
		marks.often(ctx, next, courses)
		j.Progress(progressOf(next, courses))
	}
	for _, c := range courses {
		c.end(EndStopped, nil)
	}
	marks.rest(ctx, courses)
	return courses
}

// course returns the course of a statistic of an app at its begin.
func (j Job) course(ctx context.Context, app poller.Source, dataset wechat.Dataset, statistic wechat.Statistic) *Course {
	c := &Course{
		AppID: app.ID, Dataset: dataset.Name, Endpoint: statistic.Endpoint, source: app, statistic: statistic.Past(),
		from: cmp.Or(j.From, statistic.First()),
	}
	last := statistic.Before(statistic.Newest(wechat.DayOf(time.Now())), 1).End
	if j.To.Before(last) {
		last = j.To
	}
	c.window = c.statistic.Newest(last.Add(1))
	keys, err := j.Archive.List(ctx, app.ID, statistic, wechat.Day{})
	if err == nil && statistic.Overlaps {
		c.spans, err = j.readSpans(ctx, app.ID, statistic, keys)
		keys = nil
	}
	switch {
	case ctx.Err() != nil:
		c.end(EndStopped, nil)
		return c
	case err != nil:
		c.end(EndFailed, err)
		return c
	}
	c.archived = map[wechat.Day]time.Time{}
	for _, key := range keys {
		if key.Answered.After(c.archived[key.Window.End]) {
			c.archived[key.Window.End] = key.Answered
		}
	}
	c.skip(time.Now())
	return c
}

// nextCourse returns the course that goes on next, or nil if all have ended: that which
// may do so first, and of several the one with the newest day.
func nextCourse(courses []*Course) *Course {
	now := time.Now()
	var next *Course
	for _, c := range courses {
		if c.End == "" && (next == nil || c.precedes(next, now)) {
			next = c
		}
	}
	return next
}

// step makes one call.
func (j Job) step(ctx context.Context, c *Course, all []*Course) {
	if !c.budgeted {
		j.readQuota(ctx, c, all)
		return
	}
	if c.skip(time.Now()); c.End != "" {
		return
	}
	if c.budget == 0 {
		c.end(EndQuota, nil)
		return
	}
	c.budget--
	asked := time.Now()
	answer, err := c.source.API.Ask(ctx, c.statistic, c.window)
	switch reason := wechat.ReasonOf(err); {
	case err == nil && answer.Empty() && answer.Earlier == 0, reason == wechat.ReasonNotReady, reason == wechat.ReasonUnavailable, reason == wechat.ReasonRequest:
		c.without(err)
	case err == nil:
		j.inspect(c, answer)
		j.save(ctx, c, asked, answer)
	case ctx.Err() != nil:
	case reason == wechat.ReasonDecode:
		j.Warn(fmt.Sprintf("skipped %s of %s for %s: %v", c.Endpoint, c.AppID, c.window.End.DateOnly(), err))
		c.without(err)
	default:
		failed(c, err, all)
	}
}

// inspect warns about what is unusual in an answer, as the exporter does.
func (j Job) inspect(c *Course, answer *wechat.Answer) {
	day := c.window.End.DateOnly()
	if answer.Rejected > 0 {
		j.Warn(fmt.Sprintf("%s of %s for %s: skipped %d rows and numbers that cannot be used", c.Endpoint, c.AppID, day, answer.Rejected))
	}
	if !answer.Covers(c.window) && !c.warned {
		c.warned = true
		j.Warn(fmt.Sprintf("%s of %s: WeChat's answer for %s is for another day (%s); it is stored as the requested one", c.Endpoint, c.AppID, day, answer.RefDate))
	}
}

// readQuota sets how many calls may be made of the endpoint of a course.
func (j Job) readQuota(ctx context.Context, c *Course, all []*Course) {
	quota, err := c.source.API.Quota(ctx, c.Endpoint)
	switch {
	case err != nil && ctx.Err() != nil:
	case err != nil && wechat.ReasonOf(err).ConcernsApp():
		failed(c, err, all)
	case err != nil:
		c.budget, c.budgeted = unknownQuota, true
	default:
		c.budget, c.budgeted = max(0, quota.Remaining/quotaShare), true
	}
}

// failed ends the course, and if the failure concerns the whole app all courses of it. A
// failure that may pass is a pause first.
func failed(c *Course, err error, all []*Course) {
	reason := wechat.ReasonOf(err)
	if pauses := pauses(); reason == wechat.ReasonBusy && c.failures < len(pauses) {
		c.after = time.Now().Add(pauses[c.failures])
		c.failures++
		return
	}
	c.end(EndFailed, err)
	if !reason.ConcernsApp() {
		return
	}
	for _, other := range all {
		if other.AppID == c.AppID {
			other.end(EndFailed, err)
		}
	}
}

// save archives an answer. One that has arrived is kept even when the context has ended.
func (j Job) save(ctx context.Context, c *Course, asked time.Time, answer *wechat.Answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	key := poller.AnswerKey{Series: c.statistic.Series(), Window: c.window, Answered: time.Now()}
	if came, torn := c.spans.torn[c.window.End]; torn {
		key.Answered = came
	}
	for i, page := range append([][]byte{answer.Bytes}, answer.More...) {
		packed, err := j.Archive.Pack(asked, page)
		if err == nil {
			err = j.Archive.SaveAnswer(ctx, c.AppID, key.Page(i), packed)
		}
		if err != nil {
			c.end(EndFailed, err)
			return
		}
	}
	c.added()
}

// sleepUntil waits until a time. The error is that of a context that has ended.
func sleepUntil(ctx context.Context, at time.Time) error {
	if d := time.Until(at); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// Progress tells how far a backfill is.
type Progress struct {
	Added int // days
	Left  int // days that may still be asked for
	Last  *Course
}

func progressOf(last *Course, all []*Course) Progress {
	p := Progress{Last: last}
	for _, c := range all {
		p.Added += c.Added
		p.Left += c.left()
	}
	return p
}

// String returns the progress as a few words.
func (p Progress) String() string {
	return fmt.Sprintf("%d days added, at most %d left (%s); %s of %s at %s", p.Added, p.Left,
		time.Duration(p.Left)*apart, p.Last.Endpoint, p.Last.AppID, p.Last.window.End.DateOnly())
}
