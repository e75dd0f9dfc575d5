package collector

import (
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// App is a Mini Program.
type App struct {
	ID   string // the appid
	Name string // the name that its owner gave it, or the appid
}

// Status says how an app's last poll ended.
type Status int

// The statuses of an app.
const (
	// StatusUnknown: no poll has ended yet and no data were restored, or a poll was
	// due since they were.
	StatusUnknown Status = iota
	// StatusUp: the last poll did not fail, or data were restored and none was due
	// since.
	StatusUp
	// StatusDown: the last poll failed.
	StatusDown
)

// Snapshot is all that is shown of one app. It is never changed: the end of a poll
// replaces it.
type Snapshot struct {
	App    App
	Status Status
	// Failure is what the last poll failed with, nil when it did not.
	Failure *wechat.Error
	// LastPoll is when the last poll ended, LastSuccess when the last answer with data
	// was stored, NextPoll when the next poll is due. Zero: not known.
	LastPoll, LastSuccess, NextPoll time.Time
	// TokenExpiry is when the access token ends. Zero: no token is held or its life is
	// not known.
	TokenExpiry time.Time
	// Quota is the quota of portrait calls as it was read last. Nil: not known.
	Quota *wechat.Quota
	// Failures counts the polls that failed, by reason.
	Failures map[wechat.Reason]int64
	// RowsMerged and RowsRejected count odd rows in the answers.
	RowsMerged, RowsRejected int64
	// Held are the newest windows that are held, the shortest first.
	Held []HeldWindow
}

// HeldWindow is the newest window of a range that is held of an app.
type HeldWindow struct {
	wechat.Window
	// Answered is when the answer first came, Confirmed when it came last.
	Answered, Confirmed time.Time
	// Withdrawn says that the numbers are too old to be shown.
	Withdrawn bool

	lists []list
}

// HasData reports whether numbers of any window are shown.
func (s *Snapshot) HasData() bool {
	for _, held := range s.Held {
		if !held.Withdrawn {
			return true
		}
	}
	return false
}
