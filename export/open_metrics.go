package export

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// openMetrics writes metrics in the format OpenMetrics 1.0. A metric stands in one piece and each
// of its series in one piece within it, in the order of time. The first metric, which has
// nearly all samples, is written as it comes; the others wait for their turn.
type openMetrics struct {
	w        io.Writer // one that remembers its errors
	labels   []Label
	families []*family
	samples  int64
	times    []int64 // those of all samples, in milliseconds since 1970
}

// family is a metric and what is written of it.
type family struct {
	metric *collector.Metric
	origin collector.Origin
	text   []byte // that waits
	begun  bool
}

func newOpenMetrics(w io.Writer, labels []Label) *openMetrics {
	t := &openMetrics{w: w, labels: labels}
	for _, of := range collector.Families() {
		if of.Origin != collector.FromPoll { // an archive does not have the others
			t.families = append(t.families, &family{metric: &of.Metric, origin: of.Origin})
		}
	}
	return t
}

// series are the samples of one series.
type series struct {
	begin  string // of each line: name and labels, with the space after them
	points []point
}

// point is a value of a series, and the index of the snapshot that it comes from.
type point struct {
	value float64
	shown int
}

// add writes what is shown of an app.
func (t *openMetrics) add(all []shown) {
	tables := make(map[*collector.Metric]*table, len(t.families))
	origins := make(map[*collector.Metric]collector.Origin, len(t.families))
	for _, family := range t.families {
		tables[family.metric], origins[family.metric] = newTable(family.metric, t.labels), family.origin
	}
	times := make([][]string, len(all))
	for i, shown := range all {
		times[i] = formatTimes(shown.times)
		t.times = append(t.times, shown.times...)
		shown.snapshot.Each(func(sample collector.Sample) {
			if origins[sample.Metric] == shown.origin {
				tables[sample.Metric].add(sample, i)
			}
		})
	}
	for i, family := range t.families {
		for _, series := range tables[family.metric].series {
			t.write(family, series, func(i int) []string {
				shown, point := all[series.points[i].shown], series.points[i]
				if shown.next < 0 || i+1 == len(series.points) || series.points[i+1].shown != shown.next {
					return times[point.shown][:shown.until]
				}
				return times[point.shown]
			})
		}
		if i == 0 {
			t.flush(family)
		}
	}
}

// write writes a series to what waits of its family, each point at its times.
func (t *openMetrics) write(f *family, s series, times func(point int) []string) {
	for i, point := range s.points {
		shown := times(i)
		if len(shown) > 0 && !f.begun {
			f.text = appendHead(f.text, f.metric)
			f.begun = true
		}
		var value [24]byte
		digits := f.metric.AppendValue(value[:0], point.value)
		text := f.text
		for _, at := range shown {
			text = append(text, s.begin...)
			text = append(text, digits...)
			text = append(text, at...)
		}
		f.text = text
		t.samples += int64(len(shown))
	}
	if f == t.families[0] && len(f.text) > 1<<18 {
		t.flush(f)
	}
}

func (t *openMetrics) flush(f *family) {
	_, _ = t.w.Write(f.text) // Export.Write learns of the error when it flushes
	f.text = f.text[:0]
}

// addLocations writes where the provinces are, at the times of all samples. Those less than
// a minute apart share one.
func (t *openMetrics) addLocations() {
	slices.Sort(t.times)
	var apart []int64
	for _, at := range t.times {
		if len(apart) == 0 || at-apart[len(apart)-1] >= time.Minute.Milliseconds() {
			apart = append(apart, at)
		}
	}
	times := formatTimes(apart)
	locations := &family{metric: collector.LocationMetric()}
	t.families = append(t.families, locations)
	table := newTable(locations.metric, t.labels)
	collector.EachLocation(func(sample collector.Sample) { table.add(sample, 0) })
	for _, series := range table.series {
		t.write(locations, series, func(int) []string { return times })
	}
}

// end writes what waits, and the end of the text.
func (t *openMetrics) end() {
	for _, family := range t.families {
		t.flush(family)
	}
	_, _ = io.WriteString(t.w, "# EOF\n")
}

// formatTimes returns the ends of the lines of some times: seconds since 1970, with
// milliseconds where there are some.
func formatTimes(times []int64) []string {
	ends := make([]string, len(times))
	for i, milli := range times {
		end := " " + strconv.FormatInt(milli/1000, 10)
		if rest := milli % 1000; rest != 0 {
			end += "." + strconv.FormatInt(1000+rest, 10)[1:]
		}
		ends[i] = end + "\n"
	}
	return ends
}

func appendHead(b []byte, metric *collector.Metric) []byte {
	help := strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(metric.Help)
	b = append(b, "# HELP "+metric.Name+" "+help+"\n"...)
	return append(b, "# TYPE "+metric.Name+" "+string(metric.Type)+"\n"...)
}
