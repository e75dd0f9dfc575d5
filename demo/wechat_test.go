package demo_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/demo"
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
