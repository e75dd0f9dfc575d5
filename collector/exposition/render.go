package exposition

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// renderer makes parts of metrics. It takes about a megabyte.
type renderer struct {
	*deflater
	text []byte
}

func newRenderer() *renderer { return &renderer{deflater: newDeflater()} }

// app returns the samples of an app, as one part for each of metrics. These are all
// metrics of an app, in the order in which a Snapshot hands their samples over.
func (r *renderer) app(s *collector.Snapshot, metrics []*collector.Metric) []part {
	parts := make([]part, len(metrics))
	current := 0
	r.text = r.text[:0]
	s.Each(func(sample collector.Sample) {
		for sample.Metric != metrics[current] {
			parts[current] = r.part(r.text)
			r.text = r.text[:0]
			current++
		}
		r.text = appendSample(r.text, sample)
	})
	parts[current] = r.part(r.text)
	return parts
}

// headers returns the lines that introduce each of metrics, in a format.
func (r *renderer) headers(metrics []*collector.Metric, openMetrics bool) []part {
	headers := make([]part, len(metrics))
	for i, metric := range metrics {
		headers[i] = r.part(header(metric, openMetrics))
	}
	return headers
}

// locations returns the samples that tell where the provinces are.
func (r *renderer) locations(store *collector.Store) part {
	var samples []byte
	store.EachLocation(func(s collector.Sample) { samples = appendSample(samples, s) })
	if samples == nil {
		return part{}
	}
	return r.part(append(header(collector.LocationMetric(), false), samples...))
}

// family returns the name that OpenMetrics has for all series of a metric.
func family(name string) string { return strings.TrimSuffix(name, "_total") }

// header returns the lines that introduce a metric.
func header(m *collector.Metric, openMetrics bool) []byte {
	if !openMetrics {
		return fmt.Appendf(nil, "# HELP %s %s\n# TYPE %s %s\n", m.Name, m.Help, m.Name, m.Type)
	}
	name := family(m.Name)
	text := fmt.Appendf(nil, "# HELP %s %s\n# TYPE %s %s\n", name, m.Help, name, m.Type)
	if m.Unit == "s" {
		text = fmt.Appendf(text, "# UNIT %s seconds\n", name)
	}
	return text
}

// appendSample appends the line of a sample, which is the same in all formats.
func appendSample(text []byte, s collector.Sample) []byte {
	text = append(text, s.Metric.Name...)
	separator := byte('{')
	for i, label := range s.Metric.Labels {
		text = append(text, separator)
		text = append(text, label...)
		text = append(text, `="`...)
		text = appendEscaped(text, s.Labels[i])
		text = append(text, '"')
		separator = ','
	}
	text = append(text, "} "...)
	text = strconv.AppendInt(text, s.Value, 10)
	return append(text, '\n')
}

func appendEscaped(text []byte, value string) []byte {
	for {
		i := strings.IndexAny(value, "\\\"\n")
		if i < 0 {
			return append(text, value...)
		}
		text = append(text, value[:i]...)
		switch value[i] {
		case '\n':
			text = append(text, `\n`...)
		default:
			text = append(text, '\\', value[i])
		}
		value = value[i+1:]
	}
}
