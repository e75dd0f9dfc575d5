package poller

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// reporter logs what the polls of an app find out. A failure that lasts is logged once.
type reporter struct {
	log      *slog.Logger
	reported map[string]map[string]bool // failures that were logged and have not ended, by dataset
	warned   map[string]bool            // endpoints with an answer that named another window
}

func newReporter(log *slog.Logger) *reporter {
	return &reporter{log: log, reported: map[string]map[string]bool{}, warned: map[string]bool{}}
}

// follow goes on where another reporter was.
func (r *reporter) follow(before *reporter) { r.reported, r.warned = before.reported, before.warned }

// ended logs the end of a poll: what is new, what fails and what works again.
func (r *reporter) ended(group []*dataset, stored []string, nextPoll time.Time) {
	if len(stored) > 0 {
		r.log.Info("new numbers", "windows", strings.Join(stored, ", "))
	}
	for _, d := range group {
		r.reported[d.Name] = r.failures(d, r.reported[d.Name], nextPoll)
	}
}

// failures logs the failures of a dataset that were not reported before, and that none is
// left. It returns those that last.
func (r *reporter) failures(d *dataset, reported map[string]bool, nextPoll time.Time) (lasting map[string]bool) {
	log := r.log
	if d.optional() {
		log = log.With("dataset", d.Name)
	}
	lasting = map[string]bool{}
	for _, failure := range d.failures {
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
			"remedy", failure.Remedy(), "next_poll", nextPoll.UTC().Format(time.RFC3339))
	}
	if len(reported) > 0 && len(lasting) == 0 {
		log.Info("poll succeeded again")
	}
	return lasting
}

// inspect warns about what is unusual in an answer.
func (r *reporter) inspect(q question, answer *wechat.Answer) {
	series := q.series.Series()
	if answer.Rejected > 0 {
		r.log.Warn("skipped rows with an unusable name or number", "series", series, "window", q.window, "rows", answer.Rejected)
	}
	if !answer.Covers(q.window) && !r.warned[q.series.Endpoint] {
		r.warned[q.series.Endpoint] = true
		r.log.Warn("WeChat's answer is for another window; it is stored as the requested one",
			"series", series, "window", q.window, "ref_date", answer.RefDate)
	}
}
