package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// addedDatasets are the datasets that change nothing but their own rows when they are turned on,
// by the title of their row.
var addedDatasets = map[string]string{"Weeks": "weekly", "Months": "monthly", "Ads": "ads"}

// countCalls lists the panels and queries that change with every dataset, and why.
var countCalls = map[string]string{
	"Calls per day by endpoint": "shows the endpoints with the most calls",
	"Outcomes per day":          "counts calls of all endpoints",
	"Latency by day":            "shows the endpoints with the most calls",
	"Latency since start: A":    "counts calls for tokens and quotas",
	"Remaining token lifetime":  "more calls need more tokens",
	"Polls by app: F":           "as above",
	"Writes to the archive":     "more answers are written",
	"Memory":                    "shows this process",
	"CPU":                       "as above",
	"Goroutines":                "as above",
}

// Turning on the datasets weekly, monthly and ads changes the answer of no rule, no alert and no
// query of another panel, apart from the lines about these datasets themselves.
func testAddedDatasets(t *testing.T, db *database) {
	var kept []wechat.Dataset
	// Parts of the lines that are about them, or the replicas, which are not stored without them.
	added := map[string]bool{fmt.Sprintf("job=%q", replicatedJob): true}
	for _, dataset := range wechat.Datasets() {
		isAdded := false
		for _, name := range addedDatasets {
			isAdded = isAdded || dataset.Name == name
		}
		if !isAdded {
			kept = append(kept, dataset)
			continue
		}
		added[fmt.Sprintf("dataset=%q", dataset.Name)] = true
		for _, s := range dataset.Statistics {
			added[fmt.Sprintf("endpoint=%q", s.Endpoint)] = true
		}
	}
	if len(kept) != len(wechat.Datasets())-len(addedDatasets) {
		t.Fatalf("%d datasets are left", len(kept))
	}
	fewer := openTargets(t, simulate(t, simulatedDays*24*time.Hour, kept).scrapes, readRules(t), [2]string{singleJob, "a"})
	for _, series := range []string{`{period=~"week|month"}`, `{__name__=~"wxapp_ad_.+"}`, `{dataset=~"weekly|monthly|ads"}`} {
		all, none := numbers(db.ask(t, series, false, "")), numbers(fewer.ask(t, series, false, ""))
		if all == 0 || none > 0 {
			t.Errorf("%s: %d series, without the datasets %d", series, all, none)
		}
	}

	asked, answered := 0, 0
	compare := func(place string, ask func(db *database) *promql.Result) {
		got := slices.DeleteFunc(strings.Split(lines(ask(db)), "\n"), func(line string) bool {
			for part := range added {
				if strings.Contains(line, part) {
					return true
				}
			}
			return false
		})
		asked++
		want := lines(ask(fewer))
		if want != "" {
			answered++
		}
		if got := strings.Join(got, "\n"); got != want {
			t.Errorf("%s: the datasets change the answer\n%.2000s\nwithout them\n%.2000s", place, got, want)
		}
	}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, row := range d.Panels {
			if d.File == "wxapp-visits.json" && addedDatasets[row.Title] != "" {
				continue
			}
			for _, p := range append([]panel{row}, row.Panels...) {
				for _, query := range p.Targets {
					if countCalls[p.Title] != "" || countCalls[p.Title+": "+query.RefID] != "" {
						continue
					}
					compare(fmt.Sprintf("%s: %s: %s", d.File, p.Title, query.RefID), func(db *database) *promql.Result {
						return db.askPanel(t, p, query, fill(query.Expr, singleJob, choice{"visit_uv", "7d"}))
					})
				}
			}
		}
	}
	for _, e := range expressions(t) {
		if strings.Contains(e.place, ".json: ") && !strings.Contains(e.place, ": variable ") && !strings.Contains(e.place, ": annotation ") {
			continue // asked above
		}
		if strings.HasSuffix(e.place, ": variable ads_day") {
			continue // of such a dataset
		}
		expr := ofJob(t, e.text, singleJob)
		for _, over := range []bool{false, true} {
			compare(e.place, func(db *database) *promql.Result { return db.ask(t, expr, over, "1d") })
		}
	}
	if asked < 300 || answered < asked/2 {
		t.Errorf("%d queries are compared, of which %d have an answer", asked, answered)
	}
}
