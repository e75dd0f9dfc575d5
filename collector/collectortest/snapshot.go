package collectortest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Answer is what WeChat said about a window of a statistic: an answer or a failure.
type Answer struct {
	Statistic wechat.Statistic
	Window    wechat.Window
	Answer    *wechat.Answer
	Failure   *wechat.Error
}

// Snapshot asks a simulated WeChat about the user portrait of an app and returns what a poll that
// just ended would show of it. Where WeChat fails, the snapshot says so.
func Snapshot(t testing.TB, server *wechattest.Server, app collector.App) *collector.Snapshot {
	t.Helper()
	return ask(t, server, app, wechat.Datasets()[:1])
}

// Everything returns what Snapshot returns, with all datasets.
func Everything(t testing.TB, server *wechattest.Server, app collector.App) *collector.Snapshot {
	t.Helper()
	return ask(t, server, app, wechat.Datasets())
}

func ask(t testing.TB, server *wechattest.Server, app collector.App, datasets []wechat.Dataset) *collector.Snapshot {
	t.Helper()
	var all [][]Answer
	for _, dataset := range datasets {
		answers, err := Ask(t.Context(), server, app, dataset)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, answers)
	}
	return Show(app, datasets, all)
}

// Answered returns what is shown of an app when WeChat answers about every window of the user
// portrait with the same bytes.
func Answered(t testing.TB, app collector.App, answer []byte) *collector.Snapshot {
	t.Helper()
	portrait := wechat.Datasets()[0]
	answers := questions(portrait, time.Now())
	for i, a := range answers {
		decoded, err := a.Statistic.Decode(answer, a.Window)
		if err != nil {
			t.Fatal(err)
		}
		answers[i].Answer = decoded
	}
	return Show(app, []wechat.Dataset{portrait}, [][]Answer{answers})
}

// Store returns a Store of n apps that all have the numbers of one. They are called
// wx0000000000000000, wx0000000000000001 and so on.
func Store(snapshot *collector.Snapshot, n int) *collector.Store {
	store := &collector.Store{}
	for i := range n {
		same := *snapshot
		same.App.ID = fmt.Sprintf("wx%016x", i)
		store.Put(&same)
	}
	return store
}

// questions returns the windows of a dataset that are asked for when yesterday is not published
// yet, without answers.
func questions(dataset wechat.Dataset, now time.Time) []Answer {
	var all []Answer
	for _, s := range dataset.Statistics {
		newest := s.Before(s.Newest(wechat.DayOf(now)), 1)
		if s.Cohorts == nil {
			all = append(all, Answer{Statistic: s, Window: newest})
		}
		for _, n := range s.Cohorts {
			all = append(all, Answer{Statistic: s, Window: s.Before(newest, n)})
		}
	}
	return all
}

// Ask asks a simulated WeChat about the windows of a dataset that are asked for when yesterday is
// not published yet. An error means that the client is broken: what WeChat answers is never one.
func Ask(ctx context.Context, server *wechattest.Server, app collector.App, dataset wechat.Dataset) ([]Answer, error) {
	client := newClient(server, app)
	answers := questions(dataset, time.Now())
	for i, a := range answers {
		answer, err := client.Ask(ctx, a.Statistic, a.Window)
		failure, understood := errors.AsType[*wechat.Error](err)
		if err != nil && !understood {
			return nil, err
		}
		answers[i].Answer, answers[i].Failure = answer, failure
	}
	return answers, nil
}

// failureOf returns the failure as an error, which is nil if there is none.
func failureOf(a Answer) error {
	if a.Failure == nil {
		return nil
	}
	return a.Failure
}

// newClient returns a client of an app on a simulated WeChat.
func newClient(server *wechattest.Server, app collector.App) *wechat.Client {
	return &wechat.Client{
		HTTP: &http.Client{Transport: server},
		Tokens: &wechat.SecretTokens{
			AppID:  app.ID,
			Secret: func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
			HTTP:   &http.Client{Transport: server},
		},
	}
}

// Show returns what is shown of an app after a poll that ended now with these answers, by
// dataset: all dimensions, devices and pages limited to 20.
func Show(app collector.App, datasets []wechat.Dataset, answers [][]Answer) *collector.Snapshot {
	now := time.Now()
	snapshot := &collector.Snapshot{
		App:         app,
		LastPoll:    now,
		NextPoll:    now.Add(12 * time.Hour),
		TokenExpiry: now.Add(2 * time.Hour),
	}
	for i, dataset := range datasets {
		snapshot.Datasets = append(snapshot.Datasets, show(snapshot, dataset, answers[i]))
	}
	leading := snapshot.Leading()[0]
	snapshot.Status, snapshot.Failures = leading.Status, leading.Failures
	return snapshot
}

// show returns what is shown of a dataset, and counts its rows in the snapshot.
func show(s *collector.Snapshot, dataset wechat.Dataset, answers []Answer) collector.Dataset {
	shown := collector.Dataset{Name: dataset.Name, Status: collector.StatusUp, FailedPolls: map[wechat.Reason]int64{wechat.ReasonBusy: 2}}
	if dataset.Name != wechat.UserPortrait {
		shown.FailedPolls = map[wechat.Reason]int64{wechat.ReasonQuota: 1}
	}
	for _, endpoint := range dataset.Endpoints() {
		shown.Endpoints = append(shown.Endpoints, collector.Endpoint{Name: endpoint, Quota: &wechat.Quota{Limit: 1000, Used: 6, Remaining: 994}})
	}
	held := make([][]collector.Held, len(dataset.Statistics))
	for _, a := range answers {
		question := collector.Question{Series: a.Statistic.Series(), Window: a.Window, At: s.LastPoll, Outcome: collector.OutcomeData, Failure: a.Failure}
		switch {
		case wechat.ReasonOf(failureOf(a)) == wechat.ReasonUnavailable:
			question.Outcome, question.Failure = collector.OutcomeUnavailable, nil
		case a.Failure != nil:
			question.Outcome = collector.OutcomeFailed
			shown.Status = collector.StatusDown
			shown.Failures = append(shown.Failures, a.Failure)
			shown.FailedPolls[a.Failure.Reason]++
		case a.Answer.Empty():
			question.Outcome = collector.OutcomeEmpty
		case dataset.Name == wechat.UserPortrait:
			s.LastSuccess = s.LastPoll
		}
		shown.Asked = append(shown.Asked, question)
		if a.Failure != nil {
			continue
		}
		s.RowsMerged += int64(a.Answer.Merged)
		s.RowsRejected += int64(a.Answer.Rejected)
		i := slices.IndexFunc(dataset.Statistics, func(of wechat.Statistic) bool { return of.Series() == a.Statistic.Series() })
		held[i] = append(held[i], collector.Held{
			Series: a.Statistic.Series(), Window: a.Window, Answered: s.LastPoll, Confirmed: s.LastPoll,
			Numbers: collector.NewNumbers(a.Statistic, a.Answer, wechat.Dimensions(), map[wechat.Dimension]int{wechat.Device: 20, wechat.Page: 20}),
		})
	}
	excused := func(int, wechat.Window) bool { return false }
	show := collector.Show(dataset, held, excused, s.LastPoll, 7*24*time.Hour)
	shown.End, shown.Held = show.End, show.Held
	return shown
}
