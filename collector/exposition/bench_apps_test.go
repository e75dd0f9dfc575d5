//go:build linux

package exposition

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// portraitKinds is how many different apps a benchmark has. Compression does not work
// across apps, so more of them would change nothing.
const portraitKinds = 25

// answers are what WeChat says about the user portrait of one app.
type answers = []collectortest.Answer

// show returns what is shown of an app after some answers about the user portrait.
func show(app collector.App, kind answers) *collector.Snapshot {
	return collectortest.Show(app, wechat.Datasets()[:1], [][]collectortest.Answer{kind})
}

// differentApps asks the simulated WeChat about some apps with 20,000 users a day, so
// that nearly every city has a row.
func differentApps() ([]answers, error) {
	server := &wechattest.Server{Apps: map[string]wechattest.App{}}
	var kinds []answers
	for i := range portraitKinds {
		app := appOf(i)
		server.Apps[app.ID] = wechattest.App{Users: 20_000}
		kind, err := collectortest.Ask(context.Background(), server, app, wechat.Datasets()[0])
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// randomize replaces the numbers of the simulation by random ones: log-uniform from 1 to
// 100,000, independent of each other.
func randomize(kinds []answers) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, kind := range kinds {
		for _, answer := range kind {
			for _, rows := range answer.Answer.Numbers.(wechat.Portrait) {
				for i := range rows {
					rows[i].Users = int64(math.Pow(10, 5*random.Float64()))
				}
			}
		}
	}
}

func appOf(i int) collector.App {
	return collector.App{ID: fmt.Sprintf("wx%016x", uint64(i+1)*0x9e3779b97f4a7c15), Name: fmt.Sprintf("小程序 %d", i)}
}

// separateApps returns a Store of n apps, each with snapshots of answers of its own, as
// if all had come from WeChat: whatever a snapshot keeps of its answer is in memory.
func separateApps(n int) (*collector.Store, error) {
	kinds, err := differentApps()
	if err != nil {
		return nil, err
	}
	store := &collector.Store{}
	for i := range n {
		own := slices.Clone(kinds[i%len(kinds)])
		for j, a := range own {
			if own[j].Answer, err = a.Statistic.Decode(bytes.Clone(a.Answer.Bytes), a.Window); err != nil {
				return nil, err
			}
		}
		store.Put(show(appOf(i), own))
	}
	return store, nil
}

// sharingApps returns a Store of n apps that share the numbers of a few, so that the
// memory of the process is that of the handler, not of the snapshots.
func sharingApps(randomValues bool, n int) (*collector.Store, error) {
	kinds, err := differentApps()
	if err != nil {
		return nil, err
	}
	if randomValues {
		randomize(kinds)
	}
	few := make([]*collector.Snapshot, len(kinds))
	for i := range kinds {
		few[i] = show(appOf(i), kinds[i])
	}
	store := &collector.Store{}
	for i := range n {
		snapshot := *few[i%len(few)]
		snapshot.App = appOf(i)
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
