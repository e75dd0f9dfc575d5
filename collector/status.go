package collector

import "time"

// ArchiveStatus says whether the archive works, for all apps together.
type ArchiveStatus struct {
	// None says that nothing is kept.
	None bool
	// Apps is the number of apps whose last access to the archive failed, Failure the last
	// error while it is not 0, else empty.
	Apps    int
	Failure string
	// Pending is the number of answers that wait to be written because the archive fails, Lost
	// that of those that never will be.
	Pending, Lost int
	// Spooled says that a crash would not lose the answers that wait: the spool has them.
	Spooled bool
}

// PushStatus says whether the push to an OpenTelemetry receiver works.
type PushStatus struct {
	// Endpoint is the address of the receiver, without secrets. Empty: nothing is pushed.
	Endpoint string
	// LastSuccess is when the last push succeeded. Zero: none has.
	LastSuccess time.Time
	// Failure is the error of the last push, without secrets; empty when it succeeded.
	Failure string
}
