package poller

import (
	"context"
	"errors"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// poll asks for everything that is due, the user portrait first.
func (a *app) poll(ctx context.Context) {
	if len(a.datasets) == 0 || a.portraitIsDue(time.Now()) {
		a.pollPortrait(ctx)
	}
	if len(a.datasets) > 0 && ctx.Err() == nil {
		a.pollDatasets(ctx)
	}
}

// pollPortrait asks for every user portrait that is due, keeps the answers and shows the
// outcome.
func (a *app) pollPortrait(ctx context.Context) {
	started := time.Now()
	var failures []*wechat.Error
	var stored []string
	answered, once := false, pollOnce{}
	for {
		window, due := a.Schedule.next(time.Now(), a.windows)
		if due.After(started) || once.again(window, a.windows, time.Now()) {
			break
		}
		asked := time.Now()
		portrait, err := a.ask(ctx, window)
		if err != nil && ctx.Err() != nil {
			// The program stops, or the app is removed. Earlier answers are shown and
			// saved.
			break
		}
		now := time.Now()
		if err != nil && !a.windows.canBeAsked(window, now) {
			continue // midnight has passed meanwhile: what is due now are other windows
		}
		if err != nil && wechat.ReasonOf(err) != wechat.ReasonNotReady {
			failures = append(failures, a.windows.failed(window, err, a.Schedule.PollInterval, now))
			continue
		}
		answered = true
		if a.accept(ctx, window, portrait, asked, now) {
			stored = append(stored, window.String())
		}
	}
	if answered && ctx.Err() == nil {
		a.readQuota(ctx, started)
	}

	now := time.Now()
	if ctx.Err() == nil && (answered || len(failures) > 0) {
		a.state.LastPoll = now
		a.windows.starting = false
		countFailures(a.snapshot.FailedPolls, failures)
		// What was due then: if midnight has passed meanwhile, the windows of the new day
		// have not been asked for, and say nothing yet.
		a.judge(started)
	}
	a.windows.forget(now)
	a.show(now)
	a.report(stored)
	a.archiver.saveState(ctx, a.savedState())
}

// savedState returns the state as it is archived.
func (a *app) savedState() State {
	state := a.state
	state.Name = a.source.Name
	state.Windows, state.Pause = a.windows.sorted(), a.windows.pause
	state.Datasets = statesOf(a.datasets)
	return state
}

// errTooLate is the error of a call that waited until WeChat did not answer for the window
// any more.
var errTooLate = errors.New("WeChat does not answer for the window any more")

// ask asks WeChat for one portrait.
func (a *app) ask(ctx context.Context, w wechat.Window) (portrait *wechat.Portrait, err error) {
	err = a.limiter().do(ctx, func(*turn) error {
		now := time.Now()
		if !a.windows.canBeAsked(w, now) {
			return errTooLate
		}
		today := wechat.DayOf(now)
		a.state.Calls = collector.Calls{Day: today, Count: a.state.Calls.On(today) + 1}
		portrait, err = a.source.API.UserPortrait(ctx, w)
		return err
	})
	return portrait, err
}

// limiter returns the limiter for the next call of the app.
func (a *app) limiter() *limiter {
	if a.windows.failing() {
		return a.retries
	}
	return a.requests
}

// accept stores an answer, or nil if the window is not published yet, and archives it if
// it is new. It reports whether the answer has data that were not held before.
func (a *app) accept(ctx context.Context, w wechat.Window, p *wechat.Portrait, asked, now time.Time) bool {
	state := a.windows.answered(w, now)
	switch {
	case p == nil:
		state.Outcome = collector.OutcomeNotReady
		a.log.Debug("window is not published yet", "window", w)
		return false
	case p.Empty():
		state.Outcome = collector.OutcomeEmpty
		if state.HasData() || !state.Held() && !a.Schedule.emptyIsFinal(w, now, a.windows) {
			a.log.Debug("the answer for the window is empty", "window", w)
			return false
		}
	default:
		state.Outcome = collector.OutcomeData
		a.state.LastSuccess = now
		a.inspect(w, p)
	}

	state.Confirmed = now
	digest := digestOf(p, a.seed)
	if state.Held() && digest == state.digest {
		return false
	}
	state.Answered, state.Empty, state.digest = now, p.Empty(), digest
	state.rows = collector.NewRows(p, a.Dimensions, a.Top)
	a.snapshot.Past = a.snapshot.Past.With(w.Range, collector.TotalsOf(p, w.End))
	a.archiver.saveAnswer(ctx, AnswerKey{Window: w, Answered: now}, asked, p.Answer)
	return !state.Empty
}

// inspect counts the rows of an answer that were merged or skipped, and warns about what
// is unusual.
func (a *app) inspect(w wechat.Window, p *wechat.Portrait) {
	a.snapshot.RowsMerged += int64(p.Merged)
	a.snapshot.RowsRejected += int64(p.Rejected)
	if p.Rejected > 0 {
		a.log.Warn("unusable rows skipped: their name or number cannot be used", "window", w, "rows", p.Rejected)
	}
	if !p.Covers(w) && !a.warned {
		a.warned = true
		a.log.Warn("WeChat's answer names a different window from the requested one; it is stored as the requested one", "window", w, "ref_date", p.RefDate)
	}
}

// readQuota asks for the quota once a day. The numbers do not depend on it, so a failure
// only counts as a failed request.
func (a *app) readQuota(ctx context.Context, now time.Time) {
	if wechat.DayOf(a.state.QuotaAsked) == wechat.DayOf(now) {
		return
	}
	a.state.QuotaAsked = now
	err := a.limiter().do(ctx, func(*turn) error {
		quota, err := a.source.API.Quota(ctx, wechat.EndpointUserPortrait)
		if err == nil {
			a.state.Quota = &quota
		}
		return err
	})
	if err != nil {
		a.log.Debug("quota could not be read", "error", err)
	}
}
