//go:build linux

package exposition

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// portraitKinds is how many different portraits the apps of a benchmark have. Apps do
// not share anything when they are compressed, so that more would change nothing.
const portraitKinds = 25

// constantAPI is a WeChat that answers from memory.
type constantAPI map[wechat.Window]*wechat.Portrait

func (a constantAPI) UserPortrait(_ context.Context, w wechat.Window) (*wechat.Portrait, error) {
	if portrait := a[w]; portrait != nil {
		return portrait, nil
	}
	return &wechat.Portrait{}, nil
}

func (constantAPI) Quota(context.Context) (wechat.Quota, error) {
	return wechat.Quota{Limit: 10_000, Used: 6, Remaining: 9_994}, nil
}

func (constantAPI) TokenExpiry() time.Time { return time.Now().Add(time.Hour) }

// newConstantAPIs asks the simulated WeChat for the portraits of some apps with 20,000
// users a day, so that nearly every city has a row. Random values replace those of the
// simulation when they are wanted: log-uniform from 1 to 100,000, unlike each other.
func newConstantAPIs(randomValues bool) ([]constantAPI, error) {
	server := &wechattest.Server{Apps: map[string]wechattest.App{}}
	var apis []constantAPI
	random := rand.New(rand.NewPCG(1, 2))
	for i := range portraitKinds {
		appid := appidOf(i)
		server.Apps[appid] = wechattest.App{Users: 20_000}
		client := simulated(server, appid, "").API
		api := constantAPI{}
		for _, length := range wechat.Ranges() {
			window := wechat.Window{End: wechat.DayOf(time.Now()).Add(-2), Range: length}
			portrait, err := client.UserPortrait(context.Background(), window)
			if err != nil {
				return nil, err
			}
			portrait.Answer = nil
			for group := range maps.Keys(portrait.Rows) {
				for j := range portrait.Rows[group] {
					if randomValues {
						portrait.Rows[group][j].Users = int64(math.Pow(10, 5*random.Float64()))
					}
				}
			}
			api[window] = portrait
		}
		apis = append(apis, api)
	}
	return apis, nil
}

func appidOf(i int) string { return fmt.Sprintf("wx%016x", uint64(i+1)*0x9e3779b97f4a7c15) }

// pollApps polls apps until the first poll of each has ended. The pollers live on,
// asleep, until the context ends.
func pollApps(ctx context.Context, apis []constantAPI, n int) *collector.Store {
	store := &collector.Store{}
	var polled sync.WaitGroup
	polled.Add(n)
	var mu sync.Mutex
	done := map[string]bool{}
	store.Watch(func(appid string) {
		mu.Lock()
		defer mu.Unlock()
		if !store.Snapshot(appid).LastPoll.IsZero() && !done[appid] {
			done[appid] = true
			polled.Done()
		}
	})
	var sources []collector.Source
	for i := range n {
		sources = append(sources, collector.Source{
			App: collector.App{ID: appidOf(i), Name: fmt.Sprintf("小程序 %d", i)},
			API: apis[i%len(apis)],
		})
	}
	poller := newPoller(store, sources...)
	poller.Logger = slog.New(slog.DiscardHandler)
	go poller.Run(ctx, func() {})
	polled.Wait()
	return store
}

// manyApps returns a Store of n apps that share the numbers of a few, so that the
// memory of the process is that of the handler, not of the snapshots.
func manyApps(randomValues bool, n int) (*collector.Store, error) {
	apis, err := newConstantAPIs(randomValues)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	few := pollApps(ctx, apis, portraitKinds).Snapshots()
	store := &collector.Store{}
	for i := range n {
		snapshot := *few[i%len(few)]
		snapshot.App = collector.App{ID: appidOf(i), Name: fmt.Sprintf("小程序 %d", i)}
		store.Put(&snapshot)
	}
	return store, nil
}

// seriesOf returns how many series the apps of a Store have.
func seriesOf(store *collector.Store) (n int) {
	for _, snapshot := range store.Snapshots() {
		snapshot.Each(func(collector.Sample) { n++ })
	}
	return n
}

// changed returns a later snapshot of the same app.
func changed(snapshot *collector.Snapshot) *collector.Snapshot {
	later := *snapshot
	later.LastPoll = later.LastPoll.Add(time.Minute)
	return &later
}

// median returns the middle one of some values.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
