package poller

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// countFailures counts a failed poll, once for every reason.
func countFailures(failedPolls map[wechat.Reason]int64, failures []*wechat.Error) {
	counted := map[wechat.Reason]bool{}
	for _, failure := range failures {
		if !counted[failure.Reason] {
			counted[failure.Reason] = true
			failedPolls[failure.Reason]++
		}
	}
}

// judge sets the status and the failures to show: those of the windows that are due
// and failed when they were last asked for.
func (a *app) judge(now time.Time) {
	a.snapshot.Status, a.snapshot.Failures = collector.StatusUp, nil
	shown := map[string]bool{}
	for _, state := range a.windows.sorted() {
		if state.Failure == nil || !a.windows.canBeAsked(state.Window, now) {
			continue
		}
		if _, due := a.Schedule.due(state.Window, now, a.windows); !due {
			continue
		}
		a.snapshot.Status = collector.StatusDown
		if text := state.Failure.Error(); !shown[text] {
			shown[text] = true
			a.snapshot.Failures = append(a.snapshot.Failures, state.Failure)
		}
	}
}

// report logs the end of a poll: what is new, what fails and what works again. A failure
// that lasts is logged once.
func (a *app) report(stored []string) {
	if len(stored) > 0 {
		a.log.Info("new numbers", "windows", strings.Join(stored, " "))
	}
	a.reported = a.logFailures(a.reported, a.snapshot.Failures)
}

// logFailures logs the failures of a poll that were not reported before, and that none is
// left. It returns those that last. The attributes say what was polled.
func (a *app) logFailures(reported map[string]bool, failures []*wechat.Error, attributes ...any) (lasting map[string]bool) {
	log := a.log.With(attributes...)
	lasting = map[string]bool{}
	for _, failure := range failures {
		kind := string(failure.Reason) + " " + failure.Code
		if lasting[kind] {
			continue
		}
		lasting[kind] = true
		level := slog.LevelWarn
		switch {
		case reported[kind]:
			level = slog.LevelDebug
		case failure.Reason.NeedsPerson():
			level = slog.LevelError
		}
		log.Log(context.Background(), level, "poll failed", "reason", failure.Reason, "error", failure,
			"remedy", failure.Remedy(), "next_poll", a.snapshot.NextPoll.UTC().Format(time.RFC3339))
	}
	if len(reported) > 0 && len(lasting) == 0 {
		log.Info("poll succeeded again")
	}
	return lasting
}
