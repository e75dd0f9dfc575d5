package series

import "time"

// The age of a window is the time since the end of its last day. WeChat publishes a day
// on the next one, so that the newest window is replaced at an age of 33 to 40 hours.
const (
	// FirstPublication is the age at which WeChat publishes the next day at the earliest:
	// at 09:00.
	FirstPublication = (24 + 9) * time.Hour
	// LastPublication is the age at which WeChat publishes the next day at the latest: at
	// 16:00.
	LastPublication = (24 + 16) * time.Hour
	// StaleAfter is the age above which data count as stale: two hours after the latest
	// publication. The boards turn red and the alert WxappDataStale fires.
	StaleAfter = LastPublication + 2*time.Hour
	// LossImminentAfter is the age above which the alert WxappDayAboutToBeLost fires.
	LossImminentAfter = 64 * time.Hour
	// LostAfter is the age at which WeChat drops the day after the window.
	LostAfter = 72 * time.Hour
)
