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

// Status says whether the numbers of an app come in as they should.
type Status int

// The statuses of an app.
const (
	// StatusUnknown: no poll has ended yet and no data were restored, or a poll was
	// due when they were restored.
	StatusUnknown Status = iota
	// StatusUp: no window that is due failed when it was last asked for, or data were
	// restored and none was due since then.
	StatusUp
	// StatusDown: a window that is due failed when it was last asked for.
	StatusDown
)

// Outcome is the outcome of a question to WeChat.
type Outcome string

// The outcomes of a question.
const (
	OutcomeData     Outcome = "data"
	OutcomeEmpty    Outcome = "empty"     // a portrait without rows
	OutcomeNotReady Outcome = "not_ready" // errcode 61503
	OutcomeFailed   Outcome = "failed"
)

// Snapshot is all that is shown of one app. It is never changed: the end of a poll
// replaces it.
type Snapshot struct {
	App    App
	Status Status
	// Failures are the failures of the last poll, and those of windows that are due and
	// failed before. Empty unless Status is StatusDown.
	Failures []*wechat.Error
	// LastPoll is when the last poll ended, LastSuccess when the last answer with data
	// was stored, NextPoll when the next poll is due. Zero: not known.
	LastPoll, LastSuccess, NextPoll time.Time
	// TokenExpiry is when the access token expires. Zero: none is held, or the time is
	// unknown.
	TokenExpiry time.Time
	// Quota is the last quota of portrait calls that was read, at QuotaAsked. Nil: unknown.
	Quota      *wechat.Quota
	QuotaAsked time.Time
	// Calls counts the portrait calls of the day of the last poll.
	Calls Calls
	// FailedPolls counts the polls that failed, by reason.
	FailedPolls map[wechat.Reason]int64
	// RowsMerged counts the rows of answers that were added to another row with the same
	// name, RowsRejected those that were skipped.
	RowsMerged, RowsRejected int64
	// Asked is the last question about each range, the shortest range first. Ranges
	// that were never asked about are absent.
	Asked []Question
	// Held are the newest windows that are held, the shortest first.
	Held []HeldWindow
	// Past holds the totals of earlier windows.
	Past Past
	// Datasets are the datasets beside the user portrait that are on, in their order.
	Datasets []Dataset
	// NoPortrait says that the user portrait is not asked for. Status, Failures, LastPoll
	// and LastSuccess are then about the datasets.
	NoPortrait bool
}

// Calls counts the portrait calls of an app on a day in Asia/Shanghai. The one repetition
// after a refused token is not counted.
type Calls struct {
	Day   wechat.Day `json:"day"`
	Count int        `json:"count"`
}

// On returns the number of calls on a day: 0 on another one.
func (c Calls) On(day wechat.Day) int {
	if c.Day != day {
		return 0
	}
	return c.Count
}

// Question is the last question about a range and its outcome.
type Question struct {
	Window  wechat.Window
	At      time.Time // when the answer came, or when the question failed
	Outcome Outcome
	// Failure is nil unless Outcome is OutcomeFailed.
	Failure *wechat.Error
}

// HeldWindow is the newest window of a range that is held of an app.
type HeldWindow struct {
	wechat.Window
	// Answered is when the answer first came, Confirmed when it came last.
	Answered, Confirmed time.Time
	// Withdrawn says that the numbers are too old to be shown.
	Withdrawn bool
	// Rows are the numbers, none when they are withdrawn.
	Rows Rows
}

// HasData reports whether numbers of any window are shown, or of any dataset when the user
// portrait is not asked for.
func (s *Snapshot) HasData() bool {
	for _, dataset := range s.Datasets {
		if s.NoPortrait && !dataset.End.IsZero() && !dataset.Withdrawn {
			return true
		}
	}
	for _, held := range s.Held {
		if !held.Withdrawn {
			return true
		}
	}
	return false
}
