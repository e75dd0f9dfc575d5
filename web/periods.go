package web

import (
	"fmt"
	"math"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// newWeek returns what users did in the last week that ended.
func newWeek(d *collector.Dataset, language text.Language) *visits {
	v := &visits{
		Title: language.Say("The week %s", "最近一周：%s", windowText(wechat.Window{End: d.End, Range: wechat.Range7Days})),
		Tiles: tilesOf(d, language, periodTiles()),
	}
	return v.cameBack(d, "wxapp_weekly_retained_users", "wxapp_weekly_retention_cohort_users", language.Say("Came back a week later", "次周留存"), language)
}

// newMonth returns what users did in the last month that ended.
func newMonth(d *collector.Dataset, language text.Language) *visits {
	begin := d.End.Begin()
	v := &visits{
		Title: language.Say("%[3]s %[1]d", "%[1]d 年 %[2]d 月", begin.Year(), int(begin.Month()), begin.Month()),
		Tiles: tilesOf(d, language, periodTiles()),
	}
	return v.cameBack(d, "wxapp_monthly_retained_users", "wxapp_monthly_retention_cohort_users", language.Say("Came back a month later", "次月留存"), language)
}

// cameBack adds the share of the users of one period earlier who came again in this one.
func (v *visits) cameBack(d *collector.Dataset, again, came, name string, language text.Language) *visits {
	returned, known := cohort(d, again)
	of, _ := cohort(d, came)
	if known && of > 0 {
		v.Tiles = append(v.Tiles, tile{Name: name, Value: percent(int64(returned), int64(of)), Note: language.Say("of all users", "全部用户")})
	}
	return v
}

// cohort returns a metric of all users of one period earlier.
func cohort(d *collector.Dataset, metric string) (value float64, ok bool) {
	for _, held := range d.Held {
		for _, figure := range held.Numbers.Figures(metric) {
			if figure.Labels[0] == "active" && figure.Labels[1] == "1" {
				return figure.Value, true
			}
		}
	}
	return 0, false
}

// newAds returns what ads brought on the newest day. What WeChat does not tell is left out, or a dash.
func newAds(d *collector.Dataset, language text.Language) *visits {
	income, ecpm := bySlot(d, "wxapp_ad_income_yuan"), bySlot(d, "wxapp_ad_ecpm_yuan")
	exposures, clicks := bySlot(d, "wxapp_ad_exposures"), bySlot(d, "wxapp_ad_clicks")
	v := &visits{Title: language.Say("Ads on %s, %s", "%s（%s）的广告", weekday(d.End, language), d.End.DateOnly())}
	for _, t := range []struct {
		of         map[string]float64
		name, note string
		value      func(float64, text.Language) string
	}{
		{income, language.Say("Income", "收入"), language.Say("an estimate until WeChat settles it", "结算前为预估值"), yuan},
		{exposures, language.Say("Exposures", "曝光量"), "", whole},
		{clicks, language.Say("Clicks", "点击量"), "", whole},
	} {
		if len(t.of) == 0 {
			continue
		}
		total := 0.0
		for _, value := range t.of {
			total += value
		}
		v.Tiles = append(v.Tiles, tile{t.name, t.value(total, language), t.note})
	}
	cents := map[string]int64{} // of all slots
	for _, of := range []map[string]float64{income, ecpm, exposures, clicks, bySlot(d, "wxapp_ad_requests")} {
		for slot := range of {
			cents[slot] = int64(math.Round(100 * income[slot]))
		}
	}
	if len(cents) == 0 {
		return v
	}
	l := list{
		Title:   language.Say("Ad slots", "广告位"),
		Columns: []string{language.Say("Income", "收入"), "eCPM", language.Say("Exposures", "曝光量")},
	}
	number := func(of map[string]float64, slot string, value func(float64, text.Language) string) string {
		if known, ok := of[slot]; ok {
			return value(known, language)
		}
		return "–"
	}
	rows := ranked(cents)
	for _, row := range rows {
		l.Rows = append(l.Rows, bar{
			Name: slotName(row.Name, language), Width: widthOf(row.Users, rows[0].Users),
			Numbers: []string{number(income, row.Name, yuan), number(ecpm, row.Name, yuan), number(exposures, row.Name, whole)},
		})
	}
	v.Lists = []list{l}
	return v
}

func yuan(f float64, _ text.Language) string {
	cents := int64(math.Round(100 * f))
	return fmt.Sprintf("¥%s.%02d", text.Grouped(cents/100), cents%100)
}

// bySlot returns the values of a metric by ad slot.
func bySlot(d *collector.Dataset, metric string) map[string]float64 {
	all := map[string]float64{}
	for _, held := range d.Held {
		for _, figure := range held.Numbers.Figures(metric) {
			all[figure.Labels[1]] = figure.Value
		}
	}
	return all
}

// slotName returns the name of an ad slot in a language, or WeChat's own for one that it does not
// document.
func slotName(slot string, language text.Language) string {
	for _, known := range wechat.AdSlotNames() {
		if known.Slot == slot {
			return known.Name.In(language)
		}
	}
	return slot
}
