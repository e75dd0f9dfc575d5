package dashboards

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	dto "github.com/prometheus/client_model/go"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// simulatedDays is how long the exporter has run when the queries are asked.
const simulatedDays = 40

// firstDay is when the exporter starts: a Saturday, eight in the morning in China. WeChat knows no
// income of ads from before 2016.
var firstDay = time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)

// brokenAfter is the day on which the secret of one app stops being right.
const brokenAfter = 20

// simulatedApps are the apps of the simulation.
var simulatedApps = []struct {
	app    collector.App
	users  int
	broken bool
}{
	{collector.App{ID: "wx00000000000000a1", Name: "鲜果到家"}, 8000, false},
	{collector.App{ID: "wx00000000000000a2", Name: "City Bikes"}, 900, false},
	{collector.App{ID: "wx00000000000000a3", Name: "社区图书馆"}, 400, true},
}

// scrape is what the exporter showed at a time.
type scrape struct {
	at       time.Time
	families []*dto.MetricFamily
	imported bool // from an archive
}

// simulation is what a simulated exporter showed, and the simulated WeChat that it asked.
type simulation struct {
	begin   time.Time
	scrapes []scrape
	server  *wechattest.Server
}

// truth returns how many active and new users WeChat has in the window of so many days that
// ends with a day, as it says when it publishes the window.
func (s simulation) truth(t *testing.T, appid string, day time.Time, length int) (active, fresh int) {
	t.Helper()
	published := publication(appid, day)
	window := wechat.Window{End: wechat.DayOf(day), Range: wechat.Range(length)}
	answer, err := statistic(t, wechat.EndpointUserPortrait).
		Decode(s.server.PortraitAt(appid, day, length, published.Add(30*time.Minute)), window)
	if err != nil {
		t.Fatal(err)
	}
	portrait := answer.Numbers.(wechat.Portrait)
	sum := func(metric wechat.Metric) (users int) {
		for _, row := range portrait[wechat.Breakdown{Metric: metric, Dimension: wechat.Gender}] {
			users += int(row.Users)
		}
		return users
	}
	return sum(wechat.VisitUV), sum(wechat.VisitUVNew)
}

// simulate runs the exporter with datasets on a simulated WeChat and returns what it showed: every
// three hours, and every hour of the last two days; every minute of a run of less than an hour.
func simulate(t *testing.T, length time.Duration, datasets []wechat.Dataset) simulation {
	t.Helper()
	var result simulation
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Until(firstDay))
		server := &wechattest.Server{Latency: 120 * time.Millisecond, Published: publication}
		metrics := collector.NewSelfMetrics()
		metrics.Reloaded(nil)
		store := &collector.Store{}
		polling := poller.New(poller.Options{
			Schedule: poller.Schedule{PublishHour: 8, PollInterval: 30 * time.Minute},
			Datasets: datasets,
			Shows: poller.Shows{
				Dimensions: wechat.Dimensions(),
				Top:        map[wechat.Dimension]int{wechat.Device: 20, wechat.City: 50, wechat.Page: 20},
				MaxAge:     168 * time.Hour,
			},
			Store:   store,
			Archive: poller.NoArchive{},
			Metrics: metrics,
			Logger:  slog.New(slog.DiscardHandler),
		})
		server.Apps = map[string]wechattest.App{}
		for _, simulated := range simulatedApps {
			server.Apps[simulated.app.ID] = wechattest.App{
				Users:   simulated.users,
				AdSlots: []string{"SLOT_ID_WEAPP_BANNER", "SLOT_ID_WEAPP_REWARD_VIDEO"},
			}
			client := &http.Client{Transport: server, Timeout: 30 * time.Second}
			polling.Add(poller.Source{App: simulated.app, API: &wechat.Client{
				HTTP:    client,
				Observe: metrics.Observe,
				Tokens: &wechat.SecretTokens{
					AppID:   simulated.app.ID,
					Secret:  func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
					HTTP:    client,
					Observe: metrics.Observe,
				},
			}})
		}
		registry := prometheus.NewRegistry()
		registry.MustRegister(
			collectortest.NewCollector(store), metrics,
			collectors.NewGoCollector(),
			collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
			versioncollector.NewCollector("wxapp_exporter"),
		)

		ctx, stop := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { _ = polling.Run(ctx, func() {}) })
		begin := time.Now()
		result.begin, result.server = begin, server
		for elapsed := time.Duration(0); elapsed < length; {
			pause := 3 * time.Hour
			if elapsed >= length-48*time.Hour {
				pause = time.Hour
			}
			if length < time.Hour {
				pause = time.Minute
			}
			time.Sleep(pause)
			synctest.Wait()
			if before := elapsed; before < brokenAfter*24*time.Hour && time.Since(begin) >= brokenAfter*24*time.Hour {
				for _, simulated := range simulatedApps {
					if simulated.broken {
						server.Fail(wechattest.Errcode(40125).For(simulated.app.ID).On("token"))
					}
				}
			}
			elapsed = time.Since(begin)
			metrics.ArchiveWritten(nil)
			families, err := registry.Gather()
			if err != nil {
				t.Error(err)
				break
			}
			result.scrapes = append(result.scrapes, scrape{at: time.Now(), families: families})
		}
		stop()
		running.Wait()
	})
	return result
}

// publication is when a day is published: between 09:00 and 16:00 of the next.
func publication(_ string, day time.Time) time.Time {
	n := int(day.Unix() / 86400)
	return day.Add(33*time.Hour + time.Duration(n*131%420)*time.Minute)
}
