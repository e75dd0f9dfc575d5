package dashboards

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// What Grafana makes of JSON that is valid: each of these rules is about something that was
// seen to mislead in a browser, though every query was right.
func TestRendering(t *testing.T) {
	for _, d := range readDashboards(t) {
		checkHosts(t, d)
		for _, p := range d.all() {
			place := d.File + ": " + p.Title
			checkTitle(t, d, p)
			if len(p.Targets) == 0 {
				continue
			}
			checkThresholds(t, place, p)
			checkNoValue(t, place, p)
			checkDeadBand(t, place, p)
			checkBars(t, place, p)
			checkUnits(t, d, p)
			checkComparisons(t, place, p)
			checkColors(t, place, p)
			checkScales(t, place, p)
			checkStart(t, place, p)
			if p.Type == "table" {
				checkWidths(t, place, p)
			}
			if p.Type == "geomap" {
				checkMap(t, place, p)
			}
		}
	}
}

// columns is the width of a text: Chinese characters are twice as wide as others.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n++
		if unicode.Is(unicode.Han, r) || r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uffef' {
			n++
		}
	}
	return n
}

// checkTitle holds titles to the width of their panel on a laptop, 1,366 pixels wide with
// the menu open: 24 columns are 1,066 pixels, of which each panel spends 86 on its border and
// the mark of its description, and a character takes 7.
func checkTitle(t *testing.T, d dashboard, p panel) {
	t.Helper()
	title := p.Title
	for _, v := range d.Templating.List {
		longest := ""
		for _, option := range v.Options {
			if columns(option.Text) > columns(longest) {
				longest = option.Text
			}
		}
		title = strings.ReplaceAll(title, "${"+v.Name+":text}", longest)
		if dayVariable.MatchString(v.Name) {
			title = strings.ReplaceAll(title, "${"+v.Name+"}", time.DateOnly)
		}
	}
	if room := (p.GridPos.W*1066/24 - 86) / 7; p.Type != "row" && columns(title) > room {
		t.Errorf("%s: title %q is %d characters wide, and there is room for %d", d.File, title, columns(title), room)
	}
}

// Grafana shows the texts for no value in the color of the lowest threshold.
var neutral = []string{"text", "transparent", "#808080"}

// checkThresholds finds thresholds that do nothing: these kinds of panels look at them only
// when the colors are said to come from them.
func checkThresholds(t *testing.T, place string, p panel) {
	t.Helper()
	steps, mode := p.FieldConfig.Defaults.Thresholds.Steps, p.FieldConfig.Defaults.Color.Mode
	lines := p.FieldConfig.Defaults.Custom["thresholdsStyle"] != nil
	if len(steps) > 0 && p.Type != "stat" && mode != "thresholds" && !lines {
		t.Errorf("%s: has thresholds, but its colors come from %q", place, mode)
	}
	for _, o := range p.FieldConfig.Overrides {
		var color struct{ Mode string }
		var thresholds any
		if o.property(t, "thresholds", &thresholds) && (!o.property(t, "color", &color) || color.Mode != "thresholds") {
			t.Errorf("%s: column %s has thresholds, but its colors come from %q", place, o.Matcher.Options, color.Mode)
		}
	}
}

// checkNoValue wants a sentence where there is no value, in a color that neither warns nor
// praises.
func checkNoValue(t *testing.T, place string, p panel) {
	t.Helper()
	if p.FieldConfig.Defaults.NoValue == "" {
		t.Errorf("%s: says nothing when it is empty", place)
	}
	if steps := p.FieldConfig.Defaults.Thresholds.Steps; len(steps) > 0 && !slices.Contains(neutral, steps[0].Color) {
		t.Errorf("%s: %q would be %s", place, p.FieldConfig.Defaults.NoValue, steps[0].Color)
	}
	for _, o := range p.FieldConfig.Overrides {
		var thresholds struct{ Steps []step }
		if o.property(t, "thresholds", &thresholds) && !slices.Contains(neutral, thresholds.Steps[0].Color) {
			t.Errorf("%s: an empty cell of %s would be %s", place, o.Matcher.Options, thresholds.Steps[0].Color)
		}
	}
}

