package poller

import (
	"context"
	"errors"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// poll asks for everything that is due, the user portrait first.
func (a *app) poll(ctx context.Context) {
	groups := a.known.groups()
	for i, group := range groups {
		if ctx.Err() != nil {
			return
		}
		a.round(ctx, group, groups[:i])
	}
}

// round is a poll of a group of datasets.
type round struct {
	group    []*dataset
	polled   map[*dataset][]*wechat.Error // with their failures
	stored   []string                     // series and windows
	called   bool                         // WeChat
	answered bool
}

// round asks for everything of a group of datasets that is due, keeps the answers and shows the
// outcome. It stops when something of the groups before is due.
func (a *app) round(ctx context.Context, group []*dataset, before [][]*dataset) {
	began := time.Now()
	r := &round{group: group, polled: map[*dataset][]*wechat.Error{}}
	asked := pollOnce{}
	for len(before) == 0 || !a.known.isDue(before[0], time.Now()) {
		q, ok := a.known.nextOf(group, time.Now())
		if !ok || q.at.After(began) {
			break
		}
		if q.dataset.optional() && a.readQuotas(ctx, r) {
			continue // little may be left of one
		}
		if asked.again(q.target, time.Now()) {
			continue
		}
		if !a.ask(ctx, q, r) {
			break
		}
	}
	if !r.called {
		return
	}
	if r.answered && !group[0].optional() && ctx.Err() == nil {
		a.readQuotas(ctx, r)
	}
	now := time.Now()
	if ctx.Err() == nil {
		a.known.ended(group, r.polled, began, now)
	}
	a.known.forget(now)
	a.show(now)
	a.report.ended(group, r.stored, a.shown.NextPoll)
	a.writer.saveState(a.state())
}

// errTooLate is the error of a call that waited until WeChat did not answer for the window
// any more.
var errTooLate = errors.New("WeChat no longer serves this window")

// ask asks WeChat a question and records what comes of it. It returns false if the context has
// ended: the program stops, or the app is removed. Earlier answers are shown and saved.
func (a *app) ask(ctx context.Context, q question, r *round) bool {
	requested := time.Now()
	var answer *wechat.Answer
	err := a.shared.limiterOf(q.series.endpoint).do(ctx, func() (err error) {
		now := time.Now()
		if !q.series.canBeAsked(q.window, now) {
			return errTooLate
		}
		r.called = true
		a.known.asking(q, now)
		answer, err = a.source.API.Ask(ctx, q.series.Statistic, q.window)
		return err
	})
	if err != nil && ctx.Err() != nil {
		return false
	}
	now := time.Now()
	if err != nil && !q.series.canBeAsked(q.window, now) {
		return true // midnight has passed meanwhile: what is due now are other windows
	}
	failures := r.polled[q.dataset]
	switch reason := wechat.ReasonOf(err); {
	case err == nil, reason == wechat.ReasonNotReady:
		r.answered = true
		a.accept(q, r, answer, requested, now)
	case reason == wechat.ReasonUnavailable:
		a.known.unavailable(q, now)
	default:
		if failure := a.known.failed(q, err, now); failure != nil {
			failures = append(failures, failure)
		}
	}
	r.polled[q.dataset] = failures
	return true
}

// accept records an answer, or nil if the window is not published yet, and archives it if it is
// new.
func (a *app) accept(q question, r *round, answer *wechat.Answer, requested, now time.Time) {
	changed := a.known.answered(q, answer, now)
	if changed.rows {
		a.report.inspect(q, answer)
	}
	if changed.archive {
		key := AnswerKey{Series: q.series.Series(), Window: q.window, Answered: now}
		a.writer.saveAnswer(key, requested, answer.Bytes)
		for i, page := range answer.More {
			a.writer.saveAnswer(key.Page(i+1), requested, page)
		}
	}
	if changed.numbers {
		r.stored = append(r.stored, q.series.Series()+" "+q.window.String())
	}
}

// readQuotas asks for the quota of every endpoint of a group once a day. It reports whether it
// did. The numbers do not depend on it, so a failure only counts as a failed request.
func (a *app) readQuotas(ctx context.Context, r *round) (asked bool) {
	hopeless := false
	for _, d := range r.group {
		for _, e := range d.endpoints {
			now := time.Now()
			if wechat.DayOf(e.quotaAsked) == wechat.DayOf(now) {
				continue
			}
			asked, r.called = true, true
			before := e.quotaAsked
			e.quotaAsked = now
			if hopeless {
				continue
			}
			var quota wechat.Quota
			err := a.shared.limiterOf(e).do(ctx, func() (err error) {
				quota, err = a.source.API.Quota(ctx, e.name)
				return err
			})
			if err != nil && ctx.Err() != nil {
				e.quotaAsked = before // whoever goes on asks again
				return false
			}
			d.quotaRead(e, quota, err)
			if err != nil {
				hopeless = wechat.ReasonOf(err).ConcernsApp()
				a.report.log.Debug("quota could not be read", "endpoint", e.name, "error", err)
			}
		}
	}
	return asked
}
