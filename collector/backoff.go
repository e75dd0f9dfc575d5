package collector

import (
	"math/rand/v2"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// firstBackoff is the pause after the first failure of a kind that passes by itself.
const firstBackoff = 10 * time.Second

// longestPause is more than any failure asks for.
const longestPause = 25 * time.Hour

// backoff returns the pause after a number of failures in a row: 10 s, doubled with
// each further one up to limit, and up to a tenth of it more, so that apps that
// failed together do not come back together.
func backoff(failures int, limit time.Duration) time.Duration {
	pause := limit
	if shift := failures - 1; shift < 16 { // beyond any limit, and before it overflows
		pause = min(limit, firstBackoff<<shift)
	}
	return pause + rand.N(pause/10+1)
}

// concernsWindow reports whether a failure of a reason may come from the one window
// that was asked for, so that the others are still worth asking for.
func concernsWindow(reason wechat.Reason) bool {
	return reason == wechat.ReasonBusy || reason == wechat.ReasonDecode
}

// pauseAfter returns how long to wait after a failure, the last of a number of
// failures in a row.
func pauseAfter(failure *wechat.Error, failures int, pollInterval time.Duration, now time.Time) time.Duration {
	switch reason, code := failure.Reason, failure.Code; {
	case concernsWindow(reason):
		return backoff(failures, pollInterval)
	case reason == wechat.ReasonToken:
		return max(10*time.Minute, backoff(failures, time.Hour))
	case reason == wechat.ReasonQuota && code == "45009": // the day's quota
		return wechat.DayOf(now).Add(1).Begin().Sub(now)
	case reason == wechat.ReasonQuota: // of a minute
		return max(time.Minute, backoff(failures, time.Hour))
	case reason == wechat.ReasonPending && code == "89506": // refused by the admin for a day
		return 24 * time.Hour
	default: // only a person can help
		return time.Hour
	}
}
