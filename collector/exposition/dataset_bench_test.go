package exposition

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// BenchmarkScrapeOfDatasets compares a compressed scrape of 100 apps with all datasets, over
// a connection, to one with the user portrait alone: see MB/s.
func BenchmarkScrapeOfDatasets(b *testing.B) {
	app := collector.App{ID: "wx0123456789abcdef", Name: "app"}
	simulated := &wechattest.Server{Apps: map[string]wechattest.App{app.ID: {Users: 20_000}}}
	for name, snapshot := range map[string]*collector.Snapshot{
		"portrait": collectortest.Snapshot(b, simulated, app),
		"all":      collectortest.Everything(b, simulated, app),
	} {
		b.Run(name, func(b *testing.B) {
			handler, err := New(collectortest.Store(snapshot, 100), prometheus.NewRegistry(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			server := httptest.NewServer(handler)
			defer server.Close()
			request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			request.Header.Set("Accept-Encoding", "gzip")
			for b.Loop() {
				response, err := server.Client().Do(request)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, response.Body)
				if err != nil {
					b.Fatal(err)
				}
				_ = response.Body.Close()
				b.SetBytes(n)
			}
		})
	}
}
