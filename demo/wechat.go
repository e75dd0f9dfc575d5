package demo

import (
	"maps"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// NewWeChat returns a WeChat with made-up apps of several sizes.
func NewWeChat() *wechattest.Server {
	return &wechattest.Server{Apps: map[string]wechattest.App{
		"wxdemo0000000000c1": {Secret: "demo", Users: 40_000, AdSlots: adSlots()},
		"wxdemo0000000000c2": {Secret: "demo", Users: 6_000, AdSlots: adSlots()[:1]},
		"wxdemo0000000000c3": {Secret: "demo", Users: 400},
	}}
}

// adSlots returns where the largest of them shows ads. The smallest shows none, as most apps do.
func adSlots() []string {
	return []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_INTERSTITIAL", "SLOT_ID_WEAPP_REWARD_VIDEO"}
}

// Apps returns the made-up apps.
func Apps() []config.App {
	var apps []config.App
	for id, name := range Names() {
		apps = append(apps, config.App{ID: id, Name: name, Tokens: config.TokenSource{Kind: config.BySecret, Value: "demo"}})
	}
	return apps
}

// Names returns the names of the made-up apps by appid.
func Names() map[string]string {
	return map[string]string{
		"wxdemo0000000000c1": "鲜果到家",
		"wxdemo0000000000c2": "城市骑行",
		"wxdemo0000000000c3": "社区图书馆",
	}
}

// PastDays is how many made-up days the demo's archive begins with.
const PastDays = 60

// NewPast returns the made-up days before now, as the simulated WeChat answers for them.
func NewPast(archive Archive, datasets []wechat.Dataset, simulated *wechattest.Server, now time.Time) Past {
	return Past{
		Archive:  archive,
		Apps:     slices.Sorted(maps.Keys(Names())),
		Days:     PastDays,
		Datasets: datasets,
		Now:      now,
		Answer: func(s wechat.Statistic, appid string, w wechat.Window, at time.Time) []byte {
			if s.Endpoint == wechat.EndpointUserPortrait {
				return simulated.PortraitAt(appid, w.End.Begin(), int(w.Range), at)
			}
			if s.Endpoint == wechat.EndpointAdIncome {
				answer := simulated.AdIncomeAt(appid, w.BeginTime(), w.End.Begin(), 1, 90, at)
				if _, err := s.Decode(answer, w); err != nil { // the app shows no ads
					return nil
				}
				return answer
			}
			return simulated.ReportAt(s.Endpoint, appid, w.End.Begin(), at)
		},
	}
}
