package exposition

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// newPoller returns a Poller of apps that fills a Store.
func newPoller(store *collector.Store, sources ...collector.Source) *collector.Poller {
	return &collector.Poller{
		Sources:    sources,
		Schedule:   collector.Schedule{Ranges: wechat.Ranges(), PublishHour: 8, PollInterval: 30 * time.Minute},
		Dimensions: wechat.Dimensions(),
		Top:        map[wechat.Dimension]int{wechat.Device: 20},
		MaxAge:     168 * time.Hour,
		Store:      store,
		Archive:    collector.NoArchive{},
		Metrics:    collector.NewProcessMetrics(),
		Logger:     slog.New(slog.DiscardHandler),
	}
}

// simulated returns an app of a simulated WeChat.
func simulated(server *wechattest.Server, appid, name string) collector.Source {
	client := &http.Client{Transport: server}
	return collector.Source{
		App: collector.App{ID: appid, Name: name},
		API: &wechat.Client{
			HTTP: client,
			Tokens: &wechat.SecretTokens{
				AppID:  appid,
				Secret: func() (wechat.Secret, error) { return "0123456789abcdef0123456789abcdef", nil },
				HTTP:   client,
			},
		},
	}
}

// answer is a WeChat that answers every call for a portrait with the same bytes.
type answer string

func (a answer) UserPortrait(context.Context, wechat.Window) (*wechat.Portrait, error) {
	return wechat.DecodePortrait([]byte(a))
}

func (answer) Quota(context.Context) (wechat.Quota, error) {
	return wechat.Quota{Limit: 1000, Used: 6, Remaining: 994}, nil
}

func (answer) TokenExpiry() time.Time { return time.Unix(947_500_000, 0) }

// shown returns what is shown of apps over some days that begin at noon of 2000-01-01
// in Asia/Shanghai: every snapshot, in the order in which they follow each other.
func shown(t *testing.T, days int, sources ...collector.Source) []*collector.Snapshot {
	var (
		mu        sync.Mutex
		snapshots []*collector.Snapshot
	)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(4 * time.Hour)
		store := &collector.Store{}
		store.Watch(func(appid string) {
			mu.Lock()
			defer mu.Unlock()
			snapshots = append(snapshots, store.Snapshot(appid))
		})
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { newPoller(store, sources...).Run(ctx, func() {}) })
		time.Sleep(time.Duration(days) * 24 * time.Hour)
		synctest.Wait()
		stop()
		running.Wait()
	})
	return snapshots
}
