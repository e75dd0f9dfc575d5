package collectortest

import (
	"errors"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Everything returns what Snapshot returns, with all datasets beside the user portrait.
func Everything(t testing.TB, server *wechattest.Server, app collector.App) *collector.Snapshot {
	t.Helper()
	snapshot := Snapshot(t, server, app)
	client := newClient(server, app)
	for _, dataset := range wechat.Datasets() {
		reports := map[string][]*wechat.Report{}
		var failures []*wechat.Error
		for _, statistic := range dataset.Statistics {
			for _, day := range daysOf(statistic, time.Now()) {
				report, err := client.Report(t.Context(), statistic, day)
				if failure, ok := errors.AsType[*wechat.Error](err); ok {
					failures = append(failures, failure)
				} else if err != nil {
					t.Fatal(err)
				}
				reports[statistic.Endpoint] = append(reports[statistic.Endpoint], report)
			}
		}
		snapshot.Datasets = append(snapshot.Datasets, ShowDataset(dataset, reports, failures))
	}
	return snapshot
}

// daysOf returns the days that are asked for about a statistic when yesterday is not
// published yet.
func daysOf(s wechat.Statistic, now time.Time) []wechat.Day {
	newest := wechat.DayOf(now).Add(-2)
	if s.Cohorts == nil {
		return []wechat.Day{newest}
	}
	var days []wechat.Day
	for _, back := range s.Cohorts {
		days = append(days, newest.Add(-back))
	}
	return days
}

// ShowDataset returns what is shown of a dataset after a poll that ended now: the reports
// by endpoint and in the order of daysOf, nil where there was a failure. Pages are limited
// to 20.
func ShowDataset(dataset wechat.Dataset, reports map[string][]*wechat.Report, failures []*wechat.Error) collector.Dataset {
	shown := collector.Dataset{
		Name: dataset.Name, Status: collector.StatusUp, Failures: failures, FailedPolls: map[wechat.Reason]int64{wechat.ReasonQuota: 1},
	}
	if len(failures) > 0 {
		shown.Status = collector.StatusDown
	}
	var held [][]collector.Answer
	for _, statistic := range dataset.Statistics {
		var answers []collector.Answer
		days := daysOf(statistic, time.Now())
		for i, report := range reports[statistic.Endpoint] {
			if report != nil {
				answers = append(answers, collector.Answer{Day: days[i], Figures: collector.NewFigures(report, map[wechat.Dimension]int{wechat.Page: 20})})
			}
		}
		held = append(held, answers)
		shown.Statistics = append(shown.Statistics, collector.Statistic{
			Endpoint: statistic.Endpoint,
			Quota:    &wechat.Quota{Limit: 1000, Used: 6, Remaining: 994},
		})
	}
	excused := func(int, wechat.Day) bool { return false }
	show := collector.Show(dataset, held, excused, time.Now(), 7*24*time.Hour)
	shown.End, shown.Figures = show.End, show.Figures
	return shown
}
