package poller

import (
	"errors"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// effect is what an answer has changed.
type effect struct {
	archive bool // the answer is new, and is to be archived
	numbers bool // it has numbers that were not held before
	rows    bool // it has numbers
}

// asking records that a question is asked now.
func (k *knowledge) asking(q question, now time.Time) {
	q.series.endpoint.called(now)
	if q.catchUp {
		q.dataset.caughtUp = counted(q.dataset.caughtUp, now)
	}
}

// answered records an answer, or nil if the window is not published yet.
func (k *knowledge) answered(q question, answer *wechat.Answer, now time.Time) effect {
	state := q.series.answered(q.window, now)
	final := k.emptyIsFinal(q.target, now)
	switch {
	case answer == nil, k.tellsNothing(q, answer, now) && (!final || q.series == k.leader(wechat.DayOf(now))):
		state.Outcome = collector.OutcomeNotReady
		return effect{}
	case answer.Empty():
		state.Outcome = collector.OutcomeEmpty
		if state.HasData() || !state.Held() && !final {
			return effect{}
		}
	default:
		state.Outcome = collector.OutcomeData
		if k.leads(q.dataset) {
			k.lastSuccess = now
		}
		k.merged += int64(answer.Merged)
		k.rejected += int64(answer.Rejected)
	}
	changed := effect{rows: !answer.Empty()}
	state.Confirmed = now
	digest := answer.Digest()
	if state.Held() && digest == state.Digest {
		return changed
	}
	changed.archive, changed.numbers = true, changed.rows
	state.Answered, state.Empty, state.Digest = now, answer.Empty(), digest
	state.numbers = collector.NewNumbers(q.series.Statistic, answer, k.shows.Dimensions, k.shows.Top)
	if portrait, ok := answer.Numbers.(wechat.Portrait); ok {
		k.past = k.past.With(q.window.Range, collector.TotalsOf(portrait, q.window.End))
	}
	return changed
}

// tellsNothing reports whether an answer about the newest cohort does not tell yet what
// happened yesterday.
func (k *knowledge) tellsNothing(q question, answer *wechat.Answer, now time.Time) bool {
	s := q.series
	return s.Cohorts != nil && !answer.Empty() && q.window == s.newestAsked(wechat.DayOf(now)) && !answer.Tells(s.Cohorts[0])
}

// unavailable records that WeChat has no answer for a window, and will not have one today.
func (k *knowledge) unavailable(q question, now time.Time) {
	q.series.answered(q.window, now).Outcome = collector.OutcomeUnavailable
}

// failed records that a question failed, and returns the failure: nil if it is none, but a
// window that WeChat does not answer for because it is too old.
func (k *knowledge) failed(q question, err error, now time.Time) *wechat.Error {
	failure, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		failure = &wechat.Error{Reason: wechat.ReasonOf(err), Endpoint: q.series.Endpoint, Message: err.Error(), Err: err}
	}
	if q.catchUp && failure.Reason == wechat.ReasonRequest {
		state := q.series.change(q.window)
		state.Failure, state.Failed = failure, now
		state.Failures++
		return nil
	}
	k.backOff(q.target, failure, now)
	return failure
}

// quotaRead records the answer to the question for a quota. Of an optional dataset that of
// another day does not count: it would brake.
func (d *dataset) quotaRead(e *endpoint, quota wechat.Quota, err error) {
	switch {
	case err == nil:
		e.quota = &quota
	case d.optional():
		e.quota = nil
	}
}

// ended records the end of a poll of a group of datasets that began at a time, with the failures
// of those that were asked for. What was due then counts: if midnight has passed meanwhile, the
// windows of the new day have not been asked for, and say nothing yet.
func (k *knowledge) ended(group []*dataset, polled map[*dataset][]*wechat.Error, began, now time.Time) {
	for d, failures := range polled {
		d.count(failures)
		d.starting, d.unknown = false, false
	}
	if k.leads(group[0]) {
		k.lastPoll = now
	}
	k.judge(group, began)
}

// count counts a failed poll, once for every reason.
func (d *dataset) count(failures []*wechat.Error) {
	counted := map[wechat.Reason]bool{}
	for _, failure := range failures {
		if !counted[failure.Reason] {
			counted[failure.Reason] = true
			d.failedPolls[failure.Reason]++
		}
	}
}

// judge sets the failures of datasets: those of the windows that are due and failed when they
// were last asked for.
func (k *knowledge) judge(datasets []*dataset, now time.Time) {
	for _, d := range datasets {
		d.failures = nil
		shown := map[string]bool{}
		for _, r := range d.rules {
			for _, t := range r.scheduled(wechat.DayOf(now)) {
				failure := t.state().Failure
				if failure == nil {
					continue
				}
				if _, due := r.due(k, t, now); !due {
					continue
				}
				if text := failure.Error(); !shown[text] {
					shown[text] = true
					d.failures = append(d.failures, failure)
				}
			}
		}
	}
}

// begin judges what was restored of the datasets of which nothing is due.
func (k *knowledge) begin(now time.Time) {
	for _, group := range k.groups() {
		if k.isDue(group, now) {
			continue
		}
		for _, d := range group {
			d.starting = false
		}
		k.judge(group, now)
		for _, d := range group {
			d.unknown = k.chosen(d, now).End.IsZero()
		}
	}
}
