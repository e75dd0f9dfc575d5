package wechat

import (
	"fmt"
	"strings"
)

// Dataset is a group of statistics beside the user portrait that are turned on together.
type Dataset struct {
	// Name is how settings and metrics call the dataset.
	Name string
	// Statistics are its parts, each an endpoint of WeChat's API. The numbers of a day are
	// complete when all of them have answered.
	Statistics []Statistic
}

// Datasets returns all datasets beside the user portrait, in the order in which they are
// asked for.
func Datasets() []Dataset { return []Dataset{visits(), sources(), retention(), pages()} }

// Statistic is what one endpoint of WeChat's API says about a day. All of them are asked
// in the same way as the user portrait, with the same day as begin and end (documented),
// and fail in the same way. Other than the portrait they answer for more days than two;
// how many is not known (reports differ).
type Statistic struct {
	// Endpoint is the name by which calls and errors are named.
	Endpoint string
	// Cohorts are how many days before yesterday the days lie that are asked for again
	// every day, because their answers grow. Nil: only yesterday and the day before.
	Cohorts []int

	path   string
	decode func(top map[string][]byte, day Day, report *Report) (problem string)
}

// Report is an answer of WeChat about a statistic of one day.
type Report struct {
	// Answer holds the bytes that WeChat sent. They must not be changed.
	Answer []byte
	// RefDate is the day as WeChat names it in the answer; empty if it does not.
	RefDate string
	// Numbers are a VisitTrend, Summary, Distribution, Retention or Pages.
	Numbers Numbers
	// Merged counts the rows whose key was already in their list and that were added to the
	// first row with it, Rejected the rows and numbers that cannot be used.
	Merged, Rejected int
}

// Numbers are the numbers of a report. Two of the same text (%v) are the same.
type Numbers interface {
	// Empty reports whether there are no numbers.
	Empty() bool
}

// Empty reports whether the report has no numbers. This is WeChat's answer for a day that
// is not published yet and for a day without users (reported).
func (r *Report) Empty() bool { return r.Numbers.Empty() }

// Covers reports whether RefDate agrees with the day that was asked for, or is missing. A
// disagreement deserves a warning, not an error: the day is known from the request.
func (r *Report) Covers(day Day) bool {
	return r.RefDate == "" || strings.ReplaceAll(r.RefDate, "-", "") == day.String()
}

// Decode decodes an answer of WeChat for a day. Report.Answer refers to the bytes, so they
// must not be changed afterwards. Rows and numbers that cannot be used are skipped and
// counted. An *Error is returned for an answer that is itself an error, that is not the
// statistic, or that has rows of which none can be used.
func (s Statistic) Decode(answer []byte, day Day) (*Report, error) {
	report, failure := s.decoder(day)(answer, redactor{})
	if failure != nil {
		failure.Endpoint = s.Endpoint
		return nil, failure
	}
	return report, nil
}

func (s Statistic) decoder(day Day) decoder[*Report] {
	return func(answer []byte, r redactor) (*Report, *Error) {
		top, failure := decodeObject(answer, r)
		if failure != nil {
			return nil, failure
		}
		report := &Report{Answer: answer, RefDate: refDate(top["ref_date"])}
		if problem := s.decode(top, day, report); problem != "" {
			return nil, decodeError(problem + r.quote(answer))
		}
		if report.Empty() && report.Rejected > 0 {
			return nil, decodeError(fmt.Sprintf("none of its %d rows and numbers can be used%s", report.Rejected, r.quote(answer)))
		}
		return report, nil
	}
}

// listIn returns a list of an answer, or says what is wrong with it. A list that is null
// is empty.
func listIn(top map[string][]byte, key string) (list []byte, problem string) {
	list, present := top[key]
	switch {
	case !present:
		return nil, "the answer has no " + key
	case !isNull(list) && list[0] != '[':
		return nil, fmt.Sprintf("%s is %s, not a list", key, kind(list))
	}
	return list, ""
}

// pathOf returns the path of an endpoint.
func pathOf(endpoint string) string {
	for _, dataset := range Datasets() {
		for _, s := range dataset.Statistics {
			if s.Endpoint == endpoint {
				return s.path
			}
		}
	}
	return portraitPath
}
