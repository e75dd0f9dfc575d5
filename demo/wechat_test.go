package demo_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// What the past says is what the simulated WeChat answers, so that nothing jumps where it
// ends.
func TestPastIsThatOfTheDemo(t *testing.T) {
	simulated := demo.NewWeChat()
	past := demo.NewPast(&kept{}, wechat.Datasets(), simulated, time.Now())
	const appid = "wxdemo0000000000c1"
	apps := demo.Apps()
	app := apps[slices.IndexFunc(apps, func(a config.App) bool { return a.ID == appid })]
	transport := &http.Client{Transport: simulated}
	client := &wechat.Client{HTTP: transport, Tokens: &wechat.SecretTokens{
		AppID: appid, Secret: func() (wechat.Secret, error) { return app.Tokens.Value, nil }, Endpoint: wechat.StableToken, HTTP: transport,
	}}
	for _, dataset := range wechat.Datasets() {
		for _, statistic := range dataset.Statistics {
			window := statistic.Before(statistic.Newest(wechat.DayOf(time.Now())), 1)
			answer, err := client.Ask(t.Context(), statistic, window)
			if err != nil {
				t.Fatal(err)
			}
			if made := past.Answer(statistic, appid, window, time.Now()); string(made) != string(answer.Bytes) {
				t.Errorf("%s: the past has %.200s\nWeChat answers %.200s", statistic.Series(), made, answer.Bytes)
			}
		}
	}
}

// What WeChat refuses is no part of the past: an app without ads has no answers about them.
func TestPastWithoutRefusals(t *testing.T) {
	archive := &kept{keys: map[string][]poller.AnswerKey{}, text: map[string]string{}}
	past := demo.NewPast(archive, wechat.Datasets(), demo.NewWeChat(), time.Now())
	past.Days = 1
	if _, err := past.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	ads := map[string]bool{}
	for appid, keys := range archive.keys {
		ads[appid] = slices.ContainsFunc(keys, func(key poller.AnswerKey) bool { return key.Series == wechat.EndpointAdIncome })
	}
	want := map[string]bool{"wxdemo0000000000c1": true, "wxdemo0000000000c2": true, "wxdemo0000000000c3": false}
	if !maps.Equal(ads, want) {
		t.Errorf("answers about ads: %v, want %v", ads, want)
	}
	for key, text := range archive.text {
		if strings.Contains(text, `"ret":2009`) {
			t.Errorf("%s is refused: %s", key, text)
		}
	}
}

// Each answer about ads has the income of its own day, which is published later than other numbers.
func TestPastHasTheIncomeOfEachDay(t *testing.T) {
	archive := &kept{keys: map[string][]poller.AnswerKey{}, text: map[string]string{}}
	past := demo.NewPast(archive, slices.DeleteFunc(wechat.Datasets(), func(d wechat.Dataset) bool { return d.Name != "ads" }), demo.NewWeChat(), time.Now())
	if _, err := past.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	for appid, keys := range archive.keys {
		for _, key := range keys {
			text := archive.text[appid+" "+key.Asked()+" "+key.Answered.UTC().Format(time.RFC3339Nano)]
			if day := key.Window.End.DateOnly(); !strings.Contains(text, `"date":"`+day+`"`) {
				t.Errorf("%s has no income on %s", appid, day)
			}
		}
	}
	if len(archive.keys) != 2 {
		t.Errorf("%d apps show ads", len(archive.keys))
	}
}
