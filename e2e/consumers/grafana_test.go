package consumers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// What Grafana makes tables and names of, and what stands in for a browser.
const (
	grafanaData = "@grafana/data@12.2.0"
	jsdom       = "jsdom@24.1.3"
)

// transformation is a change of the answers of a panel before they are shown.
type transformation struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
	Filter  any            `json:"filter,omitempty"`
}

// texts returns an option that maps texts to texts.
func (tr transformation) texts(option string) map[string]string {
	texts := map[string]string{}
	values, _ := tr.Options[option].(map[string]any)
	for key, value := range values {
		texts[key] = fmt.Sprint(value)
	}
	return texts
}

// frame and field are what Grafana's data source for Prometheus makes of an answer.
type frame struct {
	RefID  string  `json:"refId"`
	Name   string  `json:"name,omitempty"`
	Fields []field `json:"fields"`
}

type field struct {
	Name   string            `json:"name"`
	Type   string            `json:"type"`
	Labels map[string]string `json:"labels,omitempty"`
	Config map[string]string `json:"config"`
	Values []any             `json:"values"`
}

// checkTransformations holds that Grafana's own transformations make of the answers what the boards say:
// each column has its heading, no other is shown, and a bar is as long as the number beside it.
func checkTransformations(t *testing.T, prometheus string) {
	end := time.Now().Add(-lastMoment).Truncate(time.Minute)
	type job struct {
		Place           string           `json:"place"`
		Transformations []transformation `json:"transformations"`
		Frames          []frame          `json:"frames"`
	}
	var jobs []job
	panels := transformedPanels(t)
	for _, p := range panels {
		j := job{Place: p.Title, Transformations: p.Transformations, Frames: []frame{}}
		for _, target := range p.Targets {
			answer := answers(t, prometheus, asked{p.Title + ": " + target.RefID, filled(target.Expr), target.Range}, end)
			j.Frames = append(j.Frames, framesOf(answer, target.RefID, target.Format, target.LegendFormat, len(p.Targets) > 1)...)
		}
		jobs = append(jobs, j)
	}
	input, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	var results []struct {
		Place  string
		Fields []struct {
			Name   string
			Values []any
		}
	}
	if err := json.Unmarshal(transform(t, input), &results); err != nil {
		t.Fatal(err)
	}
	bars := 0
	for i, result := range results {
		columns := map[string][]any{}
		for _, f := range result.Fields {
			columns[f.Name] = f.Values
		}
		for _, tr := range jobs[i].Transformations {
			if panels[i].Type != "geomap" { // which has fields that nobody reads
				checkNames(t, result.Place, tr, slices.Sorted(maps.Keys(columns)))
			}
			if tr.ID == "calculateField" {
				bars++
				checkBar(t, result.Place, jobs[i].Transformations, columns)
			}
		}
	}
	if len(results) < 60 || bars < 20 {
		t.Errorf("%d panels, %d bars", len(results), bars)
	}
}

// checkNames holds that a transformation has named all that it shows.
func checkNames(t *testing.T, place string, tr transformation, names []string) {
	t.Helper()
	switch tr.ID {
	case "organize":
		renamed, placed := tr.texts("renameByName"), tr.texts("indexByName")
		for _, name := range names {
			_, kept := placed[name]
			if _, again := renamed[name]; again || !kept && !slices.Contains(slices.Collect(maps.Values(renamed)), name) {
				t.Errorf("%s: shows the column %q of %q", place, name, names)
			}
		}
	case "renameByRegex":
		pattern, replacement := regexp.MustCompile(fmt.Sprint(tr.Options["regex"])), fmt.Sprint(tr.Options["renamePattern"])
		for _, name := range names {
			if got := pattern.ReplaceAllString(name, replacement); got != name {
				t.Errorf("%s: shows %q, want %q", place, name, got)
			}
		}
		if !strings.Contains(replacement, "$") && !slices.Contains(names, replacement) {
			t.Errorf("%s: nothing is called %q, of %q", place, replacement, names)
		}
	}
}

