package doctor

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// concurrency is how many apps are looked at at once. When as many got no answer, the
// others are not asked: the time would add up.
const concurrency = 8

// others takes the steps of the apps after the first, and reports them in the order of the
// apps.
func (o Options) others(ctx context.Context, apps []config.App, unanswered bool, tell func(Step)) {
	var (
		silent  atomic.Int64
		workers sync.WaitGroup
		next    = make(chan int)
		results = make([]chan []Step, len(apps))
	)
	if unanswered {
		silent.Store(concurrency)
	}
	for i := range results {
		results[i] = make(chan []Step, 1)
	}
	for range min(concurrency, len(apps)) {
		workers.Go(func() {
			for i := range next {
				results[i] <- o.other(ctx, apps[i], &silent)
			}
		})
	}
	workers.Go(func() {
		defer close(next)
		for i := range apps {
			next <- i
		}
	})
	for _, result := range results {
		for _, step := range <-result {
			tell(step)
		}
	}
	workers.Wait()
}

func (o Options) other(ctx context.Context, app config.App, silent *atomic.Int64) []Step {
	if silent.Load() >= concurrency || ctx.Err() != nil {
		return []Step{skipped(token, text.Both{
			English: "WeChat did not answer for other apps",
			Chinese: "微信未响应其他小程序的调用",
		}).about(app.ID)}
	}
	walking, cancel := context.WithTimeout(ctx, maxWalk)
	defer cancel()
	w := o.newWalk(app)
	steps := w.brief(walking)
	if w.unanswered {
		silent.Add(1)
	}
	return steps
}
