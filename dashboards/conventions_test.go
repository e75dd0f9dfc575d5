package dashboards

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/series"
)

// What Grafana 12 writes.
const schemaVersion = 42

// labelsToChoose returns the labels of a metric whose values must not be mixed.
func labelsToChoose(metric string) []string {
	if metric == "wxapp_users" {
		return []string{"metric", "range"}
	}
	chosen := []string{"period"}
	for _, m := range figureMetrics() {
		if m.Name == metric {
			chosen = slices.DeleteFunc([]string{"cohort", "day", "month", "period", "week"}, func(label string) bool { return !slices.Contains(m.Labels, label) })
		}
	}
	return chosen
}

// The panels that Grafana ships, without those in Angular.
var panelTypes = []string{"row", "stat", "timeseries", "bargauge", "barchart", "table", "geomap", "state-timeline", "alertlist"}

func TestConventions(t *testing.T) {
	uids, titles := map[string]bool{}, map[string]bool{}
	for _, d := range readDashboards(t) {
		if uids[d.UID] || titles[d.Title] || d.UID == "" || d.Description == "" {
			t.Errorf("%s: uid %q, title %q: want ones of its own, and a description", d.File, d.UID, d.Title)
		}
		uids[d.UID], titles[d.Title] = true, true
		if d.SchemaVersion != schemaVersion || d.Inputs != nil {
			t.Errorf("%s: schemaVersion %d and __inputs %v, want %d and none", d.File, d.SchemaVersion, d.Inputs, schemaVersion)
		}
		if d.Timezone != "Asia/Shanghai" || d.Time.From != "now-30d" || d.Time.To != "now" {
			t.Errorf("%s: shows %s to %s in %s", d.File, d.Time.From, d.Time.To, d.Timezone)
		}
		if d.Refresh != "30m" {
			t.Errorf("%s: refreshed every %s; the exporter looks for new numbers every 30m", d.File, d.Refresh)
		}
		checkLinks(t, d)
		checkVariables(t, d)
		checkLayout(t, d)
		ids := map[int]bool{}
		for _, p := range d.all() {
			if ids[p.ID] || p.ID == 0 {
				t.Errorf("%s: %s: id %d is missing or not its own", d.File, p.Title, p.ID)
			}
			ids[p.ID] = true
			if !slices.Contains(panelTypes, p.Type) {
				t.Errorf("%s: %s: panel of type %s", d.File, p.Title, p.Type)
			}
		}
		for _, p := range d.withQueries() {
			checkPanel(t, d, p)
		}
		for _, v := range d.Templating.List {
			checkLength(t, d.File+": variable "+v.Name, v.Definition)
		}
	}
}

// The dashboards of a language are linked in short words, and each with its twin in the
// other language.
func checkLinks(t *testing.T, d dashboard) {
	t.Helper()
	language, twin := "en", strings.TrimSuffix(d.File, ".json")+"-zh-cn"
	if name, ok := strings.CutSuffix(d.File, ".zh-CN.json"); ok {
		language, twin = "zh-CN", name
	}
	if want := []string{"wxapp", language}; !slices.Equal(d.Tags, want) {
		t.Errorf("%s: tags are %v, want %v", d.File, d.Tags, want)
	}
	want := map[string]bool{"/d/" + twin: true}
	for _, other := range readDashboards(t) {
		if slices.Equal(other.Tags, d.Tags) && other.UID != d.UID {
			want["/d/"+other.UID] = true
		}
	}
	for _, link := range d.Links {
		if link.Type != "link" || !want[link.URL] || columns(link.Title) > 10 {
			t.Errorf("%s: link %+v is to nowhere or too long", d.File, link)
		}
		delete(want, link.URL)
	}
	if len(want) > 0 {
		t.Errorf("%s: links to %v are missing", d.File, want)
	}
}

