package dashboards

import (
	"math"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// adIncome is what a made-up slot of an app brought on a day.
func adIncome(day time.Time, app, slot int) float64 {
	return float64((app+1)*(slot+1)) * (100 + float64(day.In(china).YearDay()))
}

// The row on ads shows the income of each slot on its day and against the week before, and an
// eCPM weighted with the exposures.
func TestAds(t *testing.T) {
	slots := []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_REWARD_VIDEO"}
	begin := time.Date(2026, 3, 2, 1, 0, 0, 0, china)
	var scrapes []scrape
	shownDay := func(at time.Time) time.Time {
		at = at.In(china)
		day := time.Date(at.Year(), at.Month(), at.Day()-1, 0, 0, 0, 0, china)
		if at.Before(publication("", day)) {
			return day.AddDate(0, 0, -1)
		}
		return day
	}
	for at := begin; at.Before(begin.AddDate(0, 0, 40)); at = at.Add(3 * time.Hour) {
		s := scrape{at: at}
		day := shownDay(at)
		for app, simulated := range simulatedApps[:2] {
			id := simulated.app.ID
			s.families = append(s.families, gauge("wxapp_dataset_end_timestamp_seconds", float64(day.AddDate(0, 0, 1).Unix()), "appid", id, "dataset", "ads"))
			for slot, name := range slots {
				add := func(metric string, value float64) {
					s.families = append(s.families, gauge(metric, value, "appid", id, "period", "day", "slot", name))
				}
				add("wxapp_ad_income_yuan", adIncome(day, app, slot))
				add("wxapp_ad_requests", 4000)
				add("wxapp_ad_exposures", 1000*float64(3-2*app))
				add("wxapp_ad_clicks", 50*float64(3-2*app))
				add("wxapp_ad_ecpm_yuan", 8*float64(app+1))
			}
		}
		scrapes = append(scrapes, s)
	}
	db := openDatabase(t, scrapes, nil)
	day := shownDay(db.end)
	for refID, want := range map[string]float64{
		"A": 3 * (100 + float64(day.YearDay())),
		"B": (100+float64(day.YearDay()))/(93+float64(day.YearDay())) - 1,
		"C": (8*3 + 16*1) / 4.0,
		"D": 4000,
		"E": 0.5,
		"F": 0.05,
	} {
		_, query := queryOf(t, "Ad slots", refID)
		answer := db.ask(t, fill(query.Expr, singleJob, choice{}), false, "").Value.(promql.Vector)
		for _, sample := range answer {
			if refID == "A" && sample.Metric.Get("slot") == slots[1] {
				sample.F /= 2
			}
			if math.Abs(sample.F-want) > 1e-9 {
				t.Errorf("%s: %s: %g, want %g", refID, sample.Metric, sample.F, want)
			}
		}
		if len(answer) != len(slots) {
			t.Errorf("%s: %v", refID, answer)
		}
	}
	p, query := queryOf(t, "Income by day", "A")
	answer := db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{})).Value.(promql.Matrix)
	for i, series := range answer {
		for _, point := range series.Floats {
			if want := 3 * adIncome(time.UnixMilli(point.T), 0, i); point.F != want {
				t.Errorf("%s on %s: %g, want %g", series.Metric, time.UnixMilli(point.T).In(china), point.F, want)
			}
		}
		if len(series.Floats) < 29 {
			t.Errorf("%s: %d days", series.Metric, len(series.Floats))
		}
	}
	testRow(t, db, "Ads")
}
