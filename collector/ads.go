package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// adFamilies show the dataset ads.
var adFamilies = []*Family{
	ofAnswer(gauge("wxapp_ad_requests", "{request}",
		"Ads delivered to an ad slot.", "appid", "period", "slot"),
		adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Requests, add, labels...) })),
	ofAnswer(gauge("wxapp_ad_exposures", "{exposure}",
		"Ads shown in an ad slot.", "appid", "period", "slot"),
		adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Exposures, add, labels...) })),
	ofAnswer(gauge("wxapp_ad_clicks", "{click}",
		"Clicks on the ads of an ad slot.", "appid", "period", "slot"),
		adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Clicks, add, labels...) })),
	ofAnswer(gauge("wxapp_ad_income_yuan", "{yuan}",
		"Income of an ad slot in yuan: an estimate until WeChat's half-monthly settlement.", "appid", "period", "slot").decimal(),
		adFigures(func(s wechat.AdSlot, add adder, labels ...string) { average(s.Income, add, labels...) })),
	ofAnswer(gauge("wxapp_ad_ecpm_yuan", "{yuan}",
		"Income of an ad slot per 1,000 exposures in yuan, as reported by WeChat.", "appid", "period", "slot").decimal(),
		adFigures(func(s wechat.AdSlot, add adder, labels ...string) { average(s.ECPM, add, labels...) })),
}

func adLabels() []Label {
	return []Label{{"slot", nil, "an ad slot as WeChat names it, such as `SLOT_ID_WEAPP_BANNER`"}}
}

// adFigures returns the figures that tell a number of every slot.
func adFigures(number func(s wechat.AdSlot, add adder, labels ...string)) figures {
	return figuresOf(func(s wechat.Statistic, income wechat.AdIncome, add adder) {
		for _, slot := range income {
			number(slot, add, s.Period.String(), slot.Slot)
		}
	})
}