func checkVariables(t *testing.T, d dashboard) {
	t.Helper()
	var names []string
	for _, v := range d.Templating.List {
		names = append(names, v.Name)
		if v.Label == "" {
			t.Errorf("%s: variable %s has no label", d.File, v.Name)
		}
		if v.Type == "query" && v.Datasource.UID != "${datasource}" {
			t.Errorf("%s: variable %s asks data source %q", d.File, v.Name, v.Datasource.UID)
		}
	}
	if current := d.Templating.List[0].Current; current.Text != "default" || current.Value != "default" {
		t.Errorf("%s: opens on the data source %v, want the default one", d.File, current)
	}
	if len(names) < 2 || names[0] != "datasource" || names[1] != "job" {
		t.Errorf("%s: variables are %v, want datasource and job first", d.File, names)
	}
}

// Panels do not overlap and fill each line, above the rows and in each of them.
func checkLayout(t *testing.T, d dashboard) {
	t.Helper()
	checkGrid(t, d.File, d.Panels)
	for _, row := range d.Panels {
		if row.Type == "row" {
			if !row.Collapsed || len(row.Panels) == 0 {
				t.Errorf("%s: row %s is open or empty", d.File, row.Title)
			}
			checkGrid(t, d.File, row.Panels)
		}
	}
	height := 0
	for _, p := range d.firstScreen() {
		height = max(height, p.GridPos.Y+p.GridPos.H)
	}
	// 1,080 pixels less the head of Grafana hold 26 rows of 30 pixels with gaps of 8.
	if height > 27 {
		t.Errorf("%s: what is not in rows is %d rows high and does not fit on a screen", d.File, height)
	}
}

func checkGrid(t *testing.T, file string, panels []panel) {
	t.Helper()
	widths := map[int]int{}
	for i, p := range panels {
		pos := p.GridPos
		widths[pos.Y] += pos.W
		for _, other := range panels[:i] {
			o := other.GridPos
			if pos.X < o.X+o.W && o.X < pos.X+pos.W && pos.Y < o.Y+o.H && o.Y < pos.Y+pos.H {
				t.Errorf("%s: %s overlaps %s", file, p.Title, other.Title)
			}
		}
	}
	for y, width := range widths {
		if width != 24 {
			t.Errorf("%s: the line at %d is %d columns wide, not 24", file, y, width)
		}
	}
}

func checkPanel(t *testing.T, d dashboard, p panel) {
	t.Helper()
	if len(p.Description) < 20 {
		t.Errorf("%s: %s: description %q says too little", d.File, p.Title, p.Description)
	}
	// Tables have their units by column.
	if p.FieldConfig.Defaults.Unit == "" && p.Type != "table" && p.Type != "state-timeline" {
		t.Errorf("%s: %s: has no unit", d.File, p.Title)
	}
	if p.Type == "stat" && len(p.FieldConfig.Defaults.Thresholds.Steps) == 0 {
		t.Errorf("%s: %s: has no thresholds, so that Grafana paints what is above 80 red", d.File, p.Title)
	}
	if p.Type == "barchart" && !slices.ContainsFunc(p.Transformations, func(tr transformation) bool { return tr.ID == "sortBy" }) {
		t.Errorf("%s: %s: bars are in no order", d.File, p.Title)
	}
	if p.Datasource.UID != "${datasource}" {
		t.Errorf("%s: %s: asks data source %q", d.File, p.Title, p.Datasource.UID)
	}
	for _, query := range p.Targets {
		if query.Datasource.UID != "${datasource}" || query.Instant == query.Range {
			t.Errorf("%s: %s: %s: data source %q, instant %t, range %t", d.File, p.Title, query.RefID, query.Datasource.UID, query.Instant, query.Range)
		}
		checkQuery(t, d.File+": "+p.Title+": "+query.RefID, p, query)
		checkLength(t, d.File+": "+p.Title+": "+query.RefID, query.Expr)
	}
}

var (
	counterWindow = regexp.MustCompile(`(rate|increase)\([^()]*\[([^\]]+)\]( offset -\$__interval| @ \$\{__to:date:seconds\})?`)
	overRanges    = regexp.MustCompile(`sum by \([^)]*\brange\b|sum by \([^)]*\bmetric\b`)
)

