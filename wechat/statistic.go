package wechat

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"time"
)

// Period is the kind of windows that a statistic is about.
type Period int

// The periods.
const (
	PeriodDay   Period = iota // windows of whole days, one of which ends every day
	PeriodWeek                // natural weeks, Monday to Sunday
	PeriodMonth               // natural months
)

// Periods returns all periods, the shortest first.
func Periods() []Period { return []Period{PeriodDay, PeriodWeek, PeriodMonth} }

// String returns the period as metrics name it: day, week or month.
func (p Period) String() string { return [...]string{"day", "week", "month"}[p] }

// Statistic is a question to one endpoint of WeChat's API about a window of days. All
// statistics are asked for in the same way, with the first and the last day of the window
// (documented), and fail in the same way.
type Statistic struct {
	// Endpoint is the name by which calls and errors are named.
	Endpoint string
	// Period is the kind of its windows, and Range their length: 7 for weeks, and any of
	// months.
	Period Period
	Range  Range
	// Keeps is for how many days WeChat answers: 2 says that windows end yesterday or the
	// day before. 0: for more, and how many is not known (reports differ).
	Keeps int
	// Cohorts are how many windows before the newest one those lie that are asked for again
	// every time, because their answers grow. Nil: only the newest windows.
	Cohorts []int
	// Overlaps says that an answer tells again what those before it told, as it is known by
	// then: its numbers are those of the last day of its window. So no day is read once more,
	// and a day of which the answer is missing stands in the next ones.
	Overlaps bool
	// FinalAfter is how long after the end of a window an answer without numbers means that
	// there are none. 0: as long as for the user portrait.
	FinalAfter time.Duration

	first   string // the first day of which WeChat has numbers; empty: launch
	path    string
	query   func(w Window, page int) url.Values // of a call by GET, for a page; nil: POST with the dates
	span    func(end Day) Range                 // of windows that differ in length; nil: Range
	stride  int                                 // from one window to the next, in days; 0: 1
	longest Range                               // of the windows of past days; 0: Range
	decode  decodeFields
	begin   func() (reader, decodeFields) // in place of decode, of answers that are read as they are scanned
}

// Past returns the statistic as it is asked for about days long ago: in the longest windows that
// WeChat answers for, one after the other.
func (s Statistic) Past() Statistic {
	if s.longest > 0 {
		s.Range, s.span, s.stride = s.longest, nil, int(s.longest)
	}
	return s
}

// launch is the day on which Mini Programs began.
const launch = "20170109"

// First returns the first day of which WeChat has numbers.
func (s Statistic) First() Day {
	day, _ := ParseDay(cmp.Or(s.first, launch))
	return day
}

// Series returns the name under which the answers are kept: the range of the user portrait,
// such as 7d, or else the endpoint.
func (s Statistic) Series() string {
	if s.Endpoint == EndpointUserPortrait {
		return s.Range.String()
	}
	return s.Endpoint
}

// Window returns the window that ends on a day.
func (s Statistic) Window(end Day) Window {
	switch {
	case s.Period == PeriodMonth:
		return Window{End: end, Range: Range(end.day)}
	case s.span != nil:
		return Window{End: end, Range: s.span(end)}
	}
	return Window{End: end, Range: s.Range}
}

// Newest returns the newest window that has ended before a day.
func (s Statistic) Newest(today Day) Window {
	switch s.Period {
	case PeriodWeek:
		return s.Window(today.Add(-1 - int(today.Begin().Weekday()+6)%7))
	case PeriodMonth:
		return s.Window(today.Add(-today.day))
	default:
		return s.Window(today.Add(-1))
	}
}

// Before returns the window that lies n windows before another; after it, if n is negative.
func (s Statistic) Before(w Window, n int) Window {
	switch s.Period {
	case PeriodWeek:
		return s.Window(w.End.Add(-7 * n))
	case PeriodMonth:
		return s.Window(lastOfMonth(w.End, -n))
	default:
		return s.Window(w.End.Add(-n * max(1, s.stride)))
	}
}

