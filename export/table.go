package export

import (
	"cmp"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// table gathers the samples of a metric by series, in the order in which the series come.
type table struct {
	series []series
	byText map[string]int // index of a series by its begin

	parts   []part
	scratch []byte
}

// part is what stands before the value of a label in a line, and where the value comes
// from: a label of the metric, or -1 for the end of the line's begin.
type part struct {
	text  string
	label int
}

// newTable returns the table of a metric whose series bear additional labels.
func newTable(metric *collector.Metric, labels []Label) *table {
	type named struct {
		Label
		index int
	}
	var all []named
	for i, name := range metric.Labels {
		all = append(all, named{Label{Name: name}, i})
	}
	for _, label := range labels {
		all = append(all, named{label, -1})
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Compare(a.Name, b.Name) })

	t := &table{byText: map[string]int{}}
	text := metric.Name + "{"
	for i, label := range all {
		if i > 0 {
			text += ","
		}
		text += label.Name + `="`
		if label.index >= 0 {
			t.parts = append(t.parts, part{text, label.index})
			text = `"`
		} else {
			text += string(collector.AppendEscaped(nil, label.Value)) + `"`
		}
	}
	t.parts = append(t.parts, part{text + "} ", -1})
	return t
}

// add adds a sample, which comes from the snapshot of an index.
func (t *table) add(sample collector.Sample, shown int) {
	t.scratch = t.scratch[:0]
	for _, part := range t.parts {
		t.scratch = append(t.scratch, part.text...)
		if part.label >= 0 {
			t.scratch = collector.AppendEscaped(t.scratch, sample.Labels[part.label])
		}
	}
	i, ok := t.byText[string(t.scratch)]
	if !ok {
		i = len(t.series)
		begin := string(t.scratch)
		t.byText[begin] = i
		t.series = append(t.series, series{begin: begin})
	}
	t.series[i].points = append(t.series[i].points, point{sample.Value, shown})
}
