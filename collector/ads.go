package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// adFamilies show the dataset ads.
var adFamilies = []*Family{
	{
		Metric: Metric{
			Name: "wxapp_ad_requests", Type: Gauge, Unit: "{request}", Labels: []string{"appid", "period", "slot"},
			Help: "Ads delivered to an ad slot.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Requests, add, labels...) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_ad_exposures", Type: Gauge, Unit: "{exposure}", Labels: []string{"appid", "period", "slot"},
			Help: "Ads shown in an ad slot.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Exposures, add, labels...) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_ad_clicks", Type: Gauge, Unit: "{click}", Labels: []string{"appid", "period", "slot"},
			Help: "Clicks on the ads of an ad slot.", Stability: Stable,
		},
		Origin:  FromAnswer,
		figures: adFigures(func(s wechat.AdSlot, add adder, labels ...string) { count(s.Clicks, add, labels...) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_ad_income_yuan", Type: Gauge, Unit: "{yuan}", Labels: []string{"appid", "period", "slot"},
			Help: "Income of an ad slot in yuan: an estimate until WeChat's half-monthly settlement.", Stability: Stable, Decimal: true,
		},
		Origin:  FromAnswer,
		figures: adFigures(func(s wechat.AdSlot, add adder, labels ...string) { average(s.Income, add, labels...) }),
	},
	{
		Metric: Metric{
			Name: "wxapp_ad_ecpm_yuan", Type: Gauge, Unit: "{yuan}", Labels: []string{"appid", "period", "slot"},
			Help: "Income of an ad slot per 1,000 exposures in yuan, as reported by WeChat.", Stability: Stable, Decimal: true,
		},
		Origin:  FromAnswer,
		figures: adFigures(func(s wechat.AdSlot, add adder, labels ...string) { average(s.ECPM, add, labels...) }),
	},
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
