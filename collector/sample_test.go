package collector_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

var app = collector.App{ID: "wx0123456789abcdef", Name: "鲜果到家"}

// The samples of an app come in the order of the table of metrics, and their labels
// take the values that the table of labels gives.
func TestSamplesAreThoseOfTheTables(t *testing.T) {
	values := map[string][]string{}
	for _, label := range collector.Labels() {
		values[label.Name] = label.Values
	}
	metrics := collector.AppMetrics()
	current, seen := 0, map[*collector.Metric]bool{}
	collectortest.Everything(t, &wechattest.Server{}, app).Each(func(s collector.Sample) {
		for metrics[current] != s.Metric {
			if current++; current == len(metrics) {
				t.Fatalf("%s comes out of the order of the table", s.Metric.Name)
			}
		}
		seen[s.Metric] = true
		for i, label := range s.Metric.Labels {
			if known := values[label]; known != nil && !slices.Contains(known, s.Labels[i]) {
				t.Errorf("%s: %s=%q is not in the table of labels", s.Metric.Name, label, s.Labels[i])
			}
		}
	})
	if len(seen) != len(metrics) {
		t.Errorf("%d of %d metrics have samples", len(seen), len(metrics))
	}
}

// The users of an app come by dimension, name, metric and range.
func TestOrderOfUsers(t *testing.T) {
	ranges := []string{"1d", "7d", "30d"}
	var last []string
	n := 0
	collectortest.Snapshot(t, &wechattest.Server{}, app).Each(func(sample collector.Sample) {
		if sample.Metric.Name != "wxapp_users" {
			return
		}
		n++
		labels := slices.Clone(sample.Labels) // appid, dimension, metric, name, range
		if last != nil && cmp.Or(
			cmp.Compare(last[1], labels[1]),
			cmp.Compare(last[3], labels[3]),
			cmp.Compare(last[2], labels[2]),
			cmp.Compare(slices.Index(ranges, last[4]), slices.Index(ranges, labels[4])),
		) >= 0 {
			t.Errorf("%q come after %q", labels, last)
		}
		last = labels
	})
	if n < 1000 {
		t.Errorf("only %d samples", n)
	}
}
