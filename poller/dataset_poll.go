package poller

import (
	"context"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// refusedPause is the pause of a statistic that the app may not use, so that it is asked
// for once a day.
const refusedPause = 24 * time.Hour

// pollDatasets asks for every report that is due, keeps the answers and shows the outcome.
// It stops when the user portrait is due, which comes first.
func (a *app) pollDatasets(ctx context.Context) {
	started := time.Now()
	failures := map[*dataset][]*wechat.Error{}
	var stored []string // endpoints, each before its days
	polled, once := map[*dataset]bool{}, map[*statistic]pollOnce{}
	called, last := false, ""
	for !a.portraitIsDue(time.Now()) {
		t, ok := a.Schedule.nextReport(time.Now(), a.datasets, a.windows)
		if !ok || t.at.After(started) {
			break
		}
		if a.readReportQuotas(ctx) {
			called = true
			continue // little may be left of one
		}
		if once[t.statistic] == nil {
			once[t.statistic] = pollOnce{}
		}
		if once[t.statistic].again(t.window, t.statistic.windows, time.Now()) {
			continue
		}
		asked := time.Now()
		report, err := a.askReport(ctx, t)
		if err != nil && ctx.Err() != nil {
			break
		}
		now := time.Now()
		if err != nil && !t.statistic.windows.canBeAsked(t.window, now) {
			continue // midnight has passed meanwhile
		}
		polled[t.dataset] = true
		if err != nil && wechat.ReasonOf(err) != wechat.ReasonNotReady {
			if failure := a.reportFailed(t, err, now); failure != nil {
				failures[t.dataset] = append(failures[t.dataset], failure)
			}
			continue
		}
		if a.acceptReport(ctx, t, report, asked, now) {
			if endpoint := t.statistic.Endpoint; endpoint != last {
				stored, last = append(stored, endpoint), endpoint
			}
			stored = append(stored, t.window.String())
		}
	}
	if !called && len(polled) == 0 {
		return
	}
	a.endDatasetPoll(ctx, started, polled, failures, stored)
}

// endDatasetPoll shows, logs and saves the outcome of a poll of datasets.
func (a *app) endDatasetPoll(ctx context.Context, started time.Time, polled map[*dataset]bool, failures map[*dataset][]*wechat.Error, stored []string) {
	now := time.Now()
	if ctx.Err() == nil {
		for d := range polled {
			countFailures(d.failedPolls, failures[d])
			for _, s := range d.statistics {
				s.windows.starting = false
			}
		}
		a.judgeDatasets(started) // see pollPortrait
		if a.withoutPortrait() {
			a.state.LastPoll = now
		}
	}
	a.show(now)
	for _, held := range a.snapshot.Datasets {
		for _, d := range a.datasets {
			if d.Name == held.Name {
				d.forget(now, held.End)
			}
		}
	}
	if len(stored) > 0 {
		a.log.Info("new numbers", "reports", strings.Join(stored, " "))
	}
	for _, d := range a.datasets {
		d.reported = a.logFailures(d.reported, d.failures, "dataset", d.Name)
	}
	a.archiver.saveState(ctx, a.savedState())
}

func (a *app) withoutPortrait() bool { return len(a.Schedule.Ranges) == 0 }

// portraitIsDue reports whether a question about the user portrait is due.
func (a *app) portraitIsDue(now time.Time) bool {
	if a.withoutPortrait() {
		return false
	}
	_, at := a.Schedule.next(now, a.windows)
	return !at.After(now)
}

// nextDatasetPoll returns when the next report is due. If nothing is due today, that is
// the first thing of tomorrow.
func (a *app) nextDatasetPoll(now time.Time) time.Time {
	if t, ok := a.Schedule.nextReport(now, a.datasets, a.windows); ok {
		return t.at
	}
	tomorrow := wechat.DayOf(now).Add(1).Begin()
	if t, ok := a.Schedule.nextReport(tomorrow, a.datasets, a.windows); ok {
		return latest(t.at, tomorrow)
	}
	return wechat.DayOf(tomorrow).Add(1).Begin()
}

// askReport asks WeChat for a statistic of a day.
func (a *app) askReport(ctx context.Context, t task) (report *wechat.Report, err error) {
	limiter := a.requests
	if t.statistic.windows.failing() {
		limiter = a.retries
	}
	err = limiter.do(ctx, func(*turn) error {
		now := time.Now()
		if !t.statistic.windows.canBeAsked(t.window, now) {
			return errTooLate
		}
		if t.catchUp {
			today := wechat.DayOf(now)
			t.dataset.caughtUp = collector.Calls{Day: today, Count: t.dataset.caughtUp.On(today) + 1}
		}
		report, err = a.source.API.Report(ctx, t.statistic.Statistic, t.window.End)
		return err
	})
	return report, err
}

// reportFailed records that a question failed. It returns nil for a day that WeChat does
// not answer for because it is too old.
func (a *app) reportFailed(t task, err error, now time.Time) *wechat.Error {
	ws := t.statistic.windows
	if t.catchUp && wechat.ReasonOf(err) == wechat.ReasonRequest {
		before := ws.pause
		_ = ws.failed(t.window, err, a.Schedule.PollInterval, now)
		ws.pause = before
		return nil
	}
	failure := ws.failed(t.window, err, a.Schedule.PollInterval, now)
	if failure.Reason == wechat.ReasonPermission {
		ws.pause.Until = now.Add(refusedPause)
	}
	return failure
}

// acceptReport stores an answer, or nil if the day is not published yet, and archives it
// if it is new. It reports whether the answer has numbers that were not held before.
func (a *app) acceptReport(ctx context.Context, t task, r *wechat.Report, asked, now time.Time) bool {
	s, w := t.statistic, t.window
	state := s.windows.answered(w, now)
	final := a.Schedule.daily().emptyIsFinal(w, now, s.windows) || a.nobodyCame(w)
	switch {
	case r == nil, s.lacks(w, r, now) && !r.Empty() && (!final || a.Schedule.leads(s, a.datasets)):
		state.Outcome = collector.OutcomeNotReady
		return false
	case r.Empty():
		state.Outcome = collector.OutcomeEmpty
		if state.HasData() || !state.Held() && !final {
			return false
		}
	default:
		state.Outcome = collector.OutcomeData
		if a.withoutPortrait() {
			a.state.LastSuccess = now
		}
		a.inspectReport(s, w, r)
	}
	state.Confirmed = now
	digest := digestOfReport(r, a.seed)
	if state.Held() && digest == state.digest {
		return false
	}
	state.Answered, state.Empty, state.digest = now, r.Empty(), digest
	state.figures = collector.NewFigures(r, a.Top)
	a.archiver.saveAnswer(ctx, AnswerKey{Endpoint: s.Endpoint, Window: w, Answered: now}, asked, r.Answer)
	return !state.Empty
}

// nobodyCame reports whether the user portrait has shown that a day had no users.
func (a *app) nobodyCame(day wechat.Window) bool {
	state := a.windows.state(day)
	return state.Held() && state.Empty
}

// inspectReport counts the rows of an answer that were merged or skipped, and warns about
// what is unusual.
func (a *app) inspectReport(s *statistic, w wechat.Window, r *wechat.Report) {
	a.snapshot.RowsMerged += int64(r.Merged)
	a.snapshot.RowsRejected += int64(r.Rejected)
	if r.Rejected > 0 {
		a.log.Warn("unusable rows skipped: their key or number cannot be used", "endpoint", s.Endpoint, "day", w, "rows", r.Rejected)
	}
	if !r.Covers(w.End) && !s.warned {
		s.warned = true
		a.log.Warn("WeChat's answer names a different day from the requested one; it is stored as the requested one",
			"endpoint", s.Endpoint, "day", w, "ref_date", r.RefDate)
	}
}

// readReportQuotas asks for the quota of every statistic once a day, before the first
// call. It reports whether it did. The numbers do not depend on it, so a failure only
// counts as a failed request.
func (a *app) readReportQuotas(ctx context.Context) (asked bool) {
	now, today := time.Now(), wechat.DayOf(time.Now())
	hopeless := false
	for _, d := range a.datasets {
		for _, s := range d.statistics {
			if wechat.DayOf(s.quotaAsked) == today {
				continue
			}
			asked, s.quotaAsked = true, now
			if hopeless {
				continue
			}
			err := a.requests.do(ctx, func(*turn) error {
				quota, err := a.source.API.Quota(ctx, s.Endpoint)
				if err == nil {
					s.quota = &quota
				}
				return err
			})
			if err != nil {
				s.quota = nil // that of another day would brake
				hopeless = wechat.ReasonOf(err).ConcernsApp()
				a.log.Debug("quota could not be read", "endpoint", s.Endpoint, "error", err)
			}
		}
	}
	return asked
}

// judgeDatasets sets the status and the failures of each dataset: those of the days that
// are due and failed when they were last asked for. Without the user portrait they are
// those of the app.
func (a *app) judgeDatasets(now time.Time) {
	for _, d := range a.datasets {
		d.status, d.failures = collector.StatusUnknown, nil
		shown := map[string]bool{}
		for _, s := range d.statistics {
			if !s.windows.starting && d.status == collector.StatusUnknown {
				d.status = collector.StatusUp
			}
			open := a.Schedule.isOpen(now, s, a.datasets, a.windows)
			for _, w := range s.scheduled(wechat.DayOf(now)) {
				failure := s.windows.state(w).Failure
				if _, due := a.Schedule.dueReport(w, now, s, open); failure == nil || !due {
					continue
				}
				d.status = collector.StatusDown
				if text := failure.Error(); !shown[text] {
					shown[text] = true
					d.failures = append(d.failures, failure)
				}
			}
		}
	}
	if !a.withoutPortrait() {
		return
	}
	a.snapshot.Status, a.snapshot.Failures = collector.StatusUnknown, nil
	for _, d := range a.datasets {
		if d.status != collector.StatusUnknown && a.snapshot.Status != collector.StatusDown {
			a.snapshot.Status = d.status
		}
		a.snapshot.Failures = append(a.snapshot.Failures, d.failures...)
	}
}