// lastOfMonth returns the last day of the month that lies n months after that of a day.
func lastOfMonth(d Day, n int) Day {
	return DayOf(time.Date(d.year, d.month+time.Month(n)+1, 0, 0, 0, 0, 0, shanghai))
}

// Tells reports whether an answer about a cohort that comes at a time tells who of it came
// again n windows later: that window was over.
func (s Statistic) Tells(cohort Window, n int, at time.Time) bool {
	return !at.Before(s.Before(cohort, -n).EndTime())
}

// Answer is an answer of WeChat about a window.
type Answer struct {
	// Bytes are what WeChat sent. They must not be changed. More are the further pages of an
	// answer that has some.
	Bytes []byte
	More  [][]byte
	// RefDate is the window as WeChat names it in the answer; empty if it does not. The
	// forms yyyymmdd, yyyymmdd-yyyymmdd and, for months, yyyymm are documented.
	RefDate string
	// Numbers are those of the dataset: a Portrait, VisitTrend, Summary and so on.
	Numbers Numbers
	// Merged counts the rows whose name or key was already in their list and that were added
	// to the first row with it, Rejected the rows and numbers that cannot be used.
	Merged, Rejected int
	// Earlier counts the rows about days before the last one of the window, whose numbers are
	// not among Numbers: see Statistic.Overlaps.
	Earlier int

	pages int // that the answer has in all; 0: it has no pages
}

// Numbers are the numbers of an answer. Two of the same text (%v) are the same.
type Numbers interface {
	// Empty reports whether there are no numbers.
	Empty() bool
}

// Empty reports whether the answer has no numbers. This is WeChat's answer for a window that
// is not published yet and for one without users (reported).
func (a *Answer) Empty() bool { return a.Numbers.Empty() }

// Tells reports whether the answer is about a cohort and tells who of it came again n windows
// later, or is about no cohort.
func (a *Answer) Tells(n int) bool {
	retention, ok := a.Numbers.(Retention)
	return !ok || retention.Has(n)
}

// Ask asks for a statistic of a window. A window that is not published yet is an *Error of
// ReasonNotReady or an empty answer (reported). An *Error of ReasonUnavailable says that WeChat
// has no such numbers: for a week or a month that has ended it is errcode 61501 (reported).
func (c *Client) Ask(ctx context.Context, s Statistic, w Window) (*Answer, error) {
	if s.query != nil {
		return c.askPages(ctx, s, w)
	}
	body := struct {
		Begin Day `json:"begin_date"`
		End   Day `json:"end_date"`
	}{w.FirstDay(), w.End}
	answer, err := call(ctx, c, s.Endpoint, s.path, url.Values{}, body, s.decoder(w))
	if failure, ok := errors.AsType[*Error](err); ok && failure.Code == "61501" && s.Period != PeriodDay {
		failure.Reason = ReasonUnavailable
	}
	return answer, err
}

// MaxPages is how many pages of an answer are read. The longest, of 90 days, has some 10.
const MaxPages = 100

// Pages returns how many pages the answer has in all, of those that are read. It is 0 if it is not
// known, or if the statistic has none.
func (a *Answer) Pages() int { return min(a.pages, MaxPages) }

// askPages asks for all pages of a statistic of a window.
func (c *Client) askPages(ctx context.Context, s Statistic, w Window) (*Answer, error) {
	first, err := call(ctx, c, s.Endpoint, s.path, s.query(w, 1), nil, s.decoder(w))
	if err != nil {
		return nil, err
	}
	for page := 2; page <= first.Pages(); page++ {
		next, err := call(ctx, c, s.Endpoint, s.path, s.query(w, page), nil, s.decoder(w))
		if err != nil {
			return nil, err
		}
		first.More = append(first.More, next.Bytes)
		first.Merged += next.Merged
		first.Rejected += next.Rejected
	}
	return first, nil
}

// pathOf returns the path of an endpoint.
func pathOf(endpoint string) string {
	if s, ok := StatisticOf(endpoint); ok {
		return s.path
	}
	return portraitPath
}
