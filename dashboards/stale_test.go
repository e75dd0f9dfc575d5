package dashboards

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// A dataset is late when its next numbers are, which for a day depends on what the user portrait
// has: it asks for a day once the portrait shows it. The tile and the table agree.
func TestStaleDatasets(t *testing.T) {
	tuesday := time.Date(2026, 3, 10, 0, 0, 0, 0, china)
	for _, test := range []struct {
		name              string
		at                time.Duration // since the midnight of Tuesday
		portrait, dataset string
		days, behind      int // ago, of the ends of the two
		want              string
	}{
		{"yesterday is in", 10 * time.Hour, "1d", "visits", 0, 0, "fresh"},
		{"the first start, before the dataset has yesterday", 10 * time.Hour, "1d", "retention", 0, 1, "fresh"},
		{"that evening", 20 * time.Hour, "1d", "retention", 0, 1, "fresh"},
		{"two days behind the portrait", 10 * time.Hour, "1d", "retention", 0, 2, "STALE"},
		{"yesterday is due", 17 * time.Hour, "1d", "visits", 1, 1, "fresh"},
		{"yesterday is late for both", 19 * time.Hour, "1d", "visits", 1, 1, "STALE"},
		{"no portrait, yesterday is due", 17 * time.Hour, "", "visits", 0, 1, "fresh"},
		{"no portrait, yesterday is late", 19 * time.Hour, "", "visits", 0, 1, "STALE"},
		{"the last week is in", 19 * time.Hour, "1d", "weekly", 0, 1, "fresh"},
		{"the last week is due", -7 * time.Hour, "1d", "weekly", 0, 8, "fresh"},
		{"the last week is late", -5 * time.Hour, "1d", "weekly", 0, 8, "STALE"},
		{"the last month is in", 19 * time.Hour, "1d", "monthly", 0, 9, "fresh"},
		{"the last month is late", 19 * time.Hour, "1d", "monthly", 0, 37, "STALE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scrape{at: tuesday.Add(test.at)}
			id := simulatedApps[0].app.ID
			end := func(days int) float64 { return float64(tuesday.AddDate(0, 0, -days).Unix()) }
			s.families = append(s.families,
				gauge("wxapp_restoring_apps", 0),
				gauge("wxapp_app_info", 1, "appid", id, "app", "Shop"),
				gauge("wxapp_dataset_up", 1, "appid", id, "dataset", test.dataset),
				gauge("wxapp_dataset_end_timestamp_seconds", end(test.behind), "appid", id, "dataset", test.dataset))
			if test.portrait != "" {
				s.families = append(s.families, gauge("wxapp_data_end_timestamp_seconds", end(test.days), "appid", id, "range", test.portrait))
			}
			db := openTargets(t, []scrape{s}, nil, [2]string{singleJob, "a"})
			for _, place := range [][2]string{{"State", "A"}, {"Datasets", "B"}} {
				if got := stateInVisits(t, db, place[0], place[1]); got != test.want {
					t.Errorf("%s says %s, want %s", place[0], got, test.want)
				}
			}
		})
	}
}

// stateInVisits returns the word for the one state that a panel of the board on visits shows.
func stateInVisits(t *testing.T, db *database, title, refID string) string {
	t.Helper()
	for _, d := range readDashboards(t) {
		for _, p := range d.withQueries() {
			if d.File != "wxapp-visits.json" || p.Title != title {
				continue
			}
			var words []mapping
			if inTile := p.FieldConfig.Defaults.Mappings; inTile != nil {
				if err := json.Unmarshal(inTile, &words); err != nil {
					t.Fatal(err)
				}
			}
			for _, o := range p.FieldConfig.Overrides {
				if o.Matcher.Options == "State" {
					o.property(t, "mappings", &words)
				}
			}
			for _, query := range p.Targets {
				if query.RefID != refID {
					continue
				}
				answer := db.ask(t, fill(query.Expr, singleJob, choice{}), false, "").Value.(promql.Vector)
				if len(answer) != 1 {
					t.Fatalf("%s: %v", title, answer)
				}
				return words[0].Options[fmt.Sprint(answer[0].F)].Text
			}
		}
	}
	t.Fatalf("no panel %s with a query %s", title, refID)
	return ""
}
