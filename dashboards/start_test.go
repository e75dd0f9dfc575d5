package dashboards

import (
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// silentAtFirst lists the panels that answer nothing ten minutes after the start, and why.
// Each of them says so in words.
var silentAtFirst = map[string]string{
	"Change, ${metric:text}, ${range:text}": "there is no week before",
	"Median":                                "as above",
	"Apps that moved most":                  "as above",
	"Groups that moved most":                "as above",
	"What fails, and what to do":            "nothing fails",
	"Failing apps by day and reason":        "as above",
	"Failed polls since the start":          "as above",
	"Against the same weekday last week":    "there is no week before",

	"Came back":               "yesterday is not published yet at eight in the morning",
	"Came back, 1 and 7 days": "as above",
	"Retention by day of the visit, last 60 days": "as above",
	"The last month":              "no month is known yet",
	"Month ending":                "as above",
	"Users by month":              "as above",
	"Sessions and views by month": "as above",
	"Came back a month later":     "as above",
	"Ad slots, ${ads_day}":        "no day is known yet",
	"Income by day":               "as above",
	"Income, ${ads_day}":          "as above",
	"eCPM by day":                 "as above",
	"Exposures by day":            "as above",
	"Click rate by day":           "as above",
}

// silentQueries lists those queries of other panels that answer nothing ten minutes after
// the start.
var silentQueries = map[string]string{
	"The newest day: ${day}: E":                  "yesterday is not published yet at eight in the morning",
	"${figure:text}, by day up to ${day}: E":     "as above",
	"${figure:text}, by day up to ${day}: F":     "there is no week before",
	"${figure:text}, by day up to ${day}: G":     "as above",
	"${figure:text}, by day up to ${day}: H":     "as above",
	"Active users by day: B":                     "there is no week before",
	"Active users by day: C":                     "there are no four weeks before",
	"All apps, ${metric:text}, ${range:text}: C": "nothing fails",
	"All apps, ${metric:text}, ${range:text}: F": "there is no week before",
	"All apps, ${metric:text}, ${range:text}: G": "there are no four weeks before",

	"The newest day, ${visits_day}: B": "there is no day before",
	"The newest day, ${visits_day}: D": "there are no four weeks before",
	"Users by day: C":                  "there is no week before",
	"Sources, ${sources_day}: C":       "as above",
	"Top pages, ${pages_day}: C":       "as above",
	"The last week: B":                 "as above",
}

// lastWeek is the query of a table of a dimension that needs a week before.
func lastWeek(p panel, refID string) bool {
	return p.Type == "table" && len(p.Targets) >= 4 && refID == "C" && strings.Contains(p.Targets[2].Expr, "[2d:1d] offset 6d")
}

// Ten minutes after the first start, every panel shows something, or is of a kind that says
// in words when it will.
func TestFreshStart(t *testing.T) {
	db := openDatabase(t, simulate(t, 10*time.Minute, wechat.Datasets()).scrapes, readRules(t))
	used := map[string]bool{}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			answers := 0
			for _, query := range p.Targets {
				n := numbers(db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{"visit_uv", "30d"})))
				answers += n
				name := p.Title + ": " + query.RefID
				expected := silentAtFirst[p.Title] != "" || silentQueries[name] != "" || lastWeek(p, query.RefID)
				used[p.Title], used[name] = true, true
				if expected == (n > 0) {
					t.Errorf("%s: %s: %d answers; is it listed as silent: %t", d.File, name, n, expected)
				}
			}
		}
	}
	for name := range silentAtFirst {
		if !used[name] {
			t.Errorf("%s is listed as silent, but is no panel", name)
		}
	}
	for name := range silentQueries {
		if !used[name] {
			t.Errorf("%s is listed as silent, but is no query", name)
		}
	}
}
