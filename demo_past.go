package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/history"
	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// pastDays is how many made-up days the demo's archive begins with.
const pastDays = 60

// demoPast writes the days before the demo began into its archive.
type demoPast struct {
	archive  poller.Archive
	portrait func(appid string, w wechat.Window, at time.Time) []byte
	log      *slog.Logger
	days     int
	writing  sync.WaitGroup
}

// follow writes the past once every app of the demo has been polled, so that it does not
// delay the first numbers.
func (p *demoPast) follow(ctx context.Context, store *collector.Store) {
	var mu sync.Mutex
	polled := map[string]bool{}
	store.Watch(func(appid string, snapshot *collector.Snapshot) {
		if snapshot == nil || snapshot.LastPoll.IsZero() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		before := len(polled)
		polled[appid] = true
		if before < len(polled) && len(polled) == len(demoNames()) {
			p.writing.Go(func() {
				if err := p.write(ctx); err != nil && ctx.Err() == nil {
					p.log.Warn("the demo's past could not be made up", "error", err)
				}
			})
		}
	})
}

// write writes what the archive lacks of the past.
func (p *demoPast) write(ctx context.Context) error {
	began := time.Now()
	past := history.Past{
		Archive: p.archive, Apps: slices.Sorted(maps.Keys(demoNames())), Days: p.days, Now: began, Portrait: p.portrait,
	}
	added, err := past.Write(ctx)
	if err == nil {
		p.log.Info("the demo has a made-up past", "days", p.days, "answers_added", added, "took", time.Since(began).Round(time.Millisecond))
	}
	return err
}
