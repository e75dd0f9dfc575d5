package export_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// A damaged answer gives way to the one before it about the same window, and a window of which
// all are damaged to the window before it: of the user portrait as of a dataset.
func TestDamagedAnswerGivesWay(t *testing.T) {
	cohort := `{"visit_uv_new":[{"key":0,"value":9},{"key":1,"value":4}],"visit_uv":[]}`
	for name, test := range map[string]struct {
		archive map[poller.AnswerKey]string
		series  string
		want    string
		damaged []string
	}{
		"the user portrait": {
			archive: map[poller.AnswerKey]string{
				key(t, 20, 1, "21 10:00:00"): came(1),
				key(t, 21, 1, "22 10:00:00"): "torn",
				key(t, 22, 1, "23 10:00:00"): came(2),
				key(t, 22, 1, "23 11:00:00"): "<html>",
			},
			series:  `wxapp_users{appid="` + appid + `",dimension="province",metric="visit_uv",name="广东省",range="1d"}`,
			want:    "21 10:00: 1, 23 10:00: 2",
			damaged: []string{"1d 20261121 22 10:00", "1d 20261122 23 11:00"},
		},
		"a dataset of one statistic": {
			archive: map[poller.AnswerKey]string{
				answerOf(t, wechat.EndpointVisitPage, 20, "21 10:00:00"): `{"list":[{"page_path":"a","page_visit_pv":1}]}`,
				answerOf(t, wechat.EndpointVisitPage, 21, "22 10:00:00"): "torn",
				answerOf(t, wechat.EndpointVisitPage, 22, "23 10:00:00"): `{"list":[{"page_path":"a","page_visit_pv":2}]}`,
				answerOf(t, wechat.EndpointVisitPage, 22, "23 11:00:00"): "<html>",
			},
			series:  `wxapp_page_visits{appid="` + appid + `",page="a",period="day"}`,
			want:    "21 10:00: 1, 23 10:00: 2",
			damaged: []string{"visit_page 20261121 22 10:00", "visit_page 20261122 23 11:00"},
		},
		"one of several statistics that belong together": {
			archive: map[poller.AnswerKey]string{
				answerOf(t, wechat.EndpointDailyVisitTrend, 20, "21 10:00:00"): trend(1),
				answerOf(t, wechat.EndpointDailySummary, 20, "21 10:00:01"):    summary,
				answerOf(t, wechat.EndpointDailyVisitTrend, 21, "22 10:00:00"): trend(2),
				answerOf(t, wechat.EndpointDailySummary, 21, "22 10:00:01"):    "torn",
				answerOf(t, wechat.EndpointDailyVisitTrend, 22, "23 10:00:00"): trend(3),
				answerOf(t, wechat.EndpointDailySummary, 22, "23 10:00:01"):    summary,
				answerOf(t, wechat.EndpointDailyVisitTrend, 22, "23 11:00:00"): "<html>",
			},
			series:  sessionsOf,
			want:    "21 10:00: 1, 23 10:00: 3",
			damaged: []string{"daily_summary 20261121 22 10:00", "daily_visit_trend 20261122 23 11:00"},
		},
		"cohorts": {
			archive: map[poller.AnswerKey]string{
				answerOf(t, wechat.EndpointDailyRetention, 20, "22 10:00:00"): cohort,
				answerOf(t, wechat.EndpointDailyRetention, 21, "23 10:00:00"): "torn",
				answerOf(t, wechat.EndpointDailyRetention, 20, "23 10:00:01"): "<html>",
			},
			series:  `wxapp_retained_users{appid="` + appid + `",cohort="new",day="1"}`,
			want:    "22 10:00: 4",
			damaged: []string{"daily_retention 20261121 23 10:00", "daily_retention 20261120 23 10:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, answers{appid: test.archive})
			o.Datasets, o.Every = wechat.Datasets(), 24*time.Hour
			damaged := map[string]bool{}
			o.Damaged = func(id string, key poller.AnswerKey, err error) {
				if id != appid || err == nil {
					t.Errorf("%s: %v", id, err)
				}
				damaged[key.Asked()+" "+wechat.InShanghai(key.Answered).Format("02 15:04")] = true
			}
			if got := changes(t, o, test.series); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
			for _, want := range test.damaged {
				if !damaged[want] {
					t.Errorf("%v are damaged, but not %s", damaged, want)
				}
			}
			if len(damaged) != len(test.damaged) {
				t.Errorf("%v are damaged, want %v", damaged, test.damaged)
			}
		})
	}
}

// A damaged answer is told of and gives way to the one before it; one that cannot be read
// ends the export, because it might be read later.
func TestDamagedAnswers(t *testing.T) {
	archive := answers{appid: {
		key(t, 20, 1, "21 10:00:00"): came(1),
		key(t, 21, 1, "22 10:00:00"): "torn",
		key(t, 22, 1, "23 10:00:00"): "<html>",
		key(t, 22, 1, "23 11:00:00"): came(2),
		key(t, 22, 1, "23 12:00:00"): "torn",
	}}
	o := options(t, archive)
	damaged := map[string]bool{}
	o.Damaged = func(id string, key poller.AnswerKey, err error) {
		if id != appid || err == nil {
			t.Errorf("%s: %v", id, err)
		}
		damaged[key.Window.String()+" "+wechat.InShanghai(key.Answered).Format("02 15:04")] = true
	}
	e := newExport(t, o)
	if got, want := values(t, written(t, e, day(t, "23"))), "1 at 23 00:00:00, 1 at 23 06:00:00, 2 at 23 11:00:00, 2 at 23 12:00:00, 2 at 23 18:00:00"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, want := range []string{"20261121 22 10:00", "20261122 23 10:00", "20261122 23 12:00"} {
		if !damaged[want] {
			t.Errorf("told of %v, but not of %s", damaged, want)
		}
	}

	archive[appid][key(t, 22, 7, "23 10:00:00")] = "away"
	if _, err := newExport(t, o).Write(t.Context(), io.Discard, day(t, "23")); !errors.Is(err, errArchive) {
		t.Errorf("error %v", err)
	}
}