// checkDeadBand wants changes of up to 5% to be neither red nor green.
func checkDeadBand(t *testing.T, place string, p panel) {
	t.Helper()
	check := func(what string, steps []step) {
		falls := slices.ContainsFunc(steps, func(s step) bool { return s.Value != nil && *s.Value < 0 })
		warns := len(steps) > 1 && steps[0].Color == "red"
		if !falls && !warns {
			return
		}
		var band []string
		for _, s := range steps {
			if s.Value != nil {
				band = append(band, fmt.Sprintf("%s from %g", s.Color, *s.Value))
			}
		}
		if want := []string{"red from -1", "text from -0.05", "green from 0.05"}; !slices.Equal(band, want) {
			t.Errorf("%s: %s is %v, want %v", place, what, band, want)
		}
	}
	if p.Type != "state-timeline" {
		check("the change", p.FieldConfig.Defaults.Thresholds.Steps)
	}
	for _, o := range p.FieldConfig.Overrides {
		var thresholds struct{ Steps []step }
		if o.property(t, "thresholds", &thresholds) {
			check(o.Matcher.Options, thresholds.Steps)
		}
	}
}

// checkBars wants bars that begin at zero, or have it in the middle.
func checkBars(t *testing.T, place string, p panel) {
	t.Helper()
	custom := p.FieldConfig.Defaults.Custom
	bars := p.Type == "bargauge" || p.Type == "barchart" || custom["drawStyle"] == "bars"
	if bars && custom["axisCenteredZero"] != true && (p.FieldConfig.Defaults.Min == nil || *p.FieldConfig.Defaults.Min != 0) {
		t.Errorf("%s: bars do not begin at zero", place)
	}
	for _, o := range p.FieldConfig.Overrides {
		var cell struct{ Type, ValueDisplayMode string }
		lowest, width := math.NaN(), 0
		o.property(t, "min", &lowest)
		o.property(t, "custom.width", &width)
		if o.property(t, "custom.cellOptions", &cell) && cell.Type == "gauge" && (lowest != 0 || width < 60 || cell.ValueDisplayMode != "hidden") {
			t.Errorf("%s: the bars of column %s begin at %g, have %d pixels and their number is %s: it covers the end of the large ones", place, o.Matcher.Options, lowest, width, cell.ValueDisplayMode)
		}
	}
}

// checkScales wants colors that follow values to know both ends of them, and cells without a value
// to have no color.
func checkScales(t *testing.T, place string, p panel) {
	t.Helper()
	defaults := p.FieldConfig.Defaults
	if strings.HasPrefix(defaults.Color.Mode, "continuous") && p.Type != "geomap" && (defaults.Min == nil || defaults.Max == nil && p.Type != "bargauge") {
		t.Errorf("%s: the scale of colors has no ends", place)
	}
	for _, o := range p.FieldConfig.Overrides {
		var color struct{ Mode string }
		var cell struct{ Type string }
		var lowest, highest *float64
		var own bool
		o.property(t, "min", &lowest)
		o.property(t, "max", &highest)
		o.property(t, "fieldMinMax", &own)
		if !o.property(t, "color", &color) || !strings.HasPrefix(color.Mode, "continuous") {
			continue
		}
		if lowest == nil || highest == nil && !own {
			t.Errorf("%s: the scale of column %s has no ends", place, o.Matcher.Options)
		}
		var mappings []struct {
			Type    string
			Options struct {
				Match  string
				Result struct{ Color string }
			}
		}
		o.property(t, "mappings", &mappings)
		if o.property(t, "custom.cellOptions", &cell) && cell.Type == "color-background" &&
			(len(mappings) != 1 || mappings[0].Options.Match != "null+nan" || mappings[0].Options.Result.Color != "transparent") {
			t.Errorf("%s: the empty cells of column %s have a color", place, o.Matcher.Options)
		}
	}
}

// checkHosts finds what would ask another host from the browser of whoever looks at a board.
func checkHosts(t *testing.T, d dashboard) {
	t.Helper()
	eachText(decode(t, d.File), "", func(_, text string) {
		for _, address := range regexp.MustCompile(`https?://[^\s"]+`).FindAllString(text, -1) {
			if !strings.HasPrefix(address, "https://github.com/wxapp-exporter/wxapp_exporter/blob/main/docs/runbooks/") {
				t.Errorf("%s: %s", d.File, address)
			}
		}
	})
	for _, p := range d.all() {
		base, ok := p.Options["basemap"].(map[string]any)
		if !ok {
			continue
		}
		config, _ := base["config"].(map[string]any)
		if address, _ := config["url"].(string); base["type"] != "xyz" || !strings.HasPrefix(address, "data:") {
			t.Errorf("%s: %s: the base map comes from %q, for which Grafana asks another host", d.File, p.Title, address)
		}
	}
}

