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
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var (
		found   = make(chan config.Files, 1) // a look may end after Run
		looking bool
		changed config.Files // what the last look found, if it was a change
		since   = time.Now() // when a look first found what the last one found
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			r.wait(ctx, "SIGHUP", always)
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
