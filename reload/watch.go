package reload

import (
	"context"
	"os"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/config"
)

// lookEvery is the time between two looks at the files. A change counts when two looks in a
// row find the same, so it is noticed within two of these.
//
// The contents are compared, because nothing else shows every change: Kubernetes replaces
// a symbolic link of a folder above the file, a network file system and the other side of a
// bind mount send no events, and size and time of a file may stay the same.
const lookEvery = 3 * time.Second

// Run reloads after each signal, and when the apps file or a secret file has changed, until
// the context ends.
//
// A file that is just being written is left alone until it stays the same from one look to
// the next: half of a list of apps is a valid list. What is wrong with a content is told
// once.
func (r *Reloader) Run(ctx context.Context, hangups <-chan os.Signal) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var (
		found   = make(chan config.Files, 1) // a look may end after Run
		looking bool
		changed config.Files // what the last look found, if it was a change
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			r.wait(ctx, "SIGHUP")
		case <-tick.C:
			if looking {
				continue // the file system does not answer: one look waits, not many
			}
			looking = true
			seen := r.lastSeen()
			go func() { found <- seen.ReadAgain() }()
		case now := <-found:
			looking = false
			switch {
			case now.Equal(r.lastSeen()):
				changed = nil
			case !now.Equal(changed):
				changed = now
			default:
				changed = nil
				r.wait(ctx, "a file has changed")
			}
		}
	}
}

func (r *Reloader) lastSeen() config.Files {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// wait reloads as soon as it may, unless the context ends before.
func (r *Reloader) wait(ctx context.Context, trigger string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pause := time.NewTimer(time.Until(r.ended.Add(minPause)))
	defer pause.Stop()
	select {
	case <-pause.C:
		_, _, _ = r.reload(trigger) // which logs what is wrong
	case <-ctx.Done():
	}
}