// Grafana writes these units in English, whatever the language, and most of them as days or
// weeks with decimals.
var englishUnits = regexp.MustCompile(`^(s|m|h|d|ms|dateTimeFromNow|dateTimeAsIso|dtdurations|dthms|clocks)$|ddd|MMM`)

// checkUnits finds units that put English words on a board.
func checkUnits(t *testing.T, d dashboard, p panel) {
	t.Helper()
	units := []string{p.FieldConfig.Defaults.Unit}
	for _, o := range p.FieldConfig.Overrides {
		var unit string
		if o.property(t, "unit", &unit) {
			units = append(units, unit)
		}
	}
	for _, unit := range units {
		if englishUnits.MatchString(unit) {
			t.Errorf("%s: %s: Grafana writes the unit %q in English", d.File, p.Title, unit)
		}
	}
}

// What is wrong in Chinese: a Western comma or colon after a Chinese character, and two
// words for new users.
var wrongChinese = regexp.MustCompile(`\p{Han}[,:;]|[,:;]\p{Han}|新用户`)

func TestChineseTexts(t *testing.T) {
	for _, d := range readDashboards(t) {
		if strings.Contains(d.File, "zh-CN") {
			eachText(decode(t, d.File), "", func(key, text string) {
				if textKeys[key] && wrongChinese.MatchString(text) {
					t.Errorf("%s: %q", d.File, text)
				}
			})
		}
	}
}

// eachText calls a function with every text and its key.
func eachText(value any, key string, f func(key, text string)) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			eachText(inner, key, f)
		}
	case []any:
		for _, inner := range value {
			eachText(inner, key, f)
		}
	case string:
		f(key, value)
	}
}

// thatMoment is a moment of the past: so many hours before, or a step of a subquery.
const thatMoment = `((?:\[\w+\])? offset -?\d+h|\[16h\]\))`

var (
	offsets   = regexp.MustCompile(`(?:(?:` + strings.Join(numbersOfDays(), "|") + `)\{|\{__name__)[^}]*\}` + thatMoment)
	ends      = regexp.MustCompile(`wxapp_data(?:set)?_end_timestamp_seconds\{[^}]*\}` + thatMoment)
	distances = regexp.MustCompile(`(?:time\(\) \+ 86400|[}\]]\)+) - (\d{5,})\)`)
)

const secondsOfWeek = 7 * 86400

// figureMetrics returns the metrics of what WeChat answers beside the user portrait.
func figureMetrics() []*collector.Metric {
	var metrics []*collector.Metric
	for _, family := range collector.Families() {
		ends := strings.HasSuffix(family.Name, "_timestamp_seconds")
		if family.Origin == collector.FromAnswer && !ends && !slices.Contains(family.Labels, "range") {
			metrics = append(metrics, &family.Metric)
		}
	}
	return metrics
}

// numbersOfDays returns the metrics whose values are about a day or days that end with one.
func numbersOfDays() []string {
	names := []string{"wxapp_users"}
	for _, metric := range figureMetrics() {
		names = append(names, metric.Name)
	}
	return names
}

// daysBefore are the columns that compare a day with the one before, and the letter of their
// query.
var daysBefore = map[string]string{"vs day before": "B", "较前一天": "B"}

// checkComparisons finds numbers of different weekdays that are compared: whatever is read
// of the past stands beside the end of its window at that time, and the ends are whole weeks
// apart, or a day where the heading says so.
func checkComparisons(t *testing.T, place string, p panel) {
	t.Helper()
	next := map[string]bool{} // the queries that compare a day with the one before
	for _, name := range visibleColumns(t, p) {
		next[daysBefore[name]] = true
	}
	for _, query := range p.Targets {
		proved := map[string]bool{}
		for _, match := range ends.FindAllStringSubmatch(query.Expr, -1) {
			proved[match[1]] = true
		}
		for _, match := range offsets.FindAllStringSubmatch(query.Expr, -1) {
			if !proved[match[1]] {
				t.Errorf("%s: %s: users read with %s are of an unknown day", place, query.RefID, match[1])
			}
		}
		for _, match := range distances.FindAllStringSubmatch(query.Expr, -1) {
			if seconds, _ := strconv.Atoi(match[1]); seconds%secondsOfWeek != 0 && (seconds != 86400 || !next[query.RefID]) {
				t.Errorf("%s: %s: compares days that are %.1f weeks apart", place, query.RefID, float64(seconds)/secondsOfWeek)
			}
		}
	}
}

