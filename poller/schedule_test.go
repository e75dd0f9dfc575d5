package poller_test

import (
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/poller/pollertest"
)

// The calls of an app whose days are published at 10:00, written out. Its jitter puts
// the first poll of a day at 08:08.
func TestColdStart(t *testing.T) {
	tests := []struct {
		name, start, until string
		calls              string
	}{
		{
			name:  "after midnight",
			start: "2000-01-10 00:30",
			until: "2000-01-11 00:00",
			calls: `
01-10 00:30 token
01-10 00:30 user_portrait 19991210-20000108
01-10 00:30 user_portrait 20000102-20000108
01-10 00:30 user_portrait 20000108-20000108
01-10 00:30 quota
01-10 08:08 token
01-10 08:08 user_portrait 19991211-20000109
01-10 08:38 user_portrait 19991211-20000109
01-10 09:08 user_portrait 19991211-20000109
01-10 09:38 user_portrait 19991211-20000109
01-10 10:08 token
01-10 10:08 user_portrait 19991211-20000109
01-10 10:08 user_portrait 20000103-20000109
01-10 10:08 user_portrait 20000109-20000109
`,
		},
		{
			name:  "in the morning",
			start: "2000-01-10 09:00",
			until: "2000-01-11 00:00",
			calls: `
01-10 09:00 token
01-10 09:00 user_portrait 19991210-20000108
01-10 09:00 user_portrait 20000102-20000108
01-10 09:00 user_portrait 20000108-20000108
01-10 09:00 user_portrait 19991211-20000109
01-10 09:00 quota
01-10 09:30 user_portrait 19991211-20000109
01-10 10:00 user_portrait 19991211-20000109
01-10 10:00 user_portrait 20000103-20000109
01-10 10:00 user_portrait 20000109-20000109
`,
		},
		{
			name:  "in the afternoon, and the day after",
			start: "2000-01-10 16:00",
			until: "2000-01-12 00:00",
			calls: `
01-10 16:00 token
01-10 16:00 user_portrait 19991210-20000108
01-10 16:00 user_portrait 20000102-20000108
01-10 16:00 user_portrait 20000108-20000108
01-10 16:00 user_portrait 19991211-20000109
01-10 16:00 user_portrait 20000103-20000109
01-10 16:00 user_portrait 20000109-20000109
01-10 16:00 quota
01-11 08:08 token
01-11 08:08 user_portrait 19991211-20000109
01-11 08:08 user_portrait 20000103-20000109
01-11 08:08 user_portrait 20000109-20000109
01-11 08:08 user_portrait 19991212-20000110
01-11 08:08 quota
01-11 08:38 user_portrait 19991212-20000110
01-11 09:08 user_portrait 19991212-20000110
01-11 09:38 user_portrait 19991212-20000110
01-11 10:08 token
01-11 10:08 user_portrait 19991212-20000110
01-11 10:08 user_portrait 20000104-20000110
01-11 10:08 user_portrait 20000110-20000110
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := pollertest.New(t)
				pollertest.SleepUntil(t, test.start)
				s.Start()
				pollertest.SleepUntil(t, test.until)
				s.End()
				s.ExpectCalls(test.calls)
			})
		})
	}
}
