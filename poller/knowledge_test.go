package poller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The tests of the core need no clock, no goroutine and no WeChat: time is a number, and an
// answer is a value.

func shanghaiTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 -0700", text+" +0800")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func datasetsNamed(t *testing.T, names ...string) []wechat.Dataset {
	t.Helper()
	var datasets []wechat.Dataset
	for _, name := range names {
		dataset, ok := wechat.DatasetNamed(name)
		if !ok {
			t.Fatalf("there is no dataset %s", name)
		}
		datasets = append(datasets, dataset)
	}
	return datasets
}

// full is an answer with numbers to a question, empty one without.
func full(q question) *wechat.Answer {
	switch {
	case q.series.Keeps > 0:
		return &wechat.Answer{Numbers: wechat.Portrait{{Metric: wechat.VisitUV, Dimension: wechat.Gender}: {{Name: "女", Users: 1}}}}
	case q.series.Cohorts != nil:
		var counts []wechat.KeyCount
		for _, n := range append([]int{0}, q.series.Cohorts...) {
			counts = append(counts, wechat.KeyCount{Key: int64(n), Count: 1})
		}
		return &wechat.Answer{Numbers: wechat.Retention{Active: counts}}
	}
	return &wechat.Answer{Numbers: wechat.VisitTrend{Users: wechat.Count{Value: 1, Known: true}}}
}

func empty(question) *wechat.Answer { return &wechat.Answer{Numbers: wechat.VisitTrend{}} }

// answering decides what comes of a question at a time.
type answering func(q question, now time.Time) (*wechat.Answer, error)

// timetable asks what is due from one time until another, and returns the questions. Each takes a
// second.
func timetable(k *knowledge, from, until time.Time, answer answering) []string {
	var lines []string
	for now := from; ; now = now.Add(time.Second) {
		q := k.next(now)
		now = latest(now, q.at)
		if !now.Before(until) || q.series == nil {
			return lines
		}
		lines = append(lines, wechat.InShanghai(now).Format("01-02 15:04 ")+q.series.Series()+" "+q.window.String())
		k.asking(q, now)
		switch a, err := answer(q, now); {
		case wechat.ReasonOf(err) == wechat.ReasonUnavailable:
			k.unavailable(q, now)
		case err != nil && wechat.ReasonOf(err) != wechat.ReasonNotReady:
			_ = k.failed(q, err, now)
		default:
			k.answered(q, a, now)
		}
		q.dataset.starting = false
	}
}

// published answers from 10:00 of the day after a window on.
func published(q question, now time.Time) (*wechat.Answer, error) {
	if now.Before(q.window.End.At(wechat.UsuallyPublished)) {
		return nil, &wechat.Error{Reason: wechat.ReasonNotReady, Code: "61503"}
	}
	return full(q), nil
}

