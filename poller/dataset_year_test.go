package poller_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// catchingUpDays is how long the archive of an app that was just added is caught up.
const catchingUpDays = 14

// For every combination of the daily datasets, and for those of weeks and months, with changing
// publication hours, days without users and restarts at any hour, the budget of each dataset is
// kept on every day and no window is missing. If TEST_SIZE is full, everything together runs for a
// year and the others for some weeks; otherwise everything together runs for some weeks, and the
// others do not run.
func TestDatasetYear(t *testing.T) {
	combinations := [][]wechat.Dataset{optional(), optional("weekly"), optional("monthly"), optional("weekly", "monthly")}
	for chosen := range 1 << len(daily()) {
		var datasets []wechat.Dataset
		for i, dataset := range daily() {
			if chosen>>i&1 == 1 {
				datasets = append(datasets, dataset)
			}
		}
		if len(datasets) > 0 {
			combinations = append(combinations, datasets)
		}
	}
	for _, datasets := range combinations {
		for _, portrait := range []bool{true, false} {
			var names []string
			if portrait {
				names = append(names, wechat.UserPortrait)
			}
			for _, dataset := range datasets {
				names = append(names, dataset.Name)
			}
			days := catchingUpDays + 30
			if len(datasets) == len(optional()) && portrait {
				days = simulatedDays()
			}
			if days < simulatedDays() && simulatedDays() < 365 {
				continue
			}
			t.Run(strings.Join(names, "+"), func(t *testing.T) { simulateDatasets(t, datasets, portrait, days) })
		}
	}
}

func simulateDatasets(t *testing.T, datasets []wechat.Dataset, portrait bool, days int) {
	synctest.Test(t, func(t *testing.T) {
		s := pollertest.New(t)
		s.Options.Datasets = datasets
		if portrait {
			s.Options.Datasets = withPortrait(datasets)
		}
		s.Server.Published = publication
		s.Server.Apps = map[string]wechattest.App{appid: {Users: 30}} // short answers
		s.Server.Nobody = func(_ string, day time.Time) bool { return portrait && day.Unix()/86400%17 == 0 }
		pollertest.SleepUntil(t, "2000-01-10 00:30")
		first := wechat.DayOf(time.Now())
		s.Start()
		for hour := range days * 24 {
			time.Sleep(time.Hour)
			synctest.Wait()
			if hour%37 == 0 {
				s.End()
				time.Sleep(time.Duration(hour%5) * 13 * time.Minute)
				s.Start()
			}
		}
		s.End()
		calls := callsByDay(s)
		for day := first; day != first.Add(days-1); day = day.Add(1) {
			checkBudget(t, day, calls[day], datasets, portrait, day.Begin().Before(first.Add(catchingUpDays).Begin()))
		}
		for _, dataset := range datasets {
			for _, statistic := range dataset.Statistics {
				checkHeld(t, s, statistic, first, first.Add(days-4))
			}
		}
	})
}

// checkBudget checks the calls of a day. While the archive is caught up, five more are
// allowed for each dataset. Without the portrait the first statistic waits for the
// publication, and weeks and months do each for themselves.
func checkBudget(t *testing.T, day wechat.Day, calls map[string]int, datasets []wechat.Dataset, portrait, catchingUp bool) {
	t.Helper()
	paths := 0
	for i, dataset := range datasets {
		budget := map[string]int{"visits": 4, "sources": 2, "retention": 9, "pages": 2, "weekly": 1 + 5, "monthly": 1 + 2}[dataset.Name]
		if catchingUp {
			budget += 5
		}
		weeks := datasets[0].Statistics[0].Period != wechat.PeriodDay // which do not show whether yesterday is published
		if !portrait && (i == 0 || weeks) {
			waited := min(publication("", day.Add(-1).Begin()).Sub(day.At(8*time.Hour)), 16*time.Hour)
			budget += int(waited/(30*time.Minute)) + 1
		}
		n := 0
		for _, statistic := range dataset.Statistics {
			n += calls[statistic.Endpoint]
			paths++
		}
		if n > budget {
			t.Errorf("%s: %d calls of %s; the budget is %d", day, n, dataset.Name, budget)
		}
	}
	if portrait {
		paths++
	}
	if calls["quota"] > paths {
		t.Errorf("%s: %d calls for the quotas of %d paths", day, calls["quota"], paths)
	}
}

// checkHeld checks that the archive has every window from the first day on.
func checkHeld(t *testing.T, s *pollertest.Simulation, statistic wechat.Statistic, first, last wechat.Day) {
	t.Helper()
	keys, err := s.Archive.List(t.Context(), appid, statistic, wechat.Day{})
	if err != nil {
		t.Fatal(err)
	}
	answers := map[wechat.Window]int{}
	for _, key := range keys {
		answers[key.Window]++
	}
	w := statistic.Newest(last)
	for ; !w.End.Before(first.Add(-catchingUpDays)); w = statistic.Before(w, 1) {
		if n := answers[w]; n == 0 || statistic.Cohorts == nil && n != 1 {
			t.Errorf("%d answers of %s about %s", n, statistic.Endpoint, w)
		}
	}
}
