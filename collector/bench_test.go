package collector_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// BenchmarkNumbers makes of a decoded portrait, an answer about a week of the usual size, what
// is shown of it.
func BenchmarkNumbers(b *testing.B) {
	client := &wechat.Client{HTTP: &http.Client{Transport: &wechattest.Server{NoTokens: true}}}
	week := statistic(b, "7d")
	answer, err := client.Ask(b.Context(), week, week.Window(wechat.DayOf(time.Now()).Add(-2)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		collector.NewNumbers(week, answer, wechat.Dimensions(), limits{wechat.Device: 20})
	}
}

// BenchmarkGather gathers the series of one app, three windows, through a registry.
func BenchmarkGather(b *testing.B) {
	store := &collector.Store{}
	store.Put(collectortest.Snapshot(b, &wechattest.Server{}, collector.App{ID: "wx0123456789abcdef", Name: "app"}))
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectortest.NewCollector(store))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := registry.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
