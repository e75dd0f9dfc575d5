package boards

import (
	"fmt"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The metrics of the dataset ads, by slot.
const (
	adRequests  = "wxapp_ad_requests"
	adExposures = "wxapp_ad_exposures"
	adClicks    = "wxapp_ad_clicks"
	adIncome    = "wxapp_ad_income_yuan"
	adECPM      = "wxapp_ad_ecpm_yuan"
)

// visitsAds shows what the ads in the Mini Programs bring.
func visitsAds(l language, d *grafana.Dashboard) {
	d.Row(l.text("Ads", "广告"))
	const yuan = "prefix:¥"
	none := l.text("no data yet; needs ads in WXAPP_DATASETS and an app that shows ads, and WeChat publishes a day by 16:00 of the next",
		"尚无数据；需在 WXAPP_DATASETS 中启用 ads 且小程序已开通流量主，微信最迟在次日 16 点发布")
	estimate := l.text("Income is an estimate until WeChat settles it on the 3rd and the 18th, and is shown as first published.",
		"收入在微信每月 3 日与 18 日结算前为预估值，此处为首次发布的数值。")
	income, slot := l.text("Income", "收入"), l.text("Ad slot", "广告位")
	of := func(metric string) string { return sumOf(series.Now(), series.AdsDay, metric, "slot") }
	d.Line(9,
		grafana.Table(l.ofNewest(l.text("Ad slots", "广告位"), series.AdsDay),
			l.text("The slots that had requests on the newest day. Fill rate: exposures divided by requests. Click rate: clicks divided by exposures. eCPM: income per 1,000 exposures as reported by WeChat.",
				"最新一天有请求的广告位。填充率：曝光量除以拉取量；点击率：点击量除以曝光量；eCPM：微信统计的千次曝光收入。")+" "+estimate,
			income, true,
			grafana.NowTable(ranked(series.AdsDay, adIncome, "slot")),
			grafana.NowTable(changeOfNames(series.AdsDay, adIncome, "slot")),
			grafana.NowTable(ecpm(series.Now())),
			grafana.NowTable(of(adExposures)),
			grafana.NowTable(fmt.Sprintf("%s / %s", of(adExposures), of(adRequests))),
			grafana.NowTable(fmt.Sprintf("%s / %s", of(adClicks), of(adExposures)))).
			Merged().
			Columns(nil,
				column("slot", slot, 0, mappings(l.slots()...)),
				column("Value #A", income, 100, unit(yuan), decimals(2)),
				otherWeekday("Value #B", l.text("vs last week", "较上周"), 115),
				column("Value #C", "eCPM", 90, unit(yuan), decimals(2)),
				column("Value #D", l.text("Exposures", "曝光量"), 100, unit("locale"), decimals(0)),
				column("Value #E", l.text("Fill rate", "填充率"), 95, unit("percentunit"), decimals(1)),
				column("Value #F", l.text("Click rate", "点击率"), 100, unit("percentunit"), decimals(2))).
			NoValue(none).Width(14),
		l.namedSlots(grafana.TimeSeries(l.text("Income by day", "每日广告收入"),
			l.text("Each bar stands on the day that it is for.", "每根柱子对应数据所属的日期。")+" "+estimate,
			grafana.Over(sumOf(series.OnDay(0), series.AdsDay, adIncome, "slot"), "{{slot}}"))).
			Unit(yuan).Decimals(2).Min(0).Every("1d").Bars().NoValue(none).Width(10))
	over := func(title, description, query string) *grafana.Panel {
		return l.namedSlots(grafana.TimeSeries(title, description+l.text(" Each point stands on the day that it is for.", "每个点位于数据所属的日期。"),
			grafana.Over(query, "{{slot}}"))).
			Min(0).Every("1d").NoValue(none)
	}
	on := func(metric string) string { return sumOf(series.OnDay(0), series.AdsDay, metric, "slot") }
	d.Line(8,
		grafana.Stat(l.ofNewest(income, series.AdsDay), l.text("All slots of the newest day together.", "最新一天全部广告位合计。")+" "+estimate,
			grafana.Now("sum("+daily(series.Now(), series.AdsDay, adIncome, "slot")+")", "")).
			Unit(yuan).Decimals(2).Thresholds(neutral, grafana.At(0, "green")).NoValue(needsShort(l, series.AdsDay)).Width(6),
		over(l.text("eCPM by day", "每日 eCPM"), l.text("Income per 1,000 exposures, as reported by WeChat.", "微信统计的千次曝光收入。"), ecpm(series.OnDay(0))).
			Unit(yuan).Decimals(2).Width(6),
		over(l.text("Exposures by day", "每日曝光量"), l.text("How often ads were shown.", "广告的曝光次数。"), on(adExposures)).
			Unit("locale").Decimals(0).Width(6),
		over(l.text("Click rate by day", "每日点击率"), l.text("Clicks divided by exposures.", "点击量除以曝光量。"), fmt.Sprintf("%s / %s", on(adClicks), on(adExposures))).
			Unit("percentunit").Decimals(2).Width(6))
}

// ecpm returns the income per 1,000 exposures of each slot. That of several apps is weighted
// with their exposures.
func ecpm(m series.Moment) string {
	each, seen := daily(m, series.AdsDay, adECPM, "slot"), daily(m, series.AdsDay, adExposures, "slot")
	return fmt.Sprintf("sum by (slot) (%s * on (appid, slot) %s) / sum by (slot) (%s and on (appid, slot) %s)", each, seen, seen, each)
}

// slots are the words for the slots that WeChat documents.
func (l language) slots() []grafana.Choice {
	var choices []grafana.Choice
	for _, slot := range wechat.AdSlotNames() {
		choices = append(choices, grafana.Choice{Value: slot.Slot, Text: l.text(slot.Name.English, slot.Name.Chinese)})
	}
	return choices
}

// namedSlots names the series of slots.
func (l language) namedSlots(p *grafana.Panel) *grafana.Panel {
	for _, choice := range l.slots() {
		p.Override(choice.Value.(string), property("displayName", choice.Text))
	}
	return p
}
