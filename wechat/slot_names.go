package wechat

import "github.com/wxapp-exporter/wxapp_exporter/text"

// AdSlotName is a kind of ad slot: how WeChat writes it (documented) and what it is called.
type AdSlotName struct {
	Slot string
	Name text.Both
}

// AdSlotNames returns the slots that WeChat documents.
func AdSlotNames() []AdSlotName { return adSlotNames[:] }

var adSlotNames = [...]AdSlotName{
	{"SLOT_ID_WEAPP_BANNER", text.Both{English: "Banner", Chinese: "Banner 广告"}},
	{"SLOT_ID_WEAPP_REWARD_VIDEO", text.Both{English: "Rewarded video", Chinese: "激励视频广告"}},
	{"SLOT_ID_WEAPP_INTERSTITIAL", text.Both{English: "Interstitial", Chinese: "插屏广告"}},
	{"SLOT_ID_WEAPP_VIDEO_FEEDS", text.Both{English: "Video", Chinese: "视频广告"}},
	{"SLOT_ID_WEAPP_VIDEO_BEGIN", text.Both{English: "Pre-roll video", Chinese: "视频贴片广告"}},
	{"SLOT_ID_WEAPP_BOX", text.Both{English: "Grid", Chinese: "格子广告"}},
	{"SLOT_ID_WEAPP_COVER", text.Both{English: "Cover", Chinese: "封面广告"}},
	{"SLOT_ID_WEAPP_TEMPLATE", text.Both{English: "Native template", Chinese: "原生模板广告"}},
}
