package poller_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// rememberedAPI answers from memory. Every answer has bytes of its own, as if it came
// from the network.
type rememberedAPI map[wechat.Window]*wechat.Answer

func (a rememberedAPI) Ask(_ context.Context, _ wechat.Statistic, w wechat.Window) (*wechat.Answer, error) {
	remembered := a[w]
	if remembered == nil {
		return &wechat.Answer{Numbers: wechat.Portrait{}}, nil
	}
	answer := *remembered
	answer.Bytes = bytes.Clone(remembered.Bytes)
	return &answer, nil
}

func (rememberedAPI) Quota(context.Context, string) (wechat.Quota, error) {
	return wechat.Quota{Limit: 1000}, nil
}

func (rememberedAPI) TokenExpiry() time.Time { return time.Time{} }

// rememberedAPIs asks the simulated WeChat for the portraits of some apps of a usual size.
func rememberedAPIs(b *testing.B, apps int) []rememberedAPI {
	b.Helper()
	server := &wechattest.Server{NoTokens: true}
	var apis []rememberedAPI
	for i := range apps {
		server.Apps = map[string]wechattest.App{"": {Users: 20_000 + 100*i}}
		client := &wechat.Client{HTTP: &http.Client{Transport: server}}
		api := rememberedAPI{}
		for _, statistic := range wechat.Datasets()[0].Statistics {
			window := statistic.Window(wechat.DayOf(time.Now()).Add(-2))
			answer, err := client.Ask(b.Context(), statistic, window)
			if err != nil {
				b.Fatal(err)
			}
			api[window] = answer
		}
		apis = append(apis, api)
	}
	return apis
}

// BenchmarkHeapAtRest measures what a thousand apps hold in memory between two polls,
// with snapshots that came through the poller and answers that were archived.
func BenchmarkHeapAtRest(b *testing.B) {
	const apps = 1000
	apis := rememberedAPIs(b, 25)
	for b.Loop() {
		before := heap()
		var polled sync.WaitGroup
		seen := sync.Map{}
		store := &collector.Store{}
		polled.Add(apps)
		store.Watch(func(appid string, snapshot *collector.Snapshot) {
			if !snapshot.LastPoll.IsZero() {
				if _, again := seen.LoadOrStore(appid, true); !again {
					polled.Done()
				}
			}
		})
		p := poller.New(poller.Options{
			Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
			Datasets: wechat.Datasets()[:1],
			Shows: poller.Shows{
				Dimensions: wechat.Dimensions(),
				Top:        map[wechat.Dimension]int{wechat.Device: 20},
				MaxAge:     168 * time.Hour,
			},
			Store:   store,
			Archive: poller.NoArchive{},
			Metrics: collector.NewSelfMetrics(),
			Logger:  slog.New(slog.DiscardHandler),
		})
		for i := range apps {
			id := fmt.Sprintf("wx%016x", i)
			p.Add(poller.Source{App: collector.App{ID: id, Name: id}, API: apis[i%len(apis)]})
		}
		ctx, stop := context.WithCancel(b.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = p.Run(ctx, func() {}) })
		polled.Wait()
		series := 0
		for _, snapshot := range store.Snapshots() {
			snapshot.Each(func(collector.Sample) { series++ })
		}
		held := heap() - before
		b.ReportMetric(float64(held)/apps, "heapB/app")
		b.ReportMetric(float64(held)/float64(series), "heapB/series")
		stop()
		running.Wait()
		runtime.KeepAlive(store)
	}
}

// heap returns the bytes that are in use after a collection.
func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
