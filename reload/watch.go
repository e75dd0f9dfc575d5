package reload

import (
	"context"
	"os"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// stillness is how long the files must have been the same before an app is removed that is
// not in them any more. Half of a list of apps is a valid list, and who writes it may pause:
// what is there may be added at once, but what is not there may only be on its way. That a
// file was replaced proves nothing, because some tools remove it first and write it anew.
const stillness = 30 * time.Second

// Run reloads after each signal, and when the apps file or a secret file has changed, until
// the context ends.
//
// A file that is just being written is left alone until it stays the same from one look to
// the next, and removes an app only after it has been still. A signal comes from somebody who
// knows that the file is whole. What is wrong with a content is told once.
func (r *Reloader) Run(ctx context.Context, hangups <-chan os.Signal) {
	found := looks(ctx, lookEvery, func() config.Files { return r.lastSeen().ReadAgain() })
	var (
		changed config.Files // what the last look found, if it was a change
		since   = time.Now() // when a look first found what the last one found
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			r.wait(ctx, "SIGHUP", always)
		case now := <-found:
			switch {
			case !now.Equal(r.lastSeen()) && !now.Equal(changed):
				changed, since = now, time.Now()
			case !now.Equal(r.lastSeen()):
				changed = nil
				r.wait(ctx, fileHasChanged, never)
			case changed != nil: // and changed back
				changed, since = nil, time.Now()
			case r.isMissing() && time.Since(since) >= stillness:
				r.wait(ctx, fileHasChanged, now.Equal)
			}
		}
	}
}

const fileHasChanged = "a file has changed"

// isMissing reports whether an app is polled that the settings lack, if these are valid.
func (r *Reloader) isMissing() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missing > 0 && r.wrong == ""
}

func (r *Reloader) lastSeen() config.Files {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// wait reloads as soon as it may, unless the context ends before.
func (r *Reloader) wait(ctx context.Context, trigger string, whole isWhole) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pause := time.NewTimer(time.Until(r.ended.Add(minPause)))
	defer pause.Stop()
	select {
	case <-pause.C:
		_, _, _ = r.reload(trigger, whole) // which logs what is wrong
	case <-ctx.Done():
	}
}
