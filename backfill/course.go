package backfill

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// End says why a backfill stopped asking for a statistic of an app.
type End string

// The ends of a course.
const (
	EndComplete End = "complete" // all days were asked for, or were there
	EndDepth    End = "depth"    // WeChat goes back no further
	EndQuota    End = "quota"    // the share of the quota is used
	EndFailed   End = "failed"
	EndStopped  End = "stopped"
)

// Course is how a backfill goes back through the days of a statistic of an app.
type Course struct {
	AppID, Dataset, Endpoint string

	Added   int // days that were archived
	Held    int // days that were in the archive
	Without int // days without numbers
	// Oldest is the oldest day that was archived or was in the archive; zero: none.
	Oldest wechat.Day
	// End says why no more days are asked for; empty: they are. Err is the failure of
	// EndFailed, or the last refusal of EndDepth if there was one.
	End End
	Err error

	source    poller.Source
	statistic wechat.Statistic
	from, day wechat.Day               // the last day to ask for and the next one
	archived  map[wechat.Day]time.Time // the days of the archive, and when the last answer came

	budget   int64 // calls
	budgeted bool  // the quota was asked for
	inARow   int   // days without numbers
	failures int   // of the next day
	after    time.Time
}

// Done reports whether nothing is left to ask for.
func (c *Course) Done() bool { return c.End == EndComplete || c.End == EndDepth }

// end ends the course, unless it has ended.
func (c *Course) end(why End, err error) {
	if c.End == "" {
		c.End, c.Err = why, err
	}
}

// skip goes on to the next day that is to be asked for. Without one the course ends.
func (c *Course) skip(now time.Time) {
	for ; ; c.day = c.day.Add(-1) {
		switch {
		case c.day.Begin().Before(c.from.Begin()):
			c.end(EndComplete, nil)
			return
		case ownedByExporter(c.statistic, c.day, wechat.DayOf(now)):
		case c.lacks(now):
			return
		default:
			c.Held++
			c.Oldest = c.day
		}
	}
}

// lacks reports whether the archive lacks the day. A cohort that was answered is lacked
// while WeChat could tell more of it.
func (c *Course) lacks(now time.Time) bool {
	answered, ok := c.archived[c.day]
	return !ok || c.told(answered) < c.told(now)
}

// told returns after how many numbers of days an answer at a time tells who came again.
func (c *Course) told(at time.Time) (numbers int) {
	for _, days := range c.statistic.Cohorts {
		if wechat.CohortDayIsOver(c.day, days, at) {
			numbers++
		}
	}
	return numbers
}

// left returns how many days may still be asked for.
func (c *Course) left() int {
	if c.End != "" {
		return 0
	}
	days := int(c.day.Begin().Sub(c.from.Begin())/(24*time.Hour)) + 1
	for day := range c.archived {
		if !day.Begin().After(c.day.Begin()) && !day.Begin().Before(c.from.Begin()) {
			days--
		}
	}
	return days
}

// precedes reports whether the course goes on before another one.
func (c *Course) precedes(other *Course, now time.Time) bool {
	return cmp.Or(later(c.after, now).Compare(later(other.after, now)), other.day.Begin().Compare(c.day.Begin())) < 0
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// added goes on after a day that was archived.
func (c *Course) added() {
	c.Added++
	c.Oldest = c.day
	c.inARow, c.failures = 0, 0
	c.advance()
}

// without goes on after a day without numbers, which WeChat has refused with err unless
// that is nil. After too many in a row the course ends.
func (c *Course) without(err error) {
	c.Without++
	c.inARow++
	c.failures = 0
	c.advance()
	switch {
	case c.inARow < depthDays:
	case wechat.ReasonOf(err) == wechat.ReasonDecode:
		c.end(EndFailed, err)
	default:
		c.end(EndDepth, err)
	}
}

func (c *Course) advance() {
	c.day = c.day.Add(-1)
	c.skip(time.Now())
}

// String says in a line what became of the course.
func (c *Course) String() string {
	text := fmt.Sprintf("%s %s %s: %s added", c.AppID, c.Dataset, c.Endpoint, days(c.Added))
	if c.Held > 0 {
		text += fmt.Sprintf(", %d in the archive before", c.Held)
	}
	if c.Without > 0 {
		text += fmt.Sprintf(", %d without numbers", c.Without)
	}
	if !c.Oldest.IsZero() {
		text += ", the oldest " + c.Oldest.DateOnly()
	}
	return text + "; " + c.reason()
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// reason says why the course has ended.
func (c *Course) reason() string {
	next := c.day.DateOnly()
	switch c.End {
	case EndComplete:
		return "nothing left from " + c.from.DateOnly() + " on"
	case EndDepth:
		text := fmt.Sprintf("WeChat goes back no further: %d days in a row without numbers", depthDays)
		if c.Err != nil {
			text += fmt.Sprintf(" (%v)", c.Err)
		}
		return text
	case EndQuota:
		return fmt.Sprintf("stopped before %s: a tenth of the calls that were left today is used; run it again tomorrow", next)
	case EndFailed:
		text := fmt.Sprintf("failed at %s: %v", next, c.Err)
		if failure, ok := errors.AsType[*wechat.Error](c.Err); ok {
			text += "; " + failure.Remedy()
		}
		return text
	default:
		return "stopped before " + next
	}
}
