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

// usualPortrait is an answer of the simulated WeChat for a week, of the usual size.
func usualPortrait(b *testing.B) *wechat.Portrait {
	b.Helper()
	client := &wechat.Client{HTTP: &http.Client{Transport: &wechattest.Server{NoTokens: true}}}
	window := wechat.Window{End: wechat.DayOf(time.Now()).Add(-2), Range: wechat.Range7Days}
	portrait, err := client.UserPortrait(b.Context(), window)
	if err != nil {
		b.Fatal(err)
	}
	return portrait
}

// BenchmarkSnapshot makes of a decoded portrait what is shown of it.
func BenchmarkSnapshot(b *testing.B) {
	portrait := usualPortrait(b)
	b.ReportAllocs()
	for b.Loop() {
		collector.NewRows(portrait, wechat.Dimensions(), map[wechat.Dimension]int{wechat.Device: 20})
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
