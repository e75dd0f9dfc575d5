package poller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// reading reads what the archive holds of an app: its state, and the newest answer of each window
// that is shown or may still be asked for. The keys of the answers decide: an answer that the
// state does not mention counts, and one that is missing does not, whatever the state
// says.
type reading struct {
	archive Archive
	appid   string
	known   *knowledge // for its datasets and what is shown of them
	now     time.Time
	places  chan struct{} // one for each answer that is decoded at a time
	turn    *turn
	// skips says that an answer that cannot be read is skipped, as a damaged one is.
	skips bool

	skipped []error // why answers were skipped
}

// state reads the state with what is known from the answers.
func (r *reading) state(ctx context.Context) (State, error) {
	state, err := r.archive.State(ctx, r.appid)
	if err != nil {
		return State{}, fmt.Errorf("read the state: %w", err)
	}
	series := maps.Clone(state.Series)
	if series == nil {
		series = map[string][]WindowState{}
	}
	for _, d := range r.known.datasets {
		answers, err := r.list(ctx, d)
		if err != nil {
			return State{}, err
		}
		if r.known.leads(d) {
			came := newestAnswer(answers)
			state.LastPoll, state.LastSuccess = latest(state.LastPoll, came), latest(state.LastSuccess, came)
		}
		common := newestCommon(answers)
		for i, s := range d.series {
			windows, err := r.readSeries(ctx, d, s, state.Series[s.Series()], answers[i], common)
			if err != nil {
				return State{}, err
			}
			series[s.Series()] = windows
		}
	}
	state.Series = series
	return state, nil
}

// answers are the keys of the answers of a series, by the last day of their window and the
// newest first.
type answers map[wechat.Day][]AnswerKey

// list returns the keys of the answers of a dataset, by statistic.
func (r *reading) list(ctx context.Context, d *dataset) ([]answers, error) {
	var all []answers
	for _, s := range d.series {
		keys, err := r.archive.List(ctx, r.appid, s.Statistic)
		if err != nil {
			return nil, fmt.Errorf("list the answers of %s: %w", s.Series(), err)
		}
		byEnd := answers{}
		for _, key := range keys {
			byEnd[key.Window.End] = append(byEnd[key.Window.End], key)
		}
		for _, of := range byEnd {
			slices.SortFunc(of, func(a, b AnswerKey) int { return b.Answered.Compare(a.Answered) })
		}
		all = append(all, byEnd)
	}
	return all, nil
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

// readSeries reads the windows of a series that are known or answered, the latest first.
func (r *reading) readSeries(ctx context.Context, d *dataset, s *series, remembered []WindowState, of answers, common wechat.Day) ([]WindowState, error) {
	known := map[wechat.Day]WindowState{}
	for _, w := range remembered {
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
		needed := slices.Contains(scheduled, w) || telling[end]
		if d.Joint {
			needed = needed || !common.IsZero() && !end.Before(common)
		} else {
			needed = needed || !found && s.Cohorts == nil
		}
		state := known[end]
		state.End = end
		held, err := r.readWindow(ctx, s, &state, of[end], needed)
		if err != nil {
			return nil, err
		}
		found = found || held
		if held || askable {
			windows = append(windows, state)
		}
	}
	return windows, nil
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

// readWindow reads the newest usable answer of a window into its state, or only when it came if its
// numbers are not needed. It reports whether there is one. The error means that an answer could
// not be read, which may be temporary.
func (r *reading) readWindow(ctx context.Context, s *series, state *WindowState, keys []AnswerKey, needed bool) (held bool, err error) {
	before := *state
	state.Answered, state.Confirmed, state.Empty, state.Digest = time.Time{}, time.Time{}, false, 0
	for _, key := range keys {
		var answer *wechat.Answer
		if needed {
			answer, err = decodeArchived(ctx, r.archive, r.appid, s.Statistic, key, r.places, r.turn)
			if err != nil && !errors.Is(err, ErrDamaged) && !r.skips {
				return false, err
			}
			if err != nil {
				r.skipped = append(r.skipped, err)
				continue
			}
		}
		state.Answered, state.Confirmed = key.Answered, key.Answered
		if key.Answered.Equal(before.Answered) {
			state.Confirmed, state.Empty, state.Digest = latest(before.Confirmed, key.Answered), before.Empty, before.Digest
		}
		outcome := collector.OutcomeData
		if answer != nil {
			state.Empty, state.Digest = answer.Empty(), answer.Digest()
			state.numbers = collector.NewNumbers(s.Statistic, answer, r.known.shows.Dimensions, r.known.shows.Top)
			if answer.Empty() {
				outcome = collector.OutcomeEmpty
			}
		}
		if state.Asked.Before(key.Answered) {
			state.Asked, state.Outcome = key.Answered, outcome
		}
		return true, nil
	}
	if before.Held() { // the answer that was held is lost: ask again
		state.Asked, state.Outcome = time.Time{}, ""
	}
	return false, nil
}

// decodeArchived reads an archived answer and decodes it when there is a place for it. Only
// reading can hang, so the turn, which may be nil, is not lost while it decodes.
func decodeArchived(ctx context.Context, archive Archive, appid string, s wechat.Statistic, key AnswerKey, places chan struct{}, t *turn) (decoded *wechat.Answer, err error) {
	answer, err := archive.Answer(ctx, appid, key)
	if err != nil {
		return nil, err
	}
	t.aside(func() {
		places <- struct{}{}
		defer func() { <-places }()
		decoded, err = s.Decode(answer, key.Window)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s of %s, answered %s: %w", ErrDamaged, key.Asked(), appid, key.Answered.UTC().Format(time.RFC3339Nano), err)
	}
	decoded.Bytes = nil
	return decoded, nil
}
