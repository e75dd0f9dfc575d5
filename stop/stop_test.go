package stop_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/stop"
)

// The parts end side by side, and what does not end in time is named and left.
func TestParts(t *testing.T) {
	for _, test := range []struct {
		name   string
		delays map[string]time.Duration
		took   time.Duration
		want   string
	}{
		{"none", nil, 0, ""},
		{"at once", map[string]time.Duration{"a": 0, "b": 0}, 0, ""},
		{"in time", map[string]time.Duration{"a": 3 * time.Second, "b": 7 * time.Second}, 7 * time.Second, ""},
		{"too late", map[string]time.Duration{"the push": time.Hour, "b": 0, "the polls": 9 * time.Second}, 8 * time.Second, "still running after 8s: the polls, the push"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var parts stop.Parts
			for name, delay := range test.delays {
				parts.Go(name, func() {
					<-ctx.Done()
					time.Sleep(delay)
				})
			}
			if len(test.delays) > 0 {
				time.AfterFunc(24*time.Hour, cancel) // running takes no time
			}
			begin := time.Now()
			err := parts.Wait(ctx, 8*time.Second)
			took := time.Since(begin)
			if len(test.delays) > 0 {
				took -= 24 * time.Hour
			}
			if took != test.took || (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("%s: after %s: %v, want %q after %s", test.name, took, err, test.want, test.took)
			}
			time.Sleep(time.Hour) // until all have ended
			cancel()
		})
	}
}
