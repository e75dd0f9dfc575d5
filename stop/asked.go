package stop

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Asked returns a context that ends with the first of the signals. After a pause, a second one ends the
// program at once. Within the pause it does not cut the stop off: timeout(1), for one, signals the program
// and right after that the process group that it is in.
func Asked(parent context.Context, pause time.Duration, signals ...os.Signal) context.Context {
	ctx, release := signal.NotifyContext(parent, signals...)
	context.AfterFunc(ctx, func() { time.AfterFunc(pause, release) })
	return ctx
}

// AtHangup returns a context that ends when the program's terminal closes, unless the program was started
// to outlive that, as nohup does.
func AtHangup(parent context.Context) context.Context {
	if signal.Ignored(syscall.SIGHUP) {
		return parent
	}
	return Asked(parent, 0, syscall.SIGHUP)
}
