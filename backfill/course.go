package backfill

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	from      wechat.Day               // the first day to ask for
	window    wechat.Window            // the next one
	archived  map[wechat.Day]time.Time // the windows of the archive by their last day, and when the last answer came
	spans     spans                    // in place of archived, of a statistic whose answers overlap

	budget   int64 // calls
	budgeted bool  // the quota was asked for
	inARow   int   // days without numbers
	failures int   // of the next day
	warned   bool  // of an answer for another day
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
	for ; ; c.window = c.statistic.Before(c.window, 1) {
		if first := c.statistic.First(); c.statistic.Overlaps && c.window.FirstDay().Before(first) { // WeChat refuses it
			c.window.Range = wechat.Range(c.window.End.Sub(first) + 1)
		}
		switch {
		case c.window.End.Before(c.from):
			c.end(EndComplete, nil)
			return
		case slices.Contains(poller.Scheduled(c.statistic, wechat.DayOf(now)), c.window): // the exporter asks for it
		case c.lacks(now):
			return
		default:
			c.Held++
			c.Oldest = c.oldest()
		}
	}
}

// lacks reports whether the archive lacks the day. A cohort that was answered is lacked
// while WeChat could tell more of it.
func (c *Course) lacks(now time.Time) bool {
	if c.statistic.Overlaps {
		return !c.spans.has(c.window)
	}
	answered, ok := c.archived[c.window.End]
	return !ok || c.told(answered) < c.told(now)
}

// told returns after how many numbers of days an answer at a time tells who came again.
func (c *Course) told(at time.Time) (numbers int) {
	for _, days := range c.statistic.Cohorts {
		if c.statistic.Tells(c.window, days, at) {
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
	windows := c.window.End.Sub(c.from)/int(c.window.Range) + 1
	for end := range c.archived {
		if !end.After(c.window.End) && !end.Before(c.from) {
			windows--
		}
	}
	return windows
}

// precedes reports whether the course goes on before another one.
func (c *Course) precedes(other *Course, now time.Time) bool {
	return cmp.Or(later(c.after, now).Compare(later(other.after, now)), other.window.End.Compare(c.window.End)) < 0
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
	c.Oldest = c.oldest()
	c.inARow, c.failures = 0, 0
	c.advance()
}

// oldest returns the first day of an answer about the window, or the only one that names it.
func (c *Course) oldest() wechat.Day {
	if c.statistic.Overlaps {
		return c.window.FirstDay()
	}
	return c.window.End
}

// without goes on after a day without numbers, which WeChat has refused with err unless
// that is nil. After too many in a row the course ends.
func (c *Course) without(err error) {
	c.Without++
	c.inARow++
	c.failures = 0
	c.advance()
	switch {
	case c.inARow < depth:
	case wechat.ReasonOf(err) == wechat.ReasonDecode:
		c.end(EndFailed, err)
	default:
		c.end(EndDepth, err)
	}
}

func (c *Course) advance() {
	c.window = c.statistic.Before(c.window, 1)
	c.skip(time.Now())
}

// String says in a line what became of the course.
func (c *Course) String() string {
	text := fmt.Sprintf("%s %s %s: %s added", c.AppID, c.Dataset, c.Endpoint, c.windows(c.Added))
	if c.Held > 0 {
		text += fmt.Sprintf(", %d already in the archive", c.Held)
	}
	if c.Without > 0 {
		text += fmt.Sprintf(", %d without numbers", c.Without)
	}
	if !c.Oldest.IsZero() {
		text += ", the oldest " + c.Oldest.DateOnly()
	}
	return text + "; " + c.reason()
}

// windows returns a number of windows in words.
func (c *Course) windows(n int) string {
	unit := c.statistic.Period.String()
	if c.statistic.Overlaps {
		unit = "span"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// reason says why the course has ended.
func (c *Course) reason() string {
	next := c.window.End.DateOnly()
	switch c.End {
	case EndComplete:
		return "complete from " + c.from.DateOnly() + " on"
	case EndDepth:
		text := "WeChat has no older data: " + c.windows(depth) + " in a row without numbers"
		if c.Err != nil {
			text += fmt.Sprintf(" (%v)", c.Err)
		}
		return text
	case EndQuota:
		return fmt.Sprintf("stopped before %s: a tenth of today's remaining calls is used; run it again tomorrow", next)
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
