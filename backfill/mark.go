package backfill

import (
	"context"
	"fmt"
	"time"
)

// markEvery is the shortest time between two marks of an app while answers are added to it. Those
// that were added since the last one are seen later if the backfill is killed.
const markEvery = 10 * time.Minute

// marks notes in the state of each app to which answers were added that they were, so that a running
// exporter reads them. It does so even when the context has ended.
type marks struct {
	job    Job
	added  map[string]int       // by appid, as it was marked last
	marked map[string]time.Time // by appid: when that was last tried
}

func newMarks(j Job) *marks {
	return &marks{job: j, added: map[string]int{}, marked: map[string]time.Time{}}
}

// often marks the app of a course to which answers were added, but not too often. What fails is
// tried again.
func (m *marks) often(ctx context.Context, c *Course, all []*Course) {
	if time.Since(m.marked[c.AppID]) >= markEvery {
		_ = m.mark(ctx, c.AppID, all)
	}
}

// rest marks all apps to which answers were added since they were marked.
func (m *marks) rest(ctx context.Context, all []*Course) {
	for _, app := range m.job.Apps {
		if err := m.mark(ctx, app.ID, all); err != nil {
			m.job.Warn(fmt.Sprintf("a running exporter shows what was added to %s only after a restart: %v", app.ID, err))
		}
	}
}

// mark marks an app, unless nothing was added since it was marked.
func (m *marks) mark(ctx context.Context, appid string, all []*Course) error {
	added := 0
	for _, c := range all {
		if c.AppID == appid {
			added += c.Added
		}
	}
	if added == m.added[appid] {
		return nil
	}
	m.marked[appid] = time.Now()
	if err := m.job.markApp(context.WithoutCancel(ctx), appid); err != nil {
		return err
	}
	m.added[appid] = added
	return nil
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