// longestQuery is how many bytes of a query VictoriaMetrics takes, and appsInQuery are how many apps can
// be chosen with every query shorter than that; docs/dashboards.md names them.
const (
	longestQuery = 16_384
	appsInQuery  = 10
)

// checkLength checks the length of a query with the apps that can be chosen.
func checkLength(t *testing.T, place, expr string) {
	t.Helper()
	chosen := "(" + strings.Join(slices.Repeat([]string{"wx0123456789abcdef"}, appsInQuery), "|") + ")"
	if length := len(strings.ReplaceAll(expr, "$appid", chosen)); length > longestQuery {
		t.Errorf("%s: is %d bytes long with %d apps", place, length, appsInQuery)
	}
}

func checkQuery(t *testing.T, place string, p panel, query target) {
	t.Helper()
	expr, err := parseExpr(fill(query.Expr, singleJob, choice{"visit_uv", "7d"}))
	if err != nil {
		t.Errorf("%s: %v", place, err)
		return
	}
	for _, match := range counterWindow.FindAllStringSubmatch(query.Expr, -1) {
		// Numbers over time are of the hour or day that begins at a step, and what is drawn may
		// be chosen over the time shown; those at one time are over that time or the last day.
		window := match[2] + match[3]
		if query.Range && window != "$__rate_interval offset -$__interval" && window != "$__range @ "+series.End ||
			query.Instant && window != "$__range" && window != "25h" {
			t.Errorf("%s: %s is taken over %s", place, match[1], match[2])
		}
	}
	// The parts of a stack are taken from each other before.
	if p.FieldConfig.Defaults.Custom["stacking"] != nil && overRanges.MatchString(query.Expr) && !strings.HasPrefix(query.Expr, "sum by (part)") {
		t.Errorf("%s: adds up ranges or metrics, which count the same people", place)
	}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		matched := func(name string) bool {
			return slices.ContainsFunc(selector.LabelMatchers, func(m *labels.Matcher) bool { return m.Name == name })
		}
		if strings.Contains(selector.Name, ":") { // recorded, without the labels of targets
			return nil
		}
		if !matched("job") {
			t.Errorf("%s: %s has no matcher for job", place, selector)
		}
		several := matched(model.MetricNameLabel) && selector.Name == ""
		if !slices.Contains(numbersOfDays(), selector.Name) && !several {
			return nil
		}
		for _, label := range labelsToChoose(selector.Name) {
			if !matched(label) {
				t.Errorf("%s: %s mixes every %s", place, selector, label)
			}
		}
		for _, parent := range path {
			if call, ok := parent.(*parser.Call); ok && slices.Contains([]string{"rate", "increase", "irate", "delta", "deriv"}, call.Func.Name) {
				t.Errorf("%s: takes the %s of a number of a day", place, call.Func.Name)
			}
		}
		inner := slices.IndexFunc(path, func(n parser.Node) bool { _, ok := n.(*parser.AggregateExpr); return ok })
		if inner < 0 {
			t.Errorf("%s: %s is not aggregated, so that replicas show twice", place, selector)
			return nil
		}
		last := path[inner].(*parser.AggregateExpr)
		for _, parent := range path[inner:] {
			if aggregate, ok := parent.(*parser.AggregateExpr); ok {
				last = aggregate
			}
		}
		if last.Op != parser.MAX {
			t.Errorf("%s: %s meets %s first, not max, so that replicas double", place, selector, last.Op)
		}
		// What is shown at the end of the time is read beside it, carried over a day.
		if query.Range && selector.Timestamp == nil && !slices.ContainsFunc(path, func(n parser.Node) bool {
			call, ok := n.(*parser.Call)
			return ok && call.Func.Name == "last_over_time"
		}) {
			t.Errorf("%s: %s is not carried over a day, so that one sample a day draws no line", place, selector)
		}
		return nil
	})
}
