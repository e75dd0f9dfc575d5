package wechat

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxName    = 256    // bytes
	maxRefDate = 64     // bytes
	maxRows    = 20_000 // of one list; the longest, the cities, has some 340
)

// DecodePortrait decodes an answer of WeChat, as Portrait.Answer keeps it; it holds
// on to the bytes. Rows that cannot be used are left out and counted. An *Error is
// returned for an answer that is itself an error, that is no portrait, or that had
// rows of which none can be used.
func DecodePortrait(answer []byte) (*Portrait, error) {
	p, failure := decodePortrait(answer, redactor{})
	if failure != nil {
		failure.Endpoint = EndpointUserPortrait
		return nil, failure
	}
	return p, nil
}

func decodePortrait(answer []byte, s redactor) (*Portrait, *Error) {
	top, failure := decodeObject(answer, s)
	if failure != nil {
		return nil, failure
	}
	p := &Portrait{Answer: answer, RefDate: refDate(top["ref_date"]), Rows: make(map[Breakdown][]Row)}
	metrics := 0
	for _, metric := range Metrics() {
		lists, present := top[string(metric)]
		if !present {
			continue
		}
		metrics++
		switch {
		case isNull(lists):
		case lists[0] != '{':
			// The retention endpoints of the same family answer with an array here.
			return nil, decodeError(fmt.Sprintf("%s is %s, not an object of lists%s", metric, kind(lists), s.quote(answer)))
		default:
			p.addLists(metric, fields(lists))
		}
	}
	if metrics == 0 {
		return nil, decodeError("the answer has neither visit_uv nor visit_uv_new" + s.quote(answer))
	}
	if p.Empty() && p.Rejected > 0 {
		return nil, decodeError(fmt.Sprintf("none of the %d rows can be used%s", p.Rejected, s.quote(answer)))
	}
	return p, nil
}

// refDate returns a date that is a string or a number, and nothing for others.
func refDate(value []byte) string {
	if n, ok := count(value); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := exactText(value)
	return tidy(truncate(text, maxRefDate))
}

// addLists adds the lists of a metric.
func (p *Portrait) addLists(metric Metric, lists map[string][]byte) {
	seen := make(map[string]int)
	p.addList(Breakdown{metric, Province}, lists["province"], seen)
	p.addList(Breakdown{metric, City}, lists["city"], seen)
	p.addList(Breakdown{metric, Gender}, lists["genders"], seen)
	p.addList(Breakdown{metric, Platform}, lists["platforms"], seen)
	if p.Rows[Breakdown{metric, Platform}] == nil {
		p.addList(Breakdown{metric, Platform}, lists["platfomrs"], seen) // as a table of the documentation has it
	}
	p.addList(Breakdown{metric, Device}, lists["devices"], seen)
	p.addList(Breakdown{metric, Age}, lists["ages"], seen)
}

// addList adds the first maxRows rows of a list and rejects the others: each would become
// a series. It uses seen for the places of the names in it.
func (p *Portrait) addList(breakdown Breakdown, list []byte, seen map[string]int) {
	if isNull(list) {
		return
	}
	if list[0] != '[' {
		p.Rejected++
		return
	}
	clear(seen)
	var rows []Row
	n := 0
	for element := range elements(list) {
		if n++; n > maxRows {
			p.Rejected++
			continue
		}
		row, ok := decodeRow(element)
		if !ok {
			p.Rejected++
			continue
		}
		first, merge := seen[row.Name]
		switch {
		case !merge:
			seen[row.Name] = len(rows)
			rows = append(rows, row)
		case rows[first].Users+row.Users > maxCount:
			p.Rejected++
		default:
			rows[first].Users += row.Users
			p.Merged++
		}
	}
	if len(rows) > 0 {
		p.Rows[breakdown] = rows
	}
}

func decodeRow(element []byte) (Row, bool) {
	if element[0] != '{' {
		return Row{}, false
	}
	var name, value, oldValue []byte
	for key, v := range members(element) {
		switch string(key) {
		case "name":
			name = v
		case "value":
			value = v
		case "access_source_visit_uv": // documented from 2018 to 2022
			oldValue = v
		}
	}
	if isNull(value) {
		value = oldValue
	}
	users, usable := count(value)
	text, valid := exactText(name)
	return Row{text, users}, usable && valid && text != "" && len(text) <= maxName
}

func decodeQuota(answer []byte, s redactor) (Quota, *Error) {
	top, failure := decodeObject(answer, s)
	if failure != nil {
		return Quota{}, failure
	}
	quota := top["quota"]
	if len(quota) == 0 || quota[0] != '{' {
		return Quota{}, decodeError("the answer has no quota" + s.quote(answer))
	}
	var q Quota
	numbers := fields(quota)
	for _, number := range []struct {
		key string
		to  *int64
	}{{"daily_limit", &q.Limit}, {"used", &q.Used}, {"remain", &q.Remaining}} {
		n, ok := count(numbers[number.key])
		if !ok {
			return Quota{}, decodeError("the quota has no usable " + number.key + s.quote(answer))
		}
		*number.to = n
	}
	return q, nil
}

// decodeObject returns the fields of an answer that is an object and no error.
func decodeObject(answer []byte, s redactor) (map[string][]byte, *Error) {
	if !json.Valid(answer) {
		return nil, decodeError("the answer is not JSON" + syntaxError(answer, s) + s.quote(answer))
	}
	object := skipSpace(answer)
	if object[0] != '{' {
		return nil, decodeError("the answer is " + kind(object) + ", not an object" + s.quote(answer))
	}
	top := fields(object)
	if isNull(top["errcode"]) {
		return top, nil
	}
	code, ok := integer(top["errcode"])
	if !ok {
		return nil, decodeError("errcode is not a whole number" + s.quote(answer))
	}
	if code != 0 {
		return nil, answeredError(code, lenientText(top["errmsg"]), s)
	}
	return top, nil
}

// syntaxError says what is wrong with an answer that is not JSON.
func syntaxError(answer []byte, s redactor) string {
	var ignored json.RawMessage
	err := json.Unmarshal(answer, &ignored)
	if err == nil || s.private || len(answer) == 0 {
		return ""
	}
	return " (" + err.Error() + ")"
}

// integer returns a whole number, or a string of one.
func integer(value []byte) (int64, bool) {
	text := string(value)
	if value[0] == '"' {
		text = strings.TrimSpace(lenientText(value))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