// checkStart wants panels over time to show the first sample at once: a step that lies in
// the past reads what came after it, or is about the weeks before alone.
func checkStart(t *testing.T, place string, p panel) {
	t.Helper()
	for _, query := range p.Targets {
		if !query.Range {
			continue
		}
		if p.Interval != "1h" && p.Interval != "1d" {
			t.Errorf("%s: the least step is %q", place, p.Interval)
		}
		if !regexp.MustCompile(`offset -(\d+h|\$__interval)|== time\(\) \+ 86400|\[22d:1d\] offset 112h`).MatchString(query.Expr) {
			t.Errorf("%s: %s: reads nothing after a step, so that the first sample shows an hour or a day late", place, query.RefID)
		}
		if p.Type == "timeseries" && p.FieldConfig.Defaults.Custom["drawStyle"] == "line" && p.FieldConfig.Defaults.Custom["showPoints"] != "auto" {
			t.Errorf("%s: a single value draws no line and no point", place)
		}
	}
}

// visibleColumns returns the headings of a table's columns in their order.
func visibleColumns(t *testing.T, p panel) []string {
	t.Helper()
	var names []string
	for _, tr := range p.Transformations {
		if tr.ID != "organize" {
			continue
		}
		index, _ := tr.Options["indexByName"].(map[string]any)
		renamed, _ := tr.Options["renameByName"].(map[string]any)
		excluded, _ := tr.Options["excludeByName"].(map[string]any)
		names = make([]string, len(index))
		for field, i := range index {
			if excluded[field] == true {
				continue
			}
			if heading, ok := renamed[field].(string); ok {
				field = heading
			}
			names[int(i.(float64))] = field
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// checkWidths holds the columns of a table to its width at 1,600 pixels, where 24 columns of
// the grid are 1,560: Grafana gives a column without a width 150 pixels and hides what does
// not fit behind a bar for scrolling. One column takes the rest.
func checkWidths(t *testing.T, place string, p panel) {
	t.Helper()
	total, flexible := 0, 0
	for _, name := range visibleColumns(t, p) {
		width, least, hidden := 0, 150, false
		for _, o := range p.FieldConfig.Overrides {
			if o.Matcher.Options == name {
				o.property(t, "custom.width", &width)
				o.property(t, "custom.minWidth", &least)
				o.property(t, "custom.hidden", &hidden)
			}
		}
		switch {
		case hidden:
		case width == 0:
			flexible++
			total += least
		default:
			total += width
			if columns(name)*8+16 > width {
				t.Errorf("%s: the heading %q does not fit into %d pixels", place, name, width)
			}
		}
	}
	if room := p.GridPos.W*1560/24 - 40; total > room || flexible != 1 {
		t.Errorf("%s: the columns are %d pixels wide, want at most %d; %d of them take what is left, want one", place, total, room, flexible)
	}
	if footer, _ := p.Options["footer"].(map[string]any); footer["enablePagination"] != true {
		t.Errorf("%s: has no pages", place)
	}
}

// checkMap wants the largest provinces to keep their labels, short ones, circles whose area
// follows the users, and no server of tiles.
func checkMap(t *testing.T, place string, p panel) {
	t.Helper()
	content, err := json.Marshal(p.Options)
	if err != nil {
		t.Fatal(err)
	}
	options := string(content)
	if !strings.HasPrefix(p.Targets[0].Expr, "sort_desc(") {
		t.Errorf("%s: markers are not sorted, so that small ones hide the labels of large ones", place)
	}
	if !strings.Contains(options, `"size":{"field":"radius"`) || !strings.Contains(options, `"text":{"field":"label"`) || strings.Contains(options, "http") {
		t.Errorf("%s: %s", place, options)
	}
	root := slices.ContainsFunc(p.Transformations, func(tr transformation) bool {
		renamed, _ := tr.Options["renameByName"].(map[string]any)
		return renamed["Value #B"] == "radius" && len(p.Targets) > 1 && strings.HasPrefix(p.Targets[1].Expr, "sqrt(")
	})
	if last := p.Transformations[len(p.Transformations)-1]; !root || last.ID != "sortBy" {
		t.Errorf("%s: the radius is not the root of the users, or the markers are in no order at last", place)
	}
}
