package consumers

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// served returns all series of a text of /metrics.
func served(t *testing.T, text string) []program.Sample {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var samples []program.Sample
	for _, family := range families {
		for _, metric := range family.Metric {
			samples = append(samples, flat(family, metric)...)
		}
	}
	return samples
}

// flat returns the series of a metric.
func flat(family *dto.MetricFamily, metric *dto.Metric) []program.Sample {
	var samples []program.Sample
	add := func(suffix string, value float64, more ...string) {
		labels := map[string]string{"__name__": family.GetName() + suffix}
		for _, pair := range metric.Label {
			labels[pair.GetName()] = pair.GetValue()
		}
		if len(more) > 0 {
			labels[more[0]] = more[1]
		}
		samples = append(samples, program.Sample{Labels: labels, Value: value})
	}
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		add("", metric.Counter.GetValue())
	case dto.MetricType_GAUGE:
		add("", metric.Gauge.GetValue())
	case dto.MetricType_SUMMARY:
		for _, q := range metric.Summary.Quantile {
			add("", q.GetValue(), "quantile", fmt.Sprint(q.GetQuantile()))
		}
		add("_sum", metric.Summary.GetSampleSum())
		add("_count", float64(metric.Summary.GetSampleCount()))
	case dto.MetricType_HISTOGRAM:
		for _, b := range metric.Histogram.Bucket {
			add("_bucket", float64(b.GetCumulativeCount()), "le", fmt.Sprint(b.GetUpperBound()))
		}
		add("_sum", metric.Histogram.GetSampleSum())
		add("_count", float64(metric.Histogram.GetSampleCount()))
	default:
		add("", metric.Untyped.GetValue())
	}
	return samples
}

// comparison says what became of the series that were served.
type comparison struct {
	served int
	added  []string // labels that stored series have in addition
	lost   []string // names of series that are not stored
	grown  []string // names of series that are stored and were not served
	differ []string // series with another value
}

// whole returns whether all arrived, and with the same values.
func (c comparison) whole() bool { return len(c.lost)+len(c.grown)+len(c.differ) == 0 }

func (c comparison) String() string {
	const most = 5
	return fmt.Sprintf("of %d series\nlost: %q\ngrown: %q\ndiffer: %q\nadded: %q", c.served,
		c.lost, c.grown, c.differ[:min(most, len(c.differ))], c.added)
}

// compare compares what was served with what a consumer stored of it. Values are compared of the
// series that do not move on between a scrape and a push.
func compare(served, stored []program.Sample) comparison {
	c := comparison{served: len(served)}
	own := map[string]bool{} // labels of the exporter
	for _, s := range served {
		for label := range s.Labels {
			own[label] = true
		}
	}
	added, lost, grown := map[string]bool{}, map[string]bool{}, map[string]bool{}
	held := map[string]float64{}
	for _, s := range stored {
		for label := range s.Labels {
			if !own[label] {
				added[label] = true
			}
		}
		held[key(s, own)] = s.Value
	}
	for _, s := range served {
		k := key(s, own)
		value, ok := held[k]
		delete(held, k)
		switch {
		case !ok:
			lost[s.Labels["__name__"]] = true
		case !moves(s.Labels["__name__"]) && !same(value, s.Value):
			c.differ = append(c.differ, fmt.Sprintf("%s is %v, not %v", k, value, s.Value))
		}
	}
	for k := range held {
		name, _, _ := strings.Cut(k, "{")
		grown[name] = true
	}
	c.added, c.lost, c.grown = sorted(added), sorted(lost), sorted(grown)
	slices.Sort(c.differ)
	return c
}

// same returns whether two numbers are equal but for what VictoriaMetrics rounds: it keeps twelve
// digits of a fraction.
func same(a, b float64) bool {
	return a == b || math.Abs(a-b) < 1e-12*math.Abs(b) || math.IsNaN(a) && math.IsNaN(b)
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// moves returns whether the value of a metric changes all the time.
func moves(name string) bool {
	for _, prefix := range []string{"go_", "process_", "wxapp_otlp_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// key returns the name of a series and those of its labels that are the exporter's own. OpenMetrics
// and OTLP write the same number in different ways.
func key(s program.Sample, own map[string]bool) string {
	var labels []string
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		value := s.Labels[name]
		if name == "__name__" || !own[name] || value == "" { // an empty label is none
			continue
		}
		if number, err := strconv.ParseFloat(value, 64); err == nil && (name == "le" || name == "quantile") {
			value = fmt.Sprint(number)
		}
		labels = append(labels, fmt.Sprintf("%s=%q", name, value))
	}
	return s.Labels["__name__"] + "{" + strings.Join(labels, ",") + "}"
}
