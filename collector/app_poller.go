package collector

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// longestSleep bounds the time between two looks at the clock, which may be set and
// may stand still while the machine sleeps.
const longestSleep = 10 * time.Minute

// appPoller polls one app. It belongs to one goroutine.
type appPoller struct {
	*Poller
	source   Source
	limiter  *limiter
	log      *slog.Logger
	record   *recorder
	history  *history
	state    State    // without its Readings, which history holds
	snapshot Snapshot // the one to show next
	reported string   // the failure that was logged last
}

func newAppPoller(p *Poller, source Source, limiter *limiter) *appPoller {
	source.Name = strings.ToValidUTF8(source.Name, "\uFFFD")
	log := p.Logger.With("app", source.Name, "appid", source.ID)
	return &appPoller{
		Poller:   p,
		source:   source,
		limiter:  limiter,
		log:      log,
		record:   &recorder{appid: source.ID, archive: p.Archive, metrics: p.Metrics, log: log},
		history:  newHistory(source.ID),
		snapshot: Snapshot{App: source.App, Failures: map[wechat.Reason]int64{}},
	}
}

// run polls the app until the context ends.
func (a *appPoller) run(ctx context.Context) {
	for a.sleep(ctx) {
		a.poll(ctx)
	}
}

// sleep waits until the next poll is due. It returns false when the context ends.
func (a *appPoller) sleep(ctx context.Context) bool {
	for ctx.Err() == nil {
		now := time.Now()
		pause := a.nextPoll(now).Sub(now)
		if pause <= 0 {
			return true
		}
		timer := time.NewTimer(min(pause, longestSleep))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
	return false
}

func (a *appPoller) nextPoll(now time.Time) time.Time {
	_, at := a.Schedule.next(now, a.history)
	return at
}

// poll asks for all that is due, stores what comes and shows the outcome.
func (a *appPoller) poll(ctx context.Context) {
	started := time.Now()
	var failures []*wechat.Error
	var stored []string
	answered := false
	for {
		window, due := a.Schedule.next(time.Now(), a.history)
		if due.After(started) {
			break
		}
		portrait, err := a.ask(ctx, window)
		if ctx.Err() != nil {
			a.record.state(ctx, a.state, a.history)
			return
		}
		now := time.Now()
		if err != nil && wechat.ReasonOf(err) != wechat.ReasonNotReady {
			failures = append(failures, a.fail(window, err, now))
			continue
		}
		answered = true
		if a.keep(ctx, window, portrait, now) {
			stored = append(stored, window.String())
		}
	}
	if answered {
		a.readQuota(ctx, started)
	}

	now := time.Now()
	a.state.LastPoll = now
	a.history.starting = false
	a.history.forget(now)
	a.count(failures)
	a.show(now)
	a.report(failures, stored)
	a.record.state(ctx, a.state, a.history)
}

// ask asks WeChat for one portrait.
func (a *appPoller) ask(ctx context.Context, w wechat.Window) (portrait *wechat.Portrait, err error) {
	err = a.limiter.do(ctx, a.history.failures > 0, func() error {
		portrait, err = a.source.API.UserPortrait(ctx, w)
		return err
	})
	return portrait, err
}

// fail remembers a failed call, so that it is not repeated too soon.
func (a *appPoller) fail(w wechat.Window, err error, now time.Time) *wechat.Error {
	failure, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		failure = &wechat.Error{Reason: wechat.ReasonOf(err), Endpoint: wechat.EndpointUserPortrait, Err: err}
	}
	reading := a.history.change(w)
	reading.failures++
	a.history.failures++
	if !concernsWindow(failure.Reason) {
		a.history.pause = now.Add(pauseAfter(failure, a.history.failures, a.Schedule.PollInterval, now))
		return failure
	}
	reading.retry = now.Add(pauseAfter(failure, reading.failures, a.Schedule.PollInterval, now))
	if others := a.history.failures - 1; others > 0 { // not of this window alone, it seems
		a.history.pause = now.Add(pauseAfter(failure, others, a.Schedule.PollInterval, now))
	}
	return failure
}

