package collector

import (
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Shown is what is shown of a dataset at a time.
type Shown struct {
	// End is the newest day that the numbers are about. Zero: there are none.
	End wechat.Day
	// Held are the windows that are shown, in the order of the statistics.
	Held []Held
	// Until and Last are when the first and the last of the numbers become too old. Zero: there
	// are none.
	Until, Last time.Time
}

// Show returns what is shown of a dataset at a time, given the windows that are held of each of
// its statistics, in their order. It is the only place that decides this.
//
// Of a statistic the newest window is shown. If the statistics of the dataset belong together,
// it is the newest day about which all of them have answered; excused says of which no answer
// will come. Of cohorts each number of days is shown for the newest one of which it is known.
//
// Numbers are shown until maxAge after the end of their window. Those of a week or a month are
// shown until the next one is held, so for them maxAge counts from the end of the next one.
func Show(d wechat.Dataset, held [][]Held, excused func(statistic int, w wechat.Window) bool, now time.Time, maxAge time.Duration) Shown {
	shown := showing{now: now, maxAge: maxAge}
	shown.Held = make([]Held, 0, len(d.Statistics))
	if d.Joint {
		shown.joint(d, held, excused)
		return shown.Shown
	}
	for i, s := range d.Statistics {
		newest := newestFirst(held[i])
		if s.Cohorts != nil {
			shown.cohorts(s, newest)
		} else if len(newest) > 0 {
			shown.add(s, newest[0], newest[0].Window)
		}
	}
	return shown.Shown
}

type showing struct {
	Shown
	now    time.Time
	maxAge time.Duration
}

// add adds a window and its numbers, which are about another window if it is a cohort.
func (s *showing) add(of wechat.Statistic, held Held, about wechat.Window) {
	if s.End.IsZero() || about.End.After(s.End) {
		s.End = about.End
	}
	until := Expiry(of, about, s.maxAge)
	if s.now.After(until) {
		held.Withdrawn, held.Numbers = true, Numbers{}
	} else if s.Until.IsZero() || until.Before(s.Until) {
		s.Until = until
	}
	if until.After(s.Last) {
		s.Last = until
	}
	s.Held = append(s.Held, held)
}

// Expiry returns when the numbers of a window become too old to be shown.
func Expiry(of wechat.Statistic, w wechat.Window, maxAge time.Duration) time.Time {
	if of.Period != wechat.PeriodDay {
		w = of.Before(w, -1)
	}
	return w.EndTime().Add(maxAge)
}

// joint adds the newest day about which all statistics have answered or are excused.
func (s *showing) joint(d wechat.Dataset, held [][]Held, excused func(statistic int, w wechat.Window) bool) {
	for _, candidate := range newestFirst(slices.Concat(held...)) {
		day, complete := heldOf(candidate.Window, held, excused)
		if !complete {
			continue
		}
		for i, statistic := range d.Statistics {
			if day[i] != nil {
				s.add(statistic, *day[i], candidate.Window)
			}
		}
		return
	}
}

// heldOf returns what is held of a window, by statistic.
func heldOf(w wechat.Window, held [][]Held, excused func(statistic int, w wechat.Window) bool) (of []*Held, complete bool) {
	of = make([]*Held, len(held))
	for i, windows := range held {
		at := slices.IndexFunc(windows, func(h Held) bool { return h.Window == w })
		switch {
		case at >= 0:
			of[i] = &windows[at]
		case !excused(i, w):
			return nil, false
		}
	}
	return of, true
}

// cohorts adds, for each number of windows, the newest cohort of which it is known who came
// again so much later.
func (s *showing) cohorts(of wechat.Statistic, newest []Held) {
	for _, n := range of.Cohorts {
		for _, cohort := range newest {
			numbers := cohort.Numbers.after(n)
			if numbers.Empty() {
				continue
			}
			cohort.Numbers = numbers
			s.add(of, cohort, of.Before(cohort.Window, -n))
			break
		}
	}
}

func newestFirst(held []Held) []Held {
	return slices.SortedFunc(slices.Values(held), func(a, b Held) int { return b.End.Compare(a.End) })
}

// Equal reports whether the same numbers are shown.
func (s Shown) Equal(other Shown) bool {
	return s.End == other.End && slices.EqualFunc(s.Held, other.Held, func(a, b Held) bool { return a.Numbers.Equal(b.Numbers) })
}
