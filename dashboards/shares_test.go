package dashboards

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql"
)

// complete are the lists that name everybody, so that their shares add up to 1. Those of others
// are cut, and add up to less.
var complete = []string{
	"Gender", "Platform", "Age", "Province", "How long sessions took", "How many pages they opened", "Brands, top models",
}

// The shares of a list add up to 1, or to at most 1 where the list is cut.
func testShares(t *testing.T, db *database) {
	lists := 0
	check := func(d dashboard, p panel, shares map[string]float64) {
		for group, sum := range shares {
			lists++
			all := slices.Contains(complete, p.Title)
			if sum > 1+1e-9 || sum <= 0 || all && math.Abs(sum-1) > 1e-9 {
				t.Errorf("%s: %s: the shares%s add up to %g", d.File, p.Title, group, sum)
			}
		}
	}
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			sums := map[string]float64{}
			add := func(query target) {
				for _, sample := range db.ask(t, fill(query.Expr, singleJob, choice{"visit_uv", "30d"}), false, "").Value.(promql.Vector) {
					group := ""
					if dimension := sample.Metric.Get("dimension"); dimension != "" { // of all data
						group = fmt.Sprintf(" of %s, %s", sample.Metric.Get("app"), dimension)
					}
					sums[group] += sample.F
				}
			}
			switch {
			case p.Type == "bargauge" && !strings.HasPrefix(p.Title, "Came back"):
				for _, query := range p.Targets {
					add(query)
				}
				check(d, p, sums)
			case p.Type == "table":
				for _, query := range p.Targets {
					if heading := headingOf(p, query.RefID); heading == "Share" || strings.HasPrefix(heading, "Share of ") {
						sums = map[string]float64{}
						add(query)
						check(d, p, sums)
					}
				}
			}
		}
	}
	if lists < 30 {
		t.Errorf("only %d lists have shares", lists)
	}
}

// headingOf returns the heading of the column that a query fills.
func headingOf(p panel, refID string) string {
	for _, tr := range p.Transformations {
		if renamed, ok := tr.Options["renameByName"].(map[string]any); ok {
			if heading, ok := renamed["Value #"+refID].(string); ok {
				return heading
			}
		}
	}
	return ""
}