// keep remembers an answer, nil meaning that none is ready, and archives it when it is
// new. It reports whether the answer has data that were not held before.
func (a *appPoller) keep(ctx context.Context, w wechat.Window, p *wechat.Portrait, now time.Time) bool {
	reading := a.history.change(w)
	reading.Asked = now
	reading.failures, reading.retry = 0, time.Time{}
	a.history.failures, a.history.pause = 0, time.Time{}

	switch {
	case p == nil:
		reading.Outcome = OutcomeNotReady
		a.log.Debug("window is not published yet", "window", w)
		return false
	case p.Empty():
		reading.Outcome = OutcomeEmpty
		if reading.HasData() || !reading.Held() && !a.Schedule.nobodyCame(w, now, a.history) {
			a.log.Debug("window came empty", "window", w)
			return false
		}
	default:
		reading.Outcome = OutcomeData
		a.state.LastSuccess = now
		a.inspect(w, p)
	}

	reading.Confirmed = now
	digest := digestOf(p)
	if reading.Held() && digest == reading.digest {
		return false
	}
	reading.Answered, reading.Empty, reading.digest = now, p.Empty(), digest
	reading.lists = newLists(p, a.Dimensions, a.Top)
	a.record.answer(ctx, w, now, p.Answer)
	return !reading.Empty
}

// inspect counts the odd rows of an answer and says what is odd about it.
func (a *appPoller) inspect(w wechat.Window, p *wechat.Portrait) {
	a.snapshot.RowsMerged += int64(p.Merged)
	a.snapshot.RowsRejected += int64(p.Rejected)
	if p.Rejected > 0 {
		a.log.Warn("rows were left out, since their name or number is not usable", "window", w, "rows", p.Rejected)
	}
	if !p.Covers(w) {
		a.log.Warn("WeChat's answer names another window than the one asked for", "window", w, "ref_date", p.RefDate)
	}
}

// readQuota asks for the quota, once a day. The numbers do without it, so that a
// failure is only counted among the requests.
func (a *appPoller) readQuota(ctx context.Context, now time.Time) {
	if wechat.DayOf(a.state.QuotaAsked) == wechat.DayOf(now) {
		return
	}
	a.state.QuotaAsked = now
	err := a.limiter.do(ctx, false, func() error {
		quota, err := a.source.API.Quota(ctx)
		if err == nil {
			a.state.Quota = &quota
		}
		return err
	})
	if err != nil {
		a.log.Debug("quota could not be read", "error", err)
	}
}

// count counts a poll under every reason of its failures and sets the status.
func (a *appPoller) count(failures []*wechat.Error) {
	a.snapshot.Status, a.snapshot.Failure = StatusUp, nil
	if len(failures) > 0 {
		a.snapshot.Status, a.snapshot.Failure = StatusDown, failures[0]
	}
	counts := maps.Clone(a.snapshot.Failures) // the snapshot that is shown keeps its own
	var reasons []wechat.Reason
	for _, failure := range failures {
		if !slices.Contains(reasons, failure.Reason) {
			reasons = append(reasons, failure.Reason)
			counts[failure.Reason]++
		}
	}
	a.snapshot.Failures = counts
}

// show puts what is known now into the Store.
func (a *appPoller) show(now time.Time) {
	a.snapshot.LastPoll, a.snapshot.LastSuccess = a.state.LastPoll, a.state.LastSuccess
	a.snapshot.NextPoll = latest(now, a.nextPoll(now))
	a.snapshot.TokenExpiry = a.source.API.TokenExpiry()
	a.snapshot.Quota = a.state.Quota

	a.snapshot.Held = a.held(now)
	snapshot := a.snapshot
	a.Store.Put(&snapshot)
}

// held returns the newest window of each range that is held, the shortest first.
func (a *appPoller) held(now time.Time) []HeldWindow {
	held := make([]HeldWindow, 0, len(a.Schedule.Ranges))
	for _, length := range slices.Sorted(slices.Values(a.Schedule.Ranges)) {
		newest := a.history.newest(length)
		if newest == nil {
			continue
		}
		window := HeldWindow{Window: newest.Window, Answered: newest.Answered, Confirmed: newest.Confirmed, lists: newest.lists}
		if now.Sub(newest.Window.EndTime()) > a.MaxAge {
			window.Withdrawn, window.lists = true, nil
		}
		held = append(held, window)
	}
	return held
}

// report logs the end of a poll: what is new, what broke and what healed. A failure
// that lasts is logged once.
func (a *appPoller) report(failures []*wechat.Error, stored []string) {
	if len(stored) > 0 {
		a.log.Info("new numbers", "windows", strings.Join(stored, " "))
	}
	if len(failures) == 0 {
		if a.reported != "" {
			a.log.Info("poll succeeded again")
		}
		a.reported = ""
		return
	}
	failure := failures[0]
	level := slog.LevelWarn
	switch reported := string(failure.Reason) + " " + failure.Code; {
	case reported == a.reported:
		level = slog.LevelDebug
	case failure.Reason == wechat.ReasonRequest:
		level = slog.LevelError
		fallthrough
	default:
		a.reported = reported
	}
	a.log.Log(context.Background(), level, "poll failed", "reason", failure.Reason, "error", failure,
		"remedy", failure.Remedy(), "next_poll", a.snapshot.NextPoll.UTC().Format(time.RFC3339))
}
