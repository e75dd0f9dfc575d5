package otlp

import "time"

// used returns 0: the benchmark needs another system.
func used() time.Duration { return 0 }
