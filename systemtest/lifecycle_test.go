package systemtest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/resource"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// steady are the apps that stay while others are added and removed.
const steady = 5

// lifecycle is an exporter whose apps are added and removed: a poller, scrapes and
// pushes.
type lifecycle struct {
	server   *wechattest.Server
	client   *http.Client
	poller   *poller.Poller
	store    *collector.Store
	scrapes  http.Handler
	received *pushes
}

func lifecycleID(i int) string { return fmt.Sprintf("wx%016x", i) }

func (l *lifecycle) source(i int) poller.Source {
	id := lifecycleID(i)
	return poller.Source{App: collector.App{ID: id, Name: id}, API: &wechat.Client{
		HTTP: l.client,
		Tokens: &wechat.SecretTokens{
			AppID:  id,
			Secret: func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
			HTTP:   l.client,
		},
	}}
}

// scrape returns the number of series of each app in a scrape.
func (l *lifecycle) scrape() map[string]int { return l.scrapeOf("") }

// scrapeOf is scrape with a query, such as ?appid=wx.
func (l *lifecycle) scrapeOf(query string) map[string]int {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/metrics"+query, nil)
	l.scrapes.ServeHTTP(recorder, request)
	series := map[string]int{}
	for line := range bytes.Lines(recorder.Body.Bytes()) {
		if _, rest, ok := strings.Cut(string(line), `appid="`); ok && strings.HasPrefix(string(line), "wxapp_users{") {
			id, _, _ := strings.Cut(rest, `"`)
			series[id]++
		}
	}
	return series
}

// pushes is a receiver that counts the series of every app in the newest push.
type pushes struct {
	collectorpb.UnimplementedMetricsServiceServer

	mu     sync.Mutex
	series map[string]int // since reset
	calls  int
}

func (p *pushes) Export(_ context.Context, message *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	for _, resource := range message.GetResourceMetrics() {
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				for _, point := range metric.GetGauge().GetDataPoints() {
					for _, attribute := range point.GetAttributes() {
						if attribute.GetKey() == "appid" {
							p.series[attribute.GetValue().GetStringValue()]++
						}
					}
				}
			}
		}
	}
	return &collectorpb.ExportMetricsServiceResponse{}, nil
}

func (p *pushes) take() (series map[string]int, calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	series, calls = p.series, p.calls
	p.series, p.calls = map[string]int{}, 0
	return series, calls
}

// 1,000 apps, fewer unless TEST_SIZE is full, are added and removed while scrapes and pushes run: none of the series of a
// removed app stays, those of the others never flicker, and no goroutine is left.
func TestThousandAppsComeAndGo(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	func() {
		server := &wechattest.Server{Apps: map[string]wechattest.App{}}
		for i := range 4*waveOfApps() + steady {
			server.Apps[lifecycleID(i)] = wechattest.App{Users: 5}
		}
		l := &lifecycle{
			server:   server,
			client:   &http.Client{Transport: server},
			store:    &collector.Store{},
			received: &pushes{series: map[string]int{}},
		}
		l.poller = poller.New(poller.Options{
			Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
			Datasets: wechat.Datasets()[:1],
			Shows: poller.Shows{
				Dimensions: []wechat.Dimension{wechat.Gender}, // few series: there are many apps
				MaxAge:     168 * time.Hour,
			},
			Store:   l.store,
			Archive: poller.NoArchive{},
			Metrics: collector.NewSelfMetrics(),
			Logger:  slog.New(slog.DiscardHandler),
		})
		scrapes, err := exposition.New(l.store, prometheus.NewRegistry(), exposition.Options{})
		if err != nil {
			t.Fatal(err)
		}
		l.scrapes = scrapes

		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		receiver := grpc.NewServer()
		collectorpb.RegisterMetricsServiceServer(receiver, l.received)
		var running sync.WaitGroup
		running.Go(func() { _ = receiver.Serve(listener) })
		pusher, err := otlp.New(otlp.Config{
			Protocol: otlp.GRPC,
			Endpoint: &url.URL{Scheme: "http", Host: listener.Addr().String()},
			Interval: 50 * time.Millisecond,
			Timeout:  30 * time.Second,
			Resource: resource.Empty(),
		}, l.store, prometheus.NewRegistry(), otlp.NewMetrics(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}

		ctx, stop := context.WithCancel(t.Context())
		for i := range steady {
			l.poller.Add(l.source(i))
		}
		restored := make(chan struct{})
		running.Go(func() { _ = l.poller.Run(ctx, func() { close(restored) }) })
		running.Go(func() { pusher.Run(ctx, restored) })
		l.run(ctx, t)
		stop()
		receiver.Stop()
		running.Wait()
	}()
	await(t, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func (l *lifecycle) run(ctx context.Context, t *testing.T) {
	await(t, "the steady apps have numbers", func() bool { return len(l.scrape()) == steady })
	before := l.scrape()

	scraping, ended := context.WithCancel(ctx)
	var watching sync.WaitGroup
	changes := make(chan struct{}, 1)
	l.store.Watch(func(string, *collector.Snapshot) {
		select {
		case changes <- struct{}{}:
		default: // the scrape to come shows this change, too
		}
	})
	watching.Go(func() {
		query := "?"
		for i := range steady {
			query += "&appid=" + lifecycleID(i)
		}
		for n := 0; ; n++ {
			select {
			case <-changes:
			case <-scraping.Done():
				return
			}
			var series map[string]int
			switch { // all apps take much longer than a few
			case n%200 == 0:
				series = l.scrape()
			case n%10 == 0:
				series = l.scrapeOf(query)
			default:
				continue
			}
			for i := range steady {
				if id := lifecycleID(i); series[id] != before[id] {
					t.Errorf("a scrape has %d series of %s, which does not change; want %d", series[id], id, before[id])
					return
				}
			}
		}
	})
	// Waves of apps: all are added, and each wave is removed while the next is polled.
	var adding sync.WaitGroup
	for wave := range 4 {
		adding.Go(func() {
			first := steady + wave*waveOfApps()
			for i := first; i < first+waveOfApps(); i++ {
				l.poller.Add(l.source(i))
			}
			for i := first; i < first+waveOfApps(); i++ {
				id := lifecycleID(i)
				if i%5 == 0 { // these are removed once they have numbers, the others at any time
					await(t, id+" has numbers", func() bool { s := l.store.Snapshot(id); return s != nil && s.HasData() })
				}
				l.poller.Remove(id)
				if l.store.Snapshot(id) != nil {
					t.Errorf("%s is shown after it was removed", id)
				}
			}
		})
	}
	adding.Wait()
	ended()
	watching.Wait()

	if series := l.scrape(); len(series) != steady {
		t.Errorf("a scrape has the series of %d apps, want %d", len(series), steady)
	}
	var stayed []string
	for i := range steady {
		stayed = append(stayed, lifecycleID(i))
	}
	// A push that began before may still bring apps that have been removed since.
	l.received.take()
	await(t, "a push has the apps that stayed and no others", func() bool {
		series, _ := l.received.take()
		return slices.Equal(slices.Sorted(maps.Keys(series)), stayed)
	})
	for range 3 {
		await(t, "another push", func() bool {
			series, calls := l.received.take()
			for id := range series {
				if !slices.Contains(stayed, id) {
					t.Errorf("%s is pushed after it was removed", id)
				}
			}
			return calls > 0
		})
	}
}

// await waits until a condition is true.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Minute)
	for !so() {
		if time.Now().After(deadline) {
			t.Errorf("not within 10 minutes: %s", what)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
