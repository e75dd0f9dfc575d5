package reload_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/reload"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// BenchmarkScrapesDuringReload adds 100 apps to 1,000 and scrapes 100 times around it, by
// HTTP with gzip as Prometheus does. It reports how long scrapes take usually and around
// the reload, and the reload itself.
func BenchmarkScrapesDuringReload(b *testing.B) {
	const stay, come, scrapes = 1000, 100, 100
	all := appids(stay + come)
	b.Chdir(b.TempDir())
	b.Setenv("WXAPP_APPS_FILE", "apps.yaml")
	rewrite := func(appids []string) {
		if err := os.WriteFile("apps.yaml", []byte(list(appids...)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	rewrite(all[:stay])
	started, err := config.ReadApps()
	if err != nil {
		b.Fatal(err)
	}

	server := &wechattest.Server{Apps: map[string]wechattest.App{}, Latency: 50 * time.Millisecond}
	for _, id := range all {
		server.Apps[id] = wechattest.App{Users: 20_000}
	}
	client := &http.Client{Transport: server}
	store, metrics, log := &collector.Store{}, collector.NewSelfMetrics(), slog.New(slog.DiscardHandler)
	polling := poller.New(poller.Options{
		Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
		Datasets: wechat.Datasets()[:1],
		Shows:    poller.Shows{Dimensions: wechat.Dimensions(), Top: map[wechat.Dimension]int{wechat.Device: 20}, MaxAge: 168 * time.Hour},
		Store:    store, Archive: poller.NoArchive{}, Metrics: metrics, Logger: log,
	})
	reloader := reload.New(reload.Options{
		Read: config.ReadApps, Poller: polling, Metrics: metrics, Logger: log,
		Source: func(app config.App) poller.Source {
			tokens := &wechat.SecretTokens{
				AppID: app.ID, Secret: func() (wechat.Secret, error) { return config.ReadSecretFile(app.Tokens.WatchedFile()) },
				Endpoint: wechat.StableToken, HTTP: client,
			}
			return poller.Source{App: collector.App{ID: app.ID, Name: app.Name}, API: &wechat.Client{HTTP: client, Tokens: tokens}}
		},
	}, started)
	handler, err := exposition.New(store, prometheus.NewRegistry(), exposition.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = polling.Run(ctx, func() {}) })
	defer running.Wait()
	defer stop()
	exporter := httptest.NewServer(handler)
	defer exporter.Close()
	await := func(apps int) {
		for {
			held := 0
			for _, snapshot := range store.Snapshots() {
				if len(snapshot.Portrait().Held) == len(wechat.PortraitRanges()) {
					held++
				}
			}
			if held == apps {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	await(stay)

	times := func(each func(i int)) []float64 {
		var took []float64
		buffer := make([]byte, 1<<20)
		for i := range scrapes {
			each(i)
			begin := time.Now()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, exporter.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			request.Header.Set("Accept-Encoding", "gzip")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				b.Fatal(err)
			}
			for n := 1; n > 0; {
				n, _ = response.Body.Read(buffer)
			}
			_ = response.Body.Close()
			took = append(took, time.Since(begin).Seconds()*1000)
			time.Sleep(100 * time.Millisecond)
		}
		slices.Sort(took)
		return took
	}
	for b.Loop() {
		usual := times(func(int) {})
		around := times(func(i int) {
			if i == scrapes/10 {
				rewrite(all)
				begin := time.Now()
				answer := httptest.NewRecorder()
				reloader.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/-/reload", nil))
				if answer.Code != http.StatusOK {
					b.Fatal(answer.Body)
				}
				b.ReportMetric(time.Since(begin).Seconds()*1000, "reload-ms")
			}
		})
		await(stay + come)
		for name, took := range map[string][]float64{"usual": usual, "around": around} {
			b.ReportMetric(took[len(took)/2], name+"-median-ms")
			b.ReportMetric(took[len(took)*99/100], name+"-max-ms")
		}
		b.ReportMetric(float64(len(store.Snapshots())), "apps")
		time.Sleep(time.Second)
		rewrite(all[:stay])
		reloader.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/-/reload", nil))
	}
}
