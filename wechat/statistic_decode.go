package wechat

import (
	"fmt"
	"strings"
)

// Decode decodes an answer of WeChat about a window. Answer.Bytes are the bytes, so they
// must not be changed afterwards. Rows and numbers that cannot be used are skipped and
// counted. An *Error is returned for an answer that is itself an error, that is not the
// statistic, or that has rows of which none can be used.
func (s Statistic) Decode(answer []byte, w Window) (*Answer, error) {
	decoded, failure := s.decoder(w)(answer, redactor{})
	if failure != nil {
		failure.Endpoint = s.Endpoint
		return nil, failure
	}
	return decoded, nil
}

// decodeFields sets what an answer about a window says, given the fields of its top level, or
// returns why it is not the statistic.
type decodeFields func(top object, w Window, answer *Answer) (problem string)

func (s Statistic) decoder(w Window) decoder[*Answer] {
	return func(bytes []byte, r redactor) (*Answer, *Error) {
		var read reader
		decode := s.decode
		if s.begin != nil {
			read, decode = s.begin()
		}
		top, failure := decodeObjectBy(read, bytes, r)
		if failure != nil {
			return nil, failure
		}
		answer := &Answer{Bytes: bytes, RefDate: refDate(top.get("ref_date"))}
		if problem := decode(top, w, answer); problem != "" {
			return nil, decodeError(problem + r.quote(bytes))
		}
		if answer.Empty() && answer.Rejected > 0 {
			return nil, decodeError(fmt.Sprintf("none of its %d rows and numbers can be used%s", answer.Rejected, r.quote(bytes)))
		}
		return answer, nil
	}
}

// listIn returns a list of an answer, or says what is wrong with it. A list that is null
// is empty.
func listIn(top object, key string) (list []byte, problem string) {
	list, present := top.find(key)
	switch {
	case !present:
		return nil, "the answer has no " + key
	case !isNull(list) && list[0] != '[':
		return nil, fmt.Sprintf("%s is %s, not a list", key, kind(list))
	}
	return list, ""
}

// Covers reports whether RefDate agrees with the window that was asked for, or is missing.
// Dates may have hyphens inside (reported), and a single day may stand for the window that
// begins or ends with it (documented sample). A disagreement deserves a warning, not an
// error: the window is known from the request.
func (a *Answer) Covers(w Window) bool { return a.RefDate == "" || w.isNamed(a.RefDate) }

// isNamed reports whether a date in an answer names the window.
func (w Window) isNamed(date string) bool {
	first, last := w.FirstDay().String(), w.End.String()
	switch strings.ReplaceAll(date, "-", "") {
	case first, last, first + last:
		return true
	case last[:len("yyyymm")]:
		return int(w.Range) == w.End.day
	}
	return false
}
