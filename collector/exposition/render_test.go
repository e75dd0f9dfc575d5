package exposition

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// Whatever the names, a parser reads what was written.
func FuzzSample(f *testing.F) {
	metrics := collector.AppMetrics()
	metric := metrics[slices.IndexFunc(metrics, func(m *collector.Metric) bool { return m.Name == "wxapp_users" })]
	f.Add("wx0123456789abcdef", "广东省", int64(1341))
	f.Add(`a"b`, `c\d`, int64(0))
	f.Add("a\nb", "\\n\n\\\"", int64(1<<53-1))
	f.Add("} 1\n# EOF\n", "\x00\r\t\u2028", int64(1))
	f.Fuzz(func(t *testing.T, appid, name string, users int64) {
		if !utf8.ValidString(appid) || !utf8.ValidString(name) || users < 0 || users > 1<<53 {
			return // no snapshot has such names and numbers
		}
		labels := []string{appid, "city", "visit_uv", name, "7d"}
		text := string(appendSample(header(metric, false), collector.Sample{Metric: metric, Labels: labels, Value: float64(users)}))

		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		family := families[metric.Name]
		if len(families) != 1 || len(family.GetMetric()) != 1 || family.GetHelp() != metric.Help {
			t.Fatalf("got %v of\n%s", families, text)
		}
		if value := family.GetMetric()[0].GetGauge().GetValue(); value != float64(users) {
			t.Errorf("got the value %v of\n%s", value, text)
		}
		for i, label := range family.GetMetric()[0].GetLabel() {
			if label.GetName() != metric.Labels[i] || label.GetValue() != labels[i] {
				t.Errorf("got the label %s=%q, want %s=%q", label.GetName(), label.GetValue(), metric.Labels[i], labels[i])
			}
		}

		series, _ := parseSample(t, text[strings.LastIndex(text, "\nwxapp_users{")+1:len(text)-1])
		want := metric.Name + `{appid="` + appid + `",dimension="city",metric="visit_uv",name="` + name + `",range="7d"}`
		if series != want {
			t.Errorf("got the series %s, want %s", series, want)
		}
	})
}
