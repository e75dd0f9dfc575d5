package dashboards

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// dayVariable are the names of variables that hold a newest day.
var dayVariable = regexp.MustCompile(`^(?:|\w+_)day$`)

// dayInTitle is the end of a title that names the newest day.
var dayInTitle = regexp.MustCompile(`(?:,| up to|, up to) \$\{(\w*day)\}$`)

// withoutDay is a title without the newest day.
func withoutDay(title string) string { return dayInTitle.ReplaceAllString(title, "") }

// Each day in titles is the newest one of the window that it names.
func testDaysInTitles(t *testing.T, db *database) {
	for _, d := range inEnglish(readDashboards(t)) {
		for _, v := range d.Templating.List {
			if !dayVariable.MatchString(v.Name) {
				continue
			}
			end := `max(wxapp_data_end_timestamp_seconds{job="single",range="1d"})`
			if dataset, found := strings.CutSuffix(v.Name, "_day"); found {
				end = `max(wxapp_dataset_end_timestamp_seconds{job="single",dataset="` + dataset + `"})`
			}
			want := time.Unix(int64(db.ask(t, end, false, "").Value.(promql.Vector)[0].F)-1, 0).In(china).Format(time.DateOnly)
			expr := fill(variableQuery(v.Definition), singleJob, choice{"visit_uv", "1d"})
			if got := labelValues(db.ask(t, expr, false, ""), "day"); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: %s is %v, want %s", d.File, v.Name, got, want)
			}
		}
	}
}

// undated are the tables of the boards for owners that show no single day.
var undated = []string{
	"The last week", "The last month", // beside the tile with their last day
	"Not on the map", // beside a table of that day
	"Datasets",       // each has its day in a column
	"Retention by day of the visit, last 60 days",
}

// The maps and tables for owners name the day that they show, which is that of their dataset.
func TestDaysInTitles(t *testing.T) {
	for _, d := range inEnglish(readDashboards(t)) {
		if !slices.Contains([]string{"wxapp-overview.json", "wxapp-portrait.json", "wxapp-visits.json"}, d.File) {
			continue
		}
		for _, p := range d.withQueries() {
			match := dayInTitle.FindStringSubmatch(p.Title)
			if match == nil {
				if (p.Type == "table" || p.Type == "geomap") && !slices.Contains(undated, p.Title) {
					t.Errorf("%s: %s names no day", d.File, p.Title)
				}
				continue
			}
			window := `range="`
			if dataset, found := strings.CutSuffix(match[1], "_day"); found {
				window = `dataset="` + dataset + `"`
			}
			for _, v := range d.Templating.List {
				if v.Name == match[1] && !strings.Contains(v.Definition, window) {
					t.Errorf("%s: %s names another day: %s", d.File, p.Title, v.Definition)
				}
			}
		}
	}
}

// variableUse is a variable in a text.
var variableUse = regexp.MustCompile(`\$(?:\{([A-Za-z]\w*)|([A-Za-z]\w*))`)

// Every variable that a dashboard uses is one of its own: Grafana leaves others as they are, so that
// nothing is found.
func TestVariablesAreDefined(t *testing.T) {
	for _, d := range readDashboards(t) {
		own := map[string]bool{}
		for _, v := range d.Templating.List {
			own[v.Name] = true
		}
		check := func(place, text string) {
			for _, match := range variableUse.FindAllStringSubmatch(text, -1) {
				if name := match[1] + match[2]; !own[name] {
					t.Errorf("%s: %s uses the variable %s, which is not there", d.File, place, name)
				}
			}
		}
		for _, v := range d.Templating.List {
			check(v.Name, v.Definition)
		}
		for _, a := range d.Annotations.List {
			check(a.Name, a.Expr)
		}
		for _, p := range d.all() {
			check(p.Title, p.Title)
			for _, query := range p.Targets {
				check(p.Title, query.Expr)
			}
			for _, link := range p.Links {
				check(p.Title, link.URL)
			}
			for _, o := range p.FieldConfig.Overrides {
				var links []struct{ URL string }
				o.property(t, "links", &links)
				for _, link := range links {
					check(p.Title+": "+o.Matcher.Options, link.URL)
				}
			}
		}
	}
}