// checkBar holds that a calculated field has the numbers of its source.
func checkBar(t *testing.T, place string, transformations []transformation, columns map[string][]any) {
	t.Helper()
	headings := map[string]string{}
	for _, tr := range transformations {
		maps.Copy(headings, tr.texts("renameByName"))
	}
	for _, tr := range transformations {
		if tr.ID != "calculateField" {
			continue
		}
		source := fmt.Sprint(tr.Options["reduce"].(map[string]any)["include"].([]any)[0])
		numbers, bar := columns[headings[source]], columns[headings[fmt.Sprint(tr.Options["alias"])]]
		if len(columns) > 0 && (len(bar) == 0 || !reflect.DeepEqual(numbers, bar)) {
			t.Errorf("%s: bars are %v, want %v", place, bar, numbers)
		}
	}
}

// transformedPanels returns the panels of all boards whose answers are transformed, by titles that name the
// board. What turns lines into cells comes with Grafana itself and is not looked at.
func transformedPanels(t *testing.T) []panel {
	t.Helper()
	var all []panel
	for _, b := range readBoards(t) {
		for _, p := range b.Panels {
			cells := slices.ContainsFunc(p.Transformations, func(tr transformation) bool { return tr.ID == "timeSeriesTable" })
			if len(p.Transformations) > 0 && !cells {
				p.Title = b.file + ": " + p.Title
				all = append(all, p)
			}
		}
	}
	return all
}

var legendLabel = regexp.MustCompile(`\{\{(\w+)\}\}`)

// framesOf returns the frames of an answer: one for a table, and else one for each series.
func framesOf(answer map[string]map[int64]float64, refID, format, legend string, several bool) []frame {
	table, value := format == "table", "Value"
	if table && several {
		value += " #" + refID
	}
	keys := slices.Sorted(maps.Keys(answer))
	names := map[string]bool{}
	for _, key := range keys {
		for name := range labelsOf(key) {
			names[name] = true
		}
	}
	rows := frame{RefID: refID, Fields: []field{{Name: "Time", Type: "time"}}}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		rows.Fields = append(rows.Fields, field{Name: name, Type: "string"})
	}
	rows.Fields = append(rows.Fields, field{Name: value, Type: "number"})
	var lines []frame
	for _, key := range keys {
		labels := labelsOf(key)
		at, number := field{Name: "Time", Type: "time"}, field{Name: "Value", Type: "number", Labels: labels}
		for _, second := range slices.Sorted(maps.Keys(answer[key])) {
			at.Values = append(at.Values, second*1000)
			number.Values = append(number.Values, finite(answer[key][second]))
		}
		name := legendLabel.ReplaceAllStringFunc(legend, func(label string) string { return labels[strings.Trim(label, "{}")] })
		number.Config = map[string]string{"displayNameFromDS": name}
		lines = append(lines, frame{RefID: refID, Name: name, Fields: []field{at, number}})
		for i, f := range rows.Fields {
			cell := any(labels[f.Name])
			switch f.Type {
			case "time":
				cell = at.Values[0]
			case "number":
				cell = number.Values[0]
			}
			rows.Fields[i].Values = append(rows.Fields[i].Values, cell)
		}
	}
	switch {
	case !table:
		return lines
	case len(keys) == 0:
		return []frame{{RefID: refID, Fields: []field{}}}
	default:
		return []frame{rows}
	}
}

var labelOfKey = regexp.MustCompile(`(\w+)=("(?:[^"\\]|\\.)*")`)

// labelsOf returns the labels of a series that answers has put into a text.
func labelsOf(key string) map[string]string {
	labels := map[string]string{}
	for _, match := range labelOfKey.FindAllStringSubmatch(key, -1) {
		labels[match[1]], _ = strconv.Unquote(match[2])
	}
	return labels
}

// finite returns a number, or nothing for one that JSON has not.
func finite(number float64) any {
	if math.IsInf(number, 0) || math.IsNaN(number) {
		return nil
	}
	return number
}

// transform runs Grafana's transformations.
func transform(t *testing.T, input []byte) []byte {
	t.Helper()
	folder := t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, grafanaData, jsdom)
	if err := program.Run(install); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/transform.cjs")
	if err != nil {
		t.Fatal(err)
	}
	var output, problems bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", script)
	node.Env = append(node.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	node.Stdin, node.Stdout, node.Stderr = bytes.NewReader(input), &output, &problems
	if err := node.Run(); err != nil {
		t.Fatalf("%v\n%s", err, problems.Bytes())
	}
	return output.Bytes()
}
