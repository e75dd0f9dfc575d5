package exposition

import (
	"fmt"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// renderer makes fragments of metrics. It takes about a megabyte.
type renderer struct {
	*deflater
	text []byte
}

func newRenderer(level int) *renderer { return &renderer{deflater: newDeflater(level)} }

// app returns the samples of an app, one fragment for each of metrics. These have to be
// all metrics of an app, in the order in which a Snapshot hands over their samples.
func (r *renderer) app(s *collector.Snapshot, metrics []*collector.Metric) []fragment {
	fragments := make([]fragment, len(metrics))
	current := 0
	r.text = r.text[:0]
	s.Each(func(sample collector.Sample) {
		for sample.Metric != metrics[current] {
			fragments[current] = r.fragment(r.text)
			r.text = r.text[:0]
			current++
		}
		r.text = appendSample(r.text, sample)
	})
	fragments[current] = r.fragment(r.text)
	return fragments
}

// headers returns the lines that introduce each of metrics.
func (r *renderer) headers(metrics []*collector.Metric, openMetrics bool) []fragment {
	headers := make([]fragment, len(metrics))
	for i, metric := range metrics {
		headers[i] = r.fragment(header(metric, openMetrics))
	}
	return headers
}

// locations returns the metric that tells where the provinces are.
func (r *renderer) locations() fragment {
	text := header(collector.LocationMetric(), false)
	collector.EachLocation(func(s collector.Sample) { text = appendSample(text, s) })
	return r.fragment(text)
}

// family returns the name of a metric in OpenMetrics, where counters have no suffix.
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
		text = collector.AppendEscaped(text, s.Labels[i])
		text = append(text, '"')
		separator = ','
	}
	text = append(text, "} "...)
	text = s.Metric.AppendValue(text, s.Value)
	return append(text, '\n')
}
