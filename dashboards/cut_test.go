package dashboards

import (
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/promql"
)

// A list that is cut says nothing of the names that are not on it: they have not fallen to 0, and they
// have not come from there in one of several apps.
func TestNamesBeyondAListAreNotZero(t *testing.T) {
	end := time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC)
	newest := time.Date(2026, 3, 10, 0, 0, 0, 0, china)
	// By app: the names that were listed a week ago, and those that are now.
	lists := map[string][2]map[string]float64{
		firstApp: {{"stays": 1000, "gone": 600}, {"stays": 1100, "came": 700}},
		otherApp: {{"stays": 200, "came": 500}, {"stays": 220, "came": 600, "gone": 300}},
	}
	var scrapes []scrape
	for at := end.AddDate(0, 0, -9); !at.After(end); at = at.Add(2 * time.Hour) {
		behind := daysBehind(at, end)
		day := float64(newest.AddDate(0, 0, -behind).Unix())
		families := []*dto.MetricFamily{gauge("wxapp_restoring_apps", 0)}
		for appid, weeks := range lists {
			list := weeks[0]
			if behind < 3 {
				list = weeks[1]
			}
			families = append(families,
				gauge("wxapp_data_end_timestamp_seconds", day, "appid", appid, "range", "1d"),
				gauge("wxapp_dataset_end_timestamp_seconds", day, "appid", appid, "dataset", "pages"))
			for name, number := range list {
				families = append(families, gauge("wxapp_page_visits", number, "appid", appid, "period", "day", "page", name))
				for _, dimension := range []string{"device", "city"} {
					families = append(families, gauge("wxapp_users", number, "appid", appid, "metric", "visit_uv", "range", "1d", "dimension", dimension, "name", name))
				}
			}
		}
		scrapes = append(scrapes, scrape{at: at, families: families})
	}
	db := openTargets(t, scrapes, nil, [2]string{singleJob, "a"})
	for apps, want := range map[string]string{
		firstApp:                  "gone: - -, came: 700 -, stays: 1100 0.10",
		firstApp + "|" + otherApp: "gone: 300 -, came: 1300 0.20, stays: 1320 0.10",
	} {
		for _, p := range listsOfNames(t) {
			answer := func(query target) map[string]float64 {
				numbers := map[string]float64{}
				expr := strings.ReplaceAll(fill(query.Expr, singleJob, choice{"visit_uv", "1d"}), allApps(), apps)
				for _, sample := range db.askPanel(t, p, query, expr).Value.(promql.Vector) {
					numbers[sample.Metric.Get("name")+sample.Metric.Get("page")] = sample.F
				}
				return numbers
			}
			count, change := answer(p.Targets[0]), answer(p.Targets[2])
			var got []string
			for _, name := range []string{"gone", "came", "stays"} {
				got = append(got, name+":"+number(count, name, 0)+number(change, name, 2))
			}
			if text := strings.Join(got, ", "); text != want {
				t.Errorf("%s of %s: %s, want %s", p.Title, apps, text, want)
			}
		}
	}
}

// listsOfNames are the tables of lists that are cut, whose third query is the change of names.
func listsOfNames(t *testing.T) []panel {
	t.Helper()
	panels := []panel{findInPortrait(t, "Device"), findInPortrait(t, "City")}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.all() {
			if strings.HasPrefix(p.Title, "Top pages") {
				panels = append(panels, p)
			}
		}
	}
	if len(panels) != 3 {
		t.Fatalf("%d lists", len(panels))
	}
	return panels
}

// number returns the number of a name, or a dash.
func number(numbers map[string]float64, name string, decimals int) string {
	if value, ok := numbers[name]; ok {
		return " " + strconv.FormatFloat(value, 'f', decimals, 64)
	}
	return " -"
}
