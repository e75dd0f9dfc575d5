//go:build unix

package otlp

import (
	"time"

	"golang.org/x/sys/unix"
)

// used returns the processor time that the process has used.
func used() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
