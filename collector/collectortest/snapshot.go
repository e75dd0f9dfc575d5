package collectortest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Answer is what WeChat said about a window: a portrait or a failure.
type Answer struct {
	Portrait *wechat.Portrait
	Failure  *wechat.Error
}

// Snapshot asks a simulated WeChat about an app and returns what a poll that just
// ended would show of it. Where WeChat fails, the snapshot says so.
func Snapshot(t testing.TB, server *wechattest.Server, app collector.App) *collector.Snapshot {
	t.Helper()
	answers, err := Ask(t.Context(), server, app)
	if err != nil {
		t.Fatal(err)
	}
	return Show(app, answers)
}

// Answered returns what is shown of an app when WeChat answers about every window with
// the same bytes.
func Answered(t testing.TB, app collector.App, answer []byte) *collector.Snapshot {
	t.Helper()
	portrait, err := wechat.DecodePortrait(answer)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[wechat.Window]Answer{}
	for _, window := range windows(time.Now()) {
		answers[window] = Answer{Portrait: portrait}
	}
	return Show(app, answers)
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

// windows returns the window of every range that ended the day before yesterday, the
// shortest first.
func windows(now time.Time) []wechat.Window {
	var all []wechat.Window
	for _, length := range wechat.Ranges() {
		all = append(all, wechat.Window{End: wechat.DayOf(now).Add(-2), Range: length})
	}
	return all
}

// Ask asks a simulated WeChat about the windows of an app that ended the day before
// yesterday. An error means that the client is broken: what WeChat answers is never one.
func Ask(ctx context.Context, server *wechattest.Server, app collector.App) (map[wechat.Window]Answer, error) {
	client := newClient(server, app)
	answers := map[wechat.Window]Answer{}
	for _, window := range windows(time.Now()) {
		portrait, err := client.UserPortrait(ctx, window)
		failure, understood := errors.AsType[*wechat.Error](err)
		if err != nil && !understood {
			return nil, err
		}
		answers[window] = Answer{portrait, failure}
	}
	return answers, nil
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

// Show returns what is shown of an app after a poll that ended now with these answers:
// all dimensions, devices limited to 20.
func Show(app collector.App, answers map[wechat.Window]Answer) *collector.Snapshot {
	now := time.Now()
	snapshot := &collector.Snapshot{
		App:         app,
		Status:      collector.StatusUp,
		LastPoll:    now,
		NextPoll:    now.Add(12 * time.Hour),
		TokenExpiry: now.Add(2 * time.Hour),
		Quota:       &wechat.Quota{Limit: 1000, Used: 6, Remaining: 994},
		FailedPolls: map[wechat.Reason]int64{wechat.ReasonBusy: 2},
	}
	shortestFirst := func(a, b wechat.Window) int { return cmp.Compare(a.Range, b.Range) }
	for _, window := range slices.SortedFunc(maps.Keys(answers), shortestFirst) {
		add(snapshot, window, answers[window])
	}
	return snapshot
}

// add adds what WeChat said about a window.
func add(s *collector.Snapshot, window wechat.Window, answer Answer) {
	question := collector.Question{Window: window, At: s.LastPoll, Outcome: collector.OutcomeData, Failure: answer.Failure}
	if answer.Failure != nil {
		question.Outcome = collector.OutcomeFailed
		s.Status = collector.StatusDown
		s.Failures = append(s.Failures, answer.Failure)
		s.FailedPolls[answer.Failure.Reason]++
		s.Asked = append(s.Asked, question)
		return
	}
	portrait := answer.Portrait
	if portrait.Empty() {
		question.Outcome = collector.OutcomeEmpty
	} else {
		s.LastSuccess = s.LastPoll
	}
	s.Asked = append(s.Asked, question)
	s.RowsMerged += int64(portrait.Merged)
	s.RowsRejected += int64(portrait.Rejected)
	s.Held = append(s.Held, collector.HeldWindow{
		Window: window, Answered: s.LastPoll, Confirmed: s.LastPoll,
		Rows: collector.NewRows(portrait, wechat.Dimensions(), map[wechat.Dimension]int{wechat.Device: 20}),
	})
}
