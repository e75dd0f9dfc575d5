package collector

import (
	"slices"
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
	OutcomeEmpty    Outcome = "empty"     // an answer without numbers
	OutcomeNotReady Outcome = "not_ready" // errcode 61503
	OutcomeFailed   Outcome = "failed"
	// OutcomeUnavailable: WeChat has no answer, and that is no failure.
	OutcomeUnavailable Outcome = "unavailable"
)

// Snapshot is all that is shown of one app. It is never changed: the end of a poll
// replaces it.
type Snapshot struct {
	App App
	// Status and Failures are those of the user portrait, or of all datasets if it is off.
	// Failures are those of the last poll, and of windows that are due and failed before; empty
	// unless Status is StatusDown.
	Status   Status
	Failures []*wechat.Error
	// LastPoll is when the last poll ended, LastSuccess when the last answer with data
	// was stored, NextPoll when the next poll is due. Zero: not known. The first two are about
	// the same datasets as Status.
	LastPoll, LastSuccess, NextPoll time.Time
	// TokenExpiry is when the access token expires. Zero: none is held, or the time is
	// unknown.
	TokenExpiry time.Time
	// RowsMerged counts the rows of answers that were added to another row with the same
	// name, RowsRejected those that were skipped.
	RowsMerged, RowsRejected int64
	// Past holds the totals of earlier windows of the user portrait.
	Past Past
	// Datasets are the datasets that are on, in their order.
	Datasets []Dataset
}

// Dataset is what is shown of a dataset.
type Dataset struct {
	Name   string
	Status Status
	// Failures are the failures of windows that are due.
	Failures []*wechat.Error
	// FailedPolls counts the polls that failed, by reason.
	FailedPolls map[wechat.Reason]int64
	// End is the newest day that the numbers are about. Zero: there are none.
	End wechat.Day
	// Held are the windows that are held and shown, in the order of the statistics. Of a
	// window that is too old to be shown there are no numbers.
	Held []Held
	// Asked are the last questions about the statistics. Statistics that were never asked
	// about are absent.
	Asked []Question
	// Endpoints are what is called, in the order of the statistics.
	Endpoints []Endpoint
}

// Held is a window of a statistic that is held.
type Held struct {
	Series string // of the wechat.Statistic
	wechat.Window
	// Answered is when the answer first came, Confirmed when it came last.
	Answered, Confirmed time.Time
	// Withdrawn says that the numbers are too old to be shown.
	Withdrawn bool
	// Numbers are none when they are withdrawn.
	Numbers Numbers
}

// Endpoint is what is known of the calls of an endpoint.
type Endpoint struct {
	Name string
	// Calls counts those of the day of the last call.
	Calls Calls
	// Quota is the last quota that was read, at QuotaAsked. Nil: unknown.
	Quota      *wechat.Quota
	QuotaAsked time.Time
}

// Calls counts the calls of an endpoint for an app on a day in Asia/Shanghai. The one
// repetition after a refused token is not counted.
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

// Question is the last question about a statistic and its outcome.
type Question struct {
	Series  string // of the wechat.Statistic
	Window  wechat.Window
	At      time.Time // when the answer came, or when the question failed
	Outcome Outcome
	// Failure is nil unless Outcome is OutcomeFailed.
	Failure *wechat.Error
}

// Dataset returns a dataset by its name, or nil if it is off.
func (s *Snapshot) Dataset(name string) *Dataset {
	for i := range s.Datasets {
		if s.Datasets[i].Name == name {
			return &s.Datasets[i]
		}
	}
	return nil
}

// Portrait returns the user portrait, empty if it is off.
func (s *Snapshot) Portrait() *Dataset {
	if portrait := s.Dataset(wechat.UserPortrait); portrait != nil {
		return portrait
	}
	return &Dataset{}
}

// optional returns the datasets beside the user portrait.
func (s *Snapshot) optional() []Dataset {
	if s.Dataset(wechat.UserPortrait) != nil {
		return s.Datasets[1:]
	}
	return s.Datasets
}

// Leading returns the datasets that the status of the app is about: the user portrait, or all
// datasets if it is off.
func (s *Snapshot) Leading() []Dataset {
	if s.Dataset(wechat.UserPortrait) != nil {
		return s.Datasets[:1]
	}
	return s.Datasets
}

// AsksLater reports whether nothing was asked about the app because WeChat has nothing to answer yet:
// without the portrait that is so until the publication hour.
func (s *Snapshot) AsksLater(now time.Time) bool {
	return s.LastPoll.IsZero() && s.NextPoll.After(now)
}

// HasData reports whether numbers of a leading dataset are shown.
func (s *Snapshot) HasData() bool {
	for _, dataset := range s.Leading() {
		if dataset.HasData() {
			return true
		}
	}
	return false
}

// HasData reports whether numbers are shown.
func (d *Dataset) HasData() bool {
	for _, held := range d.Held {
		if !held.Withdrawn {
			return true
		}
	}
	return false
}

// FailureReasons returns why windows that are due fail, each reason once and in the order of
// wechat.FailureReasons.
func (d *Dataset) FailureReasons() []wechat.Reason {
	var reasons []wechat.Reason
	for _, reason := range wechat.FailureReasons() {
		if slices.ContainsFunc(d.Failures, func(failure *wechat.Error) bool { return failure.Reason == reason }) {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// Withdrawn reports whether there are numbers, all of which are too old to be shown.
func (d *Dataset) Withdrawn() bool { return !d.End.IsZero() && !d.HasData() }
