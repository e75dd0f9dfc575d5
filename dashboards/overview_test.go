package dashboards

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// overviewPanels returns the panels of the overview.
func overviewPanels(t *testing.T) (dashboard, []panel) {
	t.Helper()
	for _, d := range readDashboards(t) {
		if d.File == "wxapp-overview.json" {
			return d, d.withQueries()
		}
	}
	t.Fatal("there is no overview")
	return dashboard{}, nil
}

// The sentence names the users and the weekday of the newest day.
func testOverview(t *testing.T, db *database, simulation simulation) {
	_, panels := overviewPanels(t)
	expr, appid := oneApp(panels[0].Targets[0].Expr, choice{})
	answer := db.ask(t, expr, false, "").Value.(promql.Vector)
	if len(answer) != 1 {
		t.Fatalf("the sentence has %d answers: %v", len(answer), answer)
	}
	end, _ := oneApp(`max(wxapp_data_end_timestamp_seconds{job=~"$job",appid=~"$appid",range="1d"})`, choice{})
	newest := time.Unix(int64(db.ask(t, end, false, "").Value.(promql.Vector)[0].F)-1, 0).In(china)
	users, _ := simulation.truth(t, appid, dayBegin(newest), 1)
	said := answer[0].Metric
	if said.Get("users") != fmt.Sprint(users) || said.Get("weekday") != fmt.Sprint(int(newest.Weekday())) || answer[0].F < 0 || answer[0].F > 2 {
		t.Errorf("the sentence is %s, want %d users on day %d", answer[0], users, newest.Weekday())
	}
	names := panels[0].Targets[0].LegendFormat
	for _, label := range []string{"users", "weekday"} {
		names = strings.ReplaceAll(names, "{{"+label+"}}", said.Get(label))
	}
	for _, tr := range panels[0].Transformations {
		names = regexp.MustCompile(tr.Options["regex"].(string)).ReplaceAllString(names, strings.NewReplacer("$1", "${1}", "$2", "${2}").Replace(tr.Options["renamePattern"].(string)))
	}
	if want := regexp.MustCompile(fmt.Sprintf(`^%d users on %s$`, users, newest.Weekday())); !want.MatchString(names) {
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
	_, panels := overviewPanels(t)
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
