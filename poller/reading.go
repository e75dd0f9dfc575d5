package poller

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// reading is what was read of the archive of an app so far: its state, the keys of its answers,
// and the newest answer of each window that is shown or may still be asked for. It reads nothing
// itself. The keys of the answers decide: an answer that the state does not mention counts, and
// one that is missing does not, whatever the state says.
type reading struct {
	known *knowledge // for its datasets and what is shown of them
	held  heldAnswers
	now   time.Time

	state     State
	stateRead bool
	lists     map[string]answers // by series; those that were read
	answers   map[AnswerKey]archivedAnswer

	missing []AnswerKey // that the last call of windows needs as well
	skipped []error     // why answers were skipped
}

// heldAnswers are when the answers came that the app holds already, by series.
type heldAnswers map[string]map[wechat.Day]time.Time

// has reports whether the app holds an answer or a newer one.
func (h heldAnswers) has(key AnswerKey) bool {
	return !key.Answered.After(h[key.Series][key.Window.End])
}

// answers are the keys of the answers of a series, by the last day of their window and the
// newest first.
type answers map[wechat.Day][]AnswerKey

// archivedAnswer is what is known of an archived answer that was read.
type archivedAnswer struct {
	numbers collector.Numbers
	empty   bool
	digest  wechat.Digest
	err     error // why it cannot be used
	skip    bool  // the answer before it is used meanwhile
}

// unreadable reports whether the answer could not be read, which may work later.
func (a archivedAnswer) unreadable() bool { return a.err != nil && !errors.Is(a.err, ErrDamaged) }

func newReading(known *knowledge, held heldAnswers) *reading {
	return &reading{known: known, held: held, lists: map[string]answers{}, answers: map[AnswerKey]archivedAnswer{}}
}

// listed records the keys of the answers of a series.
func (r *reading) listed(series string, keys []AnswerKey) {
	byEnd := answers{}
	for _, key := range keys {
		byEnd[key.Window.End] = append(byEnd[key.Window.End], key)
	}
	for _, of := range byEnd {
		slices.SortFunc(of, func(a, b AnswerKey) int { return b.Answered.Compare(a.Answered) })
	}
	r.lists[series] = byEnd
}

// unlisted returns the series of a dataset of which the keys were not read.
func (r *reading) unlisted(d *dataset) []*series {
	return slices.DeleteFunc(slices.Clone(d.series), func(s *series) bool { return r.lists[s.Series()] != nil })
}

// listFrom returns the day from which the answers of a series are listed. All windows that are shown
// or may be asked for again end on it or later.
func (r *reading) listFrom(s *series) wechat.Day {
	shown := 1 + int(r.known.shows.MaxAge/(24*time.Hour)) // days
	if s.Cohorts != nil {
		shown += 31 // the longest time after which cohorts of days came again
	}
	return wechat.DayOf(r.now).Add(-remembered(s.Statistic) - shown)
}

// listedTooLittle returns the series of a dataset whose newest answers are older than what was
// listed, and forgets what was.
func (r *reading) listedTooLittle(d *dataset) []*series {
	lists := make([]answers, len(d.series))
	for i, s := range d.series {
		lists[i] = r.lists[s.Series()]
	}
	apart := d.Joint && newestCommon(lists).IsZero()
	older := slices.DeleteFunc(slices.Clone(d.series), func(s *series) bool {
		listed := r.lists[s.Series()]
		return listed == nil || len(listed) > 0 && !apart
	})
	for _, s := range older {
		delete(r.lists, s.Series())
	}
	return older
}

// remembered returns the state without its windows.
func (r *reading) remembered() State {
	state := r.state
	state.Series = nil
	return state
}

// windows returns the state of those series of a dataset of which the keys were read. If answers are
// missing, it is not whole before they were read.
func (r *reading) windows(d *dataset) (state State, missing []AnswerKey) {
	r.missing, r.skipped = nil, nil
	lists := make([]answers, len(d.series))
	for i, s := range d.series {
		lists[i] = r.lists[s.Series()]
	}
	state.Series = map[string][]WindowState{}
	if r.known.leads(d) {
		state.LastPoll = newestAnswer(lists)
		state.LastSuccess = state.LastPoll
	}
	common := newestCommon(lists)
	for i, s := range d.series {
		if lists[i] != nil {
			state.Series[s.Series()] = r.series(d, s, lists[i], common)
		}
	}
	return state, r.missing
}

// newestAnswer returns when the last answer came; zero: there is none.
func newestAnswer(all []answers) (came time.Time) {
	for _, of := range all {
		for _, keys := range of {
			came = latest(came, keys[0].Answered)
		}
	}
	return came
}