// The questions about weeks and months, written out. The appid puts the first poll of a day at
// 08:08.
func TestTimetables(t *testing.T) {
	refusing := func(code string) answering {
		return func(q question, now time.Time) (*wechat.Answer, error) {
			if strings.HasPrefix(q.series.Series(), "weekly") {
				return nil, &wechat.Error{Reason: wechat.ReasonUnavailable, Code: code}
			}
			return published(q, now)
		}
	}
	tests := []struct {
		name        string
		datasets    []string
		from, until string
		answer      answering
		without     string // lines that are left out
		want        string
	}{
		{
			name: "a week is asked for on Monday and settled on Tuesday", datasets: []string{"weekly"},
			from: "2026-11-22 12:00", until: "2026-11-29 23:00", answer: published, without: "20261108 20261101 20261025",
			want: `
11-22 12:00 weekly_visit_trend 20261109-20261115
11-22 12:00 weekly_retention 20261109-20261115
11-22 12:00 weekly_retention 20261012-20261018
11-23 08:08 weekly_visit_trend 20261116-20261122
11-23 08:38 weekly_visit_trend 20261116-20261122
11-23 09:08 weekly_visit_trend 20261116-20261122
11-23 09:38 weekly_visit_trend 20261116-20261122
11-23 10:08 weekly_visit_trend 20261116-20261122
11-23 10:08 weekly_retention 20261116-20261122
11-23 10:08 weekly_retention 20261109-20261115
11-24 08:08 weekly_visit_trend 20261116-20261122`,
		},
		{
			name: "a month beside the portrait is asked for when yesterday is published", datasets: []string{"user_portrait", "monthly"},
			from: "2026-11-30 20:00", until: "2026-12-03 07:00", answer: published, without: "1d 7d 30d 20261031",
			want: `
11-30 20:00 monthly_retention 20260901-20260930
12-01 10:08 monthly_visit_trend 20261101-20261130
12-01 10:08 monthly_retention 20261101-20261130
12-02 08:08 monthly_visit_trend 20261101-20261130`,
		},
		{
			name: "the first of a month waits for its publication where weeks do not show it", datasets: []string{"weekly", "monthly"},
			from: "2026-11-30 20:00", until: "2026-12-02 23:00", answer: published, without: "weekly_visit_trend weekly_retention 20261031",
			want: `
11-30 20:00 monthly_retention 20260901-20260930
12-01 08:08 monthly_visit_trend 20261101-20261130
12-01 08:38 monthly_visit_trend 20261101-20261130
12-01 09:08 monthly_visit_trend 20261101-20261130
12-01 09:38 monthly_visit_trend 20261101-20261130
12-01 10:08 monthly_visit_trend 20261101-20261130
12-01 10:08 monthly_retention 20261101-20261130
12-02 08:08 monthly_visit_trend 20261101-20261130`,
		},
		{
			name: "what is not available is asked for once a day", datasets: []string{"user_portrait", "weekly"},
			from: "2026-11-23 12:00", until: "2026-11-25 23:00", answer: refusing("61501"), without: "1d 7d 30d",
			want: `
11-23 12:00 weekly_visit_trend 20261116-20261122
11-23 12:00 weekly_retention 20261116-20261122
11-23 12:00 weekly_retention 20261109-20261115
11-23 12:00 weekly_retention 20261102-20261108
11-23 12:00 weekly_retention 20261026-20261101
11-23 12:00 weekly_retention 20261019-20261025
11-24 08:08 weekly_visit_trend 20261116-20261122
11-24 08:08 weekly_retention 20261116-20261122
11-25 08:08 weekly_visit_trend 20261116-20261122
11-25 08:08 weekly_retention 20261116-20261122`,
		},
	}
	for _, test := range tests {
		k := newKnowledge("wx0123456789abcdef", testSchedule, datasetsNamed(t, test.datasets...), Shows{MaxAge: 168 * time.Hour})
		got := timetable(k, shanghaiTime(t, test.from), shanghaiTime(t, test.until), test.answer)
		got = slices.DeleteFunc(got, func(line string) bool {
			return slices.ContainsFunc(strings.Fields(test.without), func(part string) bool {
				return strings.Contains(line+"$", " "+part+" ") || strings.HasSuffix(line, part)
			})
		})
		if text := "\n" + strings.Join(got, "\n"); text != test.want {
			t.Errorf("%s: asked%s\nwant%s", test.name, text, test.want)
		}
	}
}

