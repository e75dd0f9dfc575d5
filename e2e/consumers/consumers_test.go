package consumers

import (
	"slices"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// way is a way on which series come from the exporter into a store.
type way struct {
	consumer, how string
	// start starts all that the way needs, and returns the exporter and the address of a store with
	// Prometheus' API.
	start func(t *testing.T) (*exporter, string)
	// without are metrics that do not come with it.
	without []string
}

func ways() []way {
	return slices.Concat(prometheusWays(), victoriaMetricsWays(), collectorWays(), telegrafWays(), thanosWays())
}

// Everything that is served arrives, with the same labels and values, and our rules work with it.
// The documents say so in the same words.
func TestConsumers(t *testing.T) {
	rules := readRules(t)
	for _, w := range ways() {
		t.Run(w.consumer+" "+w.how, func(t *testing.T) {
			e, store := w.start(t)
			var got comparison
			defer func() {
				if t.Failed() {
					t.Log(got)
				}
			}()
			program.Eventually(t, "all series in the store", func() bool {
				got = compare(w.coming(served(t, e.metrics(t))), inStore(t, store))
				return got.whole()
			})
			checkRow(t, w, got)
			checkRules(t, rules, store)
		})
	}
}

// coming returns the samples that come on a way.
func (w way) coming(samples []program.Sample) []program.Sample {
	return slices.DeleteFunc(samples, func(s program.Sample) bool { return slices.Contains(w.without, s.Labels["__name__"]) })
}

// inStore returns what a store has of the exporter now.
func inStore(t *testing.T, store string) []program.Sample {
	t.Helper()
	return program.Query(t, store, `{__name__=~"(wxapp|go|process)_.+"}`, time.Now())
}