// newestCommon returns the latest day that all statistics have answered, or the zero Day.
func newestCommon(all []answers) (newest wechat.Day) {
	for end := range all[0] {
		everywhere := !slices.ContainsFunc(all, func(others answers) bool { return others[end] == nil })
		if everywhere && (newest.IsZero() || end.After(newest)) {
			newest = end
		}
	}
	return newest
}

// series returns the windows of a series that are known or answered, the latest first.
func (r *reading) series(d *dataset, s *series, of answers, common wechat.Day) []WindowState {
	known := map[wechat.Day]WindowState{}
	for _, w := range r.state.Series[s.Series()] {
		known[w.End] = w
	}
	ends := slices.Collect(maps.Keys(known))
	for end := range of {
		if _, ok := known[end]; !ok {
			ends = append(ends, end)
		}
	}
	slices.SortFunc(ends, func(a, b wechat.Day) int { return b.Compare(a) })

	var windows []WindowState
	telling, scheduled := tellingCohorts(s, of), d.scheduled(s, wechat.DayOf(r.now))
	found := false // the newest answer
	for _, end := range ends {
		w := s.Window(end)
		askable := s.canBeAsked(w, r.now)
		if found && !askable && end != common {
			continue
		}
		shown := telling[end] || s.Cohorts == nil && !found
		if d.Joint {
			shown = telling[end] || !common.IsZero() && !end.Before(common)
		}
		need := needTime
		switch {
		case shown:
			need = needNumbers
		case slices.Contains(scheduled, w):
			need = needDigest
		}
		state := known[end]
		state.End = end
		answered, known := r.window(&state, of[end], need)
		found = found || answered
		if known && (answered || askable) {
			windows = append(windows, state)
		}
	}
	return windows
}

// tellingCohorts returns the cohorts that are shown: for each number of windows the newest
// that was answered so much later.
func tellingCohorts(s *series, of answers) map[wechat.Day]bool {
	telling := map[wechat.Day]bool{}
	for _, n := range s.Cohorts {
		var newest wechat.Day
		for end, keys := range of {
			if s.Tells(s.Window(end), n, keys[0].Answered) && (newest.IsZero() || end.After(newest)) {
				newest = end
			}
		}
		telling[newest] = true
	}
	return telling
}

// need is what is needed of an answer: the numbers, because they are shown; the digest, because the
// window may be asked for again; or only the time at which it came.
type need int

const (
	needTime need = iota
	needDigest
	needNumbers
)

// window adds what is needed of the newest usable answer of a window to its state. It reports
// whether there is one, and whether that is known: not while it must be read first, or cannot be
// read. Of what the app holds already, nothing is to be told.
func (r *reading) window(state *WindowState, keys []AnswerKey, need need) (answered, known bool) {
	before := *state
	state.Answered, state.Confirmed, state.Empty, state.Digest = time.Time{}, time.Time{}, false, 0
	for _, key := range keys {
		if r.held.has(key) {
			return true, false
		}
		state.Confirmed = key.Answered
		if key.Answered.Equal(before.Answered) {
			state.Confirmed, state.Empty, state.Digest = latest(before.Confirmed, key.Answered), before.Empty, before.Digest
		}
		if need == needNumbers || need == needDigest && state.Digest == 0 {
			answer, read := r.answers[key]
			switch {
			case !read:
				r.missing = append(r.missing, key)
				return true, false
			case answer.skip:
				r.skipped = append(r.skipped, answer.err)
				continue
			case answer.err != nil:
				return true, false
			}
			state.Empty, state.Digest, state.numbers = answer.empty, answer.digest, answer.numbers
		}
		state.Answered = key.Answered
		if state.Asked.Before(key.Answered) {
			state.Asked, state.Outcome = key.Answered, collector.OutcomeData
			if state.Empty {
				state.Outcome = collector.OutcomeEmpty
			}
		}
		return true, true
	}
	state.Confirmed, state.Empty, state.Digest = time.Time{}, false, 0
	if before.Held() { // the answer that was held is lost: ask again
		state.Asked, state.Outcome = time.Time{}, ""
	}
	return false, true
}

// retry forgets which answers could not be read, so that they are missing again. It returns them.
func (r *reading) retry() (skipped map[AnswerKey]bool) {
	skipped = map[AnswerKey]bool{}
	for key, answer := range r.answers {
		if answer.unreadable() {
			skipped[key] = answer.skip
			delete(r.answers, key)
		}
	}
	return skipped
}

// unreadable returns why the first of the answers that could not be read could not, or nil.
func (r *reading) unreadable() error {
	for _, answer := range r.answers {
		if answer.unreadable() {
			return answer.err
		}
	}
	return nil
}
