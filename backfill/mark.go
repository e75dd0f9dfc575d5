package backfill

import (
	"context"
	"fmt"
	"time"
)

// mark notes in the state of each app to which answers were added that they were, so that a running
// exporter reads them. It does so even when the context has ended.
func (j Job) mark(ctx context.Context, courses []*Course) {
	marked := map[string]bool{}
	for _, c := range courses {
		if c.Added == 0 || marked[c.AppID] {
			continue
		}
		marked[c.AppID] = true
		if err := j.markApp(context.WithoutCancel(ctx), c.AppID); err != nil {
			j.Warn(fmt.Sprintf("a running exporter shows what was added to %s only after a restart: %v", c.AppID, err))
		}
	}
}

func (j Job) markApp(ctx context.Context, appid string) error {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	state, err := j.Archive.State(ctx, appid)
	if err != nil || state.Series == nil { // no exporter has polled the app
		return err
	}
	state.Backfilled = time.Now()
	return j.Archive.SaveState(ctx, appid, state)
}
