package collector_test

import (
	"os"
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
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// The exposition of the documented answer, given for every window.
func TestDocumentedAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, err := os.ReadFile("../wechat/testdata/portrait-documented.json")
		if err != nil {
			t.Fatal(err)
		}
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
	store.Put(collectortest.Everything(t, &wechattest.Server{}, app))
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

// Whatever WeChat answers, the registry gathers without error.
func FuzzAnswer(f *testing.F) {
	for _, file := range []string{"portrait-documented.json", "portrait-recorded-empty.json", "error-61501-recorded.json"} {
		answer, err := os.ReadFile("../wechat/testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(answer)
	}
	f.Add([]byte(`{"visit_uv":{"city":[{"name":"a","value":1},{"name":"a","value":2},{"name":"\ud800","value":3},{"name":"","value":4}]}}`))
	f.Add([]byte(`{"visit_uv":{"devices":[{"name":"\u0000\"\\\n","value":"9007199254740993"},{"name":"b","value":-0.0}]}}`))
	f.Add([]byte("{\"visit_uv\":{\"ages\":[{\"name\":\"\xff\",\"value\":1},{\"name\":\"c\",\"value\":1e400}]}}"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if _, err := wechat.DecodePortrait(answer); err != nil {
			return
		}
		store := &collector.Store{}
		store.Put(collectortest.Answered(t, app, answer))
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(collectortest.NewCollector(store))
		if _, err := registry.Gather(); err != nil {
			t.Error(err)
		}
	})
}