// What an answer changes, for a window of each rule.
func TestAnswered(t *testing.T) {
	morning, evening := "2026-11-24 09:00", "2026-11-24 20:00"
	tests := []struct {
		name     string
		dataset  string
		at       string
		before   func(question) *wechat.Answer // nil: nothing is held
		answer   func(question) *wechat.Answer // nil: not published
		want     effect
		outcome  collector.Outcome
		held     bool
		hasEmpty bool
	}{
		{"new numbers", "visits", morning, nil, full, effect{true, true, true}, collector.OutcomeData, true, false},
		{"the same numbers", "visits", morning, full, full, effect{false, false, true}, collector.OutcomeData, true, false},
		{"numbers after none", "visits", evening, empty, full, effect{true, true, true}, collector.OutcomeData, true, false},
		{"nothing in the morning", "visits", morning, nil, empty, effect{}, collector.OutcomeEmpty, false, false},
		{"nothing in the evening", "visits", evening, nil, empty, effect{archive: true}, collector.OutcomeEmpty, true, true},
		{"nothing after numbers", "visits", evening, full, empty, effect{}, collector.OutcomeEmpty, true, false},
		{"not published", "visits", morning, nil, nil, effect{}, collector.OutcomeNotReady, false, false},
		{"a portrait", "user_portrait", morning, nil, full, effect{true, true, true}, collector.OutcomeData, true, false},
		{"a cohort", "retention", morning, nil, full, effect{true, true, true}, collector.OutcomeData, true, false},
	}
	for _, test := range tests {
		k := newKnowledge("wx0123456789abcdef", testSchedule, datasetsNamed(t, test.dataset), Shows{MaxAge: 168 * time.Hour})
		now := shanghaiTime(t, test.at)
		d := k.datasets[0]
		s := d.series[0]
		w := s.Before(s.Newest(wechat.DayOf(now)), 1)
		q := question{target: target{d, s, w}, at: now}
		if test.before != nil {
			k.answered(q, test.before(q), shanghaiTime(t, "2026-11-24 19:00"))
		}
		var answer *wechat.Answer
		if test.answer != nil {
			answer = test.answer(q)
		}
		got := k.answered(q, answer, now)
		state := s.state(w)
		if got != test.want || state.Outcome != test.outcome || state.Held() != test.held || state.Empty != test.hasEmpty {
			t.Errorf("%s: %+v, %+v", test.name, got, state)
		}
	}
}

// What a failure pauses: the window that failed, or also all of its endpoint, or the whole app.
func TestFailed(t *testing.T) {
	now := shanghaiTime(t, "2026-11-24 12:00")
	tests := []struct {
		reason            wechat.Reason
		code              string
		dataset           string
		window, same, all time.Duration // at least, until the window, another of its endpoint, and another endpoint are asked for
	}{
		{wechat.ReasonBusy, "-1", "visits", 10 * time.Second, 0, 0},
		{wechat.ReasonPermission, "48001", "visits", 24 * time.Hour, 24 * time.Hour, 0},
		{wechat.ReasonPermission, "48001", "user_portrait", time.Hour, time.Hour, 0},
		{wechat.ReasonQuota, "45009", "visits", 12*time.Hour + 5*time.Minute, 12*time.Hour + 5*time.Minute, 0},
		{wechat.ReasonAllowlist, "40164", "visits", time.Hour, time.Hour, time.Hour},
	}
	for _, test := range tests {
		k := newKnowledge("wx0123456789abcdef", testSchedule, datasetsNamed(t, test.dataset, "pages"), Shows{})
		d, other := k.datasets[0], k.datasets[1]
		s := d.series[0]
		failing := target{d, s, s.Newest(wechat.DayOf(now))}
		same := target{d, s, s.Before(failing.window, 1)}
		elsewhere := target{other, other.series[0], other.series[0].Newest(wechat.DayOf(now))}
		err := errors.Join(&wechat.Error{Reason: test.reason, Code: test.code, Endpoint: s.Endpoint})
		if failure := k.failed(question{target: failing}, err, now); failure == nil || failure.Reason != test.reason {
			t.Errorf("%s: failure %v", test.reason, failure)
		}
		for i, pause := range []struct {
			of   target
			want time.Duration
		}{{failing, test.window}, {same, test.same}, {elsewhere, test.all}} {
			got := latest(k.blocked(pause.of, now), now).Sub(now)
			if got < pause.want || got > pause.want+pause.want/5 {
				t.Errorf("%s of %s: target %d is paused for %s, want %s", test.reason, test.dataset, i, got, pause.want)
			}
		}
		k.restarted()
		if wait := latest(k.blocked(failing, now), now).Sub(now); (wait == 0) != test.reason.NeedsPerson() {
			t.Errorf("%s: paused for %s after a restart", test.reason, wait)
		}
	}
}
