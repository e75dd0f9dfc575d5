package reload

import (
	"context"
	"time"
)

// lookEvery is the time between two looks at the files. A change counts when two looks in a
// row find the same, so it is noticed within two of these.
//
// The contents are compared, because nothing else shows every change: Kubernetes replaces
// a symbolic link of a folder above the file, a network file system and the other side of a
// bind mount send no events, and size and time of a file may stay the same.
const lookEvery = 3 * time.Second

// looks sends what look finds, first after a pause and then every three seconds, until the
// context ends. A file system that does not answer keeps one look waiting, not many.
func looks[T any](ctx context.Context, pause time.Duration, look func() T) <-chan T {
	found := make(chan T)
	go func() {
		next := time.NewTimer(pause)
		defer next.Stop()
		for {
			select {
			case <-next.C:
			case <-ctx.Done():
				return
			}
			now := look()
			select {
			case found <- now:
			case <-ctx.Done():
				return
			}
			next.Reset(lookEvery)
		}
	}()
	return found
}
