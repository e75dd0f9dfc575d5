package boards

import (
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
)

// The age of a window is the time since the end of its last day. WeChat publishes a day
// on the next one, so that the newest window is replaced at an age of 33 to 40 hours.
const (
	// FirstPublication is the age at which WeChat publishes the next day at the earliest:
	// at 09:00.
	FirstPublication = (24 + 9) * time.Hour
	// LastPublication is the age at which WeChat publishes the next day at the latest: at
	// 16:00.
	LastPublication = (24 + 16) * time.Hour
	// StaleAfter is the age above which data count as stale: two hours after the latest
	// publication. The boards turn red and the alert WxappDataStale fires.
	StaleAfter = LastPublication + 2*time.Hour
	// LossImminentAfter is the age above which the alert WxappDayAboutToBeLost fires.
	LossImminentAfter = 64 * time.Hour
	// LostAfter is the age at which WeChat drops the day after the window.
	LostAfter = 72 * time.Hour
)

// hours returns a duration in hours, as it stands in texts.
func hours(d time.Duration) int { return int(d / time.Hour) }

// textf returns a text of the language with values in it, as fmt.Sprintf does.
func (l language) textf(inEnglish, inChinese string, values ...any) string {
	return fmt.Sprintf(l.text(inEnglish, inChinese), values...)
}

// stale keeps those ages of a query that are stale.
func stale(ages string) string { return fmt.Sprintf("%s > %.0f", ages, StaleAfter.Seconds()) }

// redWhenStale is the step of a color that begins where data are stale.
func redWhenStale() grafana.Step { return grafana.At(StaleAfter.Seconds(), "red") }

// ageColumn shows how long ago a window ended.
func ageColumn(field, heading string) grafana.Column {
	return column(field, heading, append(colored("green", redWhenStale()), unit("s"), decimals(1))...)
}

// freshness shows in words whether data are stale.
func freshness(l language, title, description, query string) *grafana.Panel {
	zero, limit, never := 0.0, StaleAfter.Seconds(), 1e12
	return grafana.Stat(title, description, grafana.Now(query, "{{app}}")).
		Unit("s").
		Thresholds("green", redWhenStale()).
		MapRanges(
			grafana.RangeText{From: &zero, To: &limit, Text: l.text("up to date", "最新"), Color: "green"},
			grafana.RangeText{From: &limit, To: &never, Text: l.text("STALE", "数据过期"), Color: "red"},
		).
		Option("colorMode", "background").
		NoValue(l.text("no data yet", "尚无数据"))
}

// freshnessTable shows the age of each app's data for each range.
func freshnessTable(l language) *grafana.Panel {
	a := allApps
	targets := []grafana.Target{grafana.NowTable(a.appNames(now()))}
	columns := []grafana.Column{appColumn(l)}
	for i, length := range []string{"1d", "7d", "30d"} {
		targets = append(targets, grafana.NowTable(a.age(now(), length)))
		columns = append(columns, ageColumn("Value #"+string(rune('B'+i)), l.text("Age of ", "距今 ")+length))
	}
	return grafana.Table(l.text("Freshness by app and range", "各小程序、各周期的数据新鲜度"),
		l.textf("Time since the range ended. Up to %d h is normal, because WeChat publishes a day by 16:00 of the next one; red above %d h.",
			"距统计周期结束的时间。微信最迟在次日 16 点发布，因此 %d 小时以内属正常，超过 %d 小时显示红色。",
			hours(LastPublication), hours(StaleAfter)),
		l.text("Age of ", "距今 ")+"1d", true, targets...).
		Transform("joinByField", grafana.Options{"byField": "appid", "mode": "outer"}).
		Columns([]string{"Value #A"}, append(columns, column("appid", "appid"))...)
}
