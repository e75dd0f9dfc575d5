package dashboards

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// overviewPanels returns the panels of the overview.
func overviewPanels(t *testing.T) []panel {
	t.Helper()
	for _, d := range readDashboards(t) {
		if d.File == "wxapp-overview.json" {
			return d.withQueries()
		}
	}
	t.Fatal("there is no overview")
	return nil
}

// inLegend is a label in a legend.
var inLegend = regexp.MustCompile(`{{(\w+)}}`)

// shownName returns the name that Grafana gives a series on the panel. A regular expression of a
// transformation has to match the whole name.
func (p panel) shownName(query target, metric labels.Labels) string {
	name := inLegend.ReplaceAllStringFunc(query.LegendFormat, func(label string) string { return metric.Get(strings.Trim(label, "{}")) })
	for _, tr := range p.Transformations {
		if tr.ID == "renameByRegex" {
			pattern := strings.NewReplacer("$1", "${1}", "$2", "${2}").Replace(tr.Options["renamePattern"].(string))
			name = regexp.MustCompile("^"+tr.Options["regex"].(string)+"$").ReplaceAllString(name, pattern)
		}
	}
	return name
}

// thousands matches a number from 1,000 to 999,999.
var thousands = regexp.MustCompile(`^(\d{1,3})(\d{3})$`)

// The sentence names the users and the weekday of the newest day.
func testOverview(t *testing.T, db *database, simulation simulation) {
	panels := overviewPanels(t)
	expr, appid := oneApp(panels[0].Targets[0].Expr, choice{})
	answer := db.ask(t, expr, false, "").Value.(promql.Vector)
	if len(answer) != 1 {
		t.Fatalf("the sentence has %d answers: %v", len(answer), answer)
	}
	end, _ := oneApp(`max(wxapp_data_end_timestamp_seconds{job=~"$job",appid=~"$appid",range="1d"})`, choice{})
	newest := time.Unix(int64(db.ask(t, end, false, "").Value.(promql.Vector)[0].F)-1, 0).In(china)
	users, _ := simulation.truth(t, appid, dayBegin(newest), 1)
	said := answer[0].Metric
	shown := thousands.ReplaceAllString(fmt.Sprint(users), "$1,$2")
	if said.Get("users") != shown || said.Get("weekday") != fmt.Sprint(int(newest.Weekday())) || answer[0].F < 0 || answer[0].F > 2 {
		t.Errorf("the sentence is %s, want %s users on day %d", answer[0], shown, newest.Weekday())
	}
	names := panels[0].shownName(panels[0].Targets[0], said)
	if want := regexp.MustCompile(fmt.Sprintf(`^%s users on %s$`, shown, newest.Weekday())); !want.MatchString(names) {
		t.Errorf("the sentence is %q, want one like %s", names, want)
	}
}

// Without the optional datasets no panel of the overview is empty, but for what needs a week.
func TestOverviewOfPortrait(t *testing.T) {
	var portrait []wechat.Dataset
	for _, dataset := range wechat.Datasets() {
		if dataset.Name == wechat.UserPortrait {
			portrait = append(portrait, dataset)
		}
	}
	db := openTargets(t, simulate(t, 10*time.Minute, portrait).scrapes, nil, [2]string{singleJob, "a"})
	panels := overviewPanels(t)
	for _, p := range panels {
		n := 0
		for _, query := range p.Targets {
			n += numbers(db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{"visit_uv", "1d"})))
		}
		if n == 0 && p.Title != "Against the same weekday last week" {
			t.Errorf("%s is empty", p.Title)
		}
	}
}

// Weeks that are alike by accident make nothing remarkable: up to 5%, or twice the square root, is
// as usual.
func TestSmallDifferencesAreUsual(t *testing.T) {
	end := time.Date(2026, 3, 10, 12, 0, 0, 0, china)
	id := simulatedApps[0].app.ID
	panels := overviewPanels(t)
	expr, _ := oneApp(panels[0].Targets[0].Expr, choice{})
	for _, test := range []struct {
		before, users, want float64
	}{
		{10_000, 10_000, 1},
		{10_000, 9_550, 1},
		{10_000, 9_400, 0},
		{10_000, 10_450, 1},
		{10_000, 10_600, 2},
		{100, 85, 1},
		{100, 75, 0},
		{100, 115, 1},
		{100, 130, 2},
		{2, 0, 1},
	} {
		var scrapes []scrape
		for at := end.AddDate(0, 0, -29); !at.After(end); at = at.Add(12 * time.Hour) {
			users := test.before
			if at.Equal(end) {
				users = test.users
			}
			day := dayBegin(at)
			if at.Hour() < 12 {
				day = day.AddDate(0, 0, -1)
			}
			scrapes = append(scrapes, scrape{at: at, families: []*dto.MetricFamily{
				gauge("wxapp_restoring_apps", 0),
				gauge("wxapp_data_end_timestamp_seconds", float64(day.Unix()), "appid", id, "range", "1d"),
				gauge("wxapp_users", users, "appid", id, "metric", "visit_uv", "range", "1d", "dimension", "gender", "name", "男"),
			}})
		}
		db := openTargets(t, scrapes, nil, [2]string{singleJob, "a"})
		answer := db.ask(t, expr, false, "").Value.(promql.Vector)
		if len(answer) != 1 || answer[0].F != test.want {
			t.Errorf("%.0f users after weeks of %.0f: %v, want the verdict %.0f", test.users, test.before, answer, test.want)
		}
	}
}
