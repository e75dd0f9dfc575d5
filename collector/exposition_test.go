package collector_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// The exposition of the documented answer, given for every window.
func TestDocumentedAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, err := os.ReadFile("../wechat/testdata/portrait-documented.json")
		if err != nil {
			t.Fatal(err)
		}
		answer = bytes.Replace(answer, []byte("20170611"), nil, 1)
		time.Sleep(9*24*time.Hour + 8*time.Hour) // 2000-01-10 16:00 in Asia/Shanghai
		store := &collector.Store{}
		store.Put(collectortest.Answered(t, collector.App{ID: app.ID, Name: app.ID}, answer))

		const golden = "testdata/documented.prom"
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(collectortest.NewCollector(store))
		names := make([]string, 0, len(collector.AppMetrics()))
		for _, metric := range collector.AppMetrics() {
			names = append(names, metric.Name)
		}
		got, err := testutil.GatherAndFormat(registry, expfmt.TypeTextPlain, names...)
		if err != nil {
			t.Fatal(err)
		}
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("exposition:\n%s\nwant:\n%s", got, want)
		}

		problems, err := testutil.GatherAndLint(registry)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems {
			t.Errorf("lint: %s: %s", problem.Metric, problem.Text)
		}
	})
}

// Every metric of the table is shown under the name, type, help and labels that the
// table gives, and nothing else is.
func TestDocumentedMetricsAreEmitted(t *testing.T) {
	store := &collector.Store{}
	store.Put(everything(t))
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collectortest.NewCollector(store), collector.NewSelfMetrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]*collector.Metric{}
	for _, metric := range collector.Metrics() {
		if !strings.HasPrefix(metric.Name, "wxapp_otlp_") { // those are held in package otlp
			documented[metric.Name] = metric
		}
	}
	for _, family := range families {
		metric, ok := documented[family.GetName()]
		if !ok {
			t.Errorf("%s is not documented", family.GetName())
			continue
		}
		delete(documented, family.GetName())
		if kind := strings.ToLower(family.GetType().String()); kind != string(metric.Type) {
			t.Errorf("%s is a %s, documented as %s", metric.Name, kind, metric.Type)
		}
		if family.GetHelp() != metric.Help {
			t.Errorf("%s has the help %q, documented as %q", metric.Name, family.GetHelp(), metric.Help)
		}
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		if strings.Join(labels, " ") != strings.Join(metric.Labels, " ") {
			t.Errorf("%s has the labels %v, documented as %v", metric.Name, labels, metric.Labels)
		}
	}
	for name := range documented {
		t.Errorf("%s is documented, but not shown", name)
	}
}

// Whatever WeChat answers, about whatever was asked, the registry gathers without error.
func FuzzAnswer(f *testing.F) {
	samples, err := filepath.Glob("../wechat/testdata/*.json")
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples", err)
	}
	for _, file := range samples {
		answer, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(answer)
	}
	f.Add([]byte(`{"visit_uv":{"city":[{"name":"a","value":1},{"name":"a","value":2},{"name":"\ud800","value":3},{"name":"","value":4}]}}`))
	f.Add([]byte(`{"visit_uv":{"devices":[{"name":"\u0000\"\\\n","value":"9007199254740993"},{"name":"b","value":-0.0}]}}`))
	f.Add([]byte("{\"visit_uv\":{\"ages\":[{\"name\":\"\xff\",\"value\":1},{\"name\":\"c\",\"value\":1e400}]}}"))
	f.Add([]byte(`{"visit_uv":[{"key":0,"value":9},{"key":1,"value":4},{"key":1,"value":"4"},{"key":-1,"value":2}]}`))
	f.Add([]byte(`{"list":[{"page_path":"\u0000\"\\\n","page_visit_pv":3},{"page_path":"a","page_staytime_pv":1e400},{"page_path":"a","page_visit_pv":1}]}`))
	today := wechat.DayOf(time.Now())
	f.Fuzz(func(t *testing.T, answer []byte) {
		snapshot := &collector.Snapshot{App: app}
		for _, d := range wechat.Datasets() {
			shown := collector.Dataset{Name: d.Name, End: today}
			for _, s := range d.Statistics {
				decoded, err := s.Decode(answer, s.Newest(today))
				if err != nil {
					continue
				}
				shown.Held = append(shown.Held, collector.Held{
					Series: s.Series(), Window: s.Newest(today),
					Numbers: collector.NewNumbers(s, decoded, wechat.Dimensions(), limits{wechat.Device: 20, wechat.Page: 20}),
				})
			}
			snapshot.Datasets = append(snapshot.Datasets, shown)
		}
		store := &collector.Store{}
		store.Put(snapshot)
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(collectortest.NewCollector(store))
		if _, err := registry.Gather(); err != nil {
			t.Error(err)
		}
	})
}
