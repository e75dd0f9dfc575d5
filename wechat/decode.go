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

// DecodePortrait decodes an answer of WeChat. Portrait.Answer refers to the bytes, so
// they must not be changed afterwards. Rows that cannot be used are skipped and counted.
// An *Error is returned for an answer that is itself an error, that is not a portrait,
// or that has rows of which none can be used.
func DecodePortrait(answer []byte) (*Portrait, error) {
	p, failure := decodePortrait(answer, redactor{})
	if failure != nil {
		failure.Endpoint = EndpointUserPortrait
		return nil, failure
	}
	return p, nil
}

func decodePortrait(answer []byte, r redactor) (*Portrait, *Error) {
	top, failure := decodeObject(answer, r)
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
			return nil, decodeError(fmt.Sprintf("%s is %s, not an object of lists%s", metric, kind(lists), r.quote(answer)))
		default:
			p.addLists(metric, fields(lists))
		}
	}
	if metrics == 0 {
		return nil, decodeError("the answer has neither visit_uv nor visit_uv_new" + r.quote(answer))
	}
	if p.Empty() && p.Rejected > 0 {
		return nil, decodeError(fmt.Sprintf("none of the %d rows can be used%s", p.Rejected, r.quote(answer)))
	}
	return p, nil
}

// refDate returns a date that is a string or a number, and "" for other values.
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
		p.addList(Breakdown{metric, Platform}, lists["platfomrs"], seen) // a typing error of the documentation
	}
	p.addList(Breakdown{metric, Device}, lists["devices"], seen)
	p.addList(Breakdown{metric, Age}, lists["ages"], seen)
}

// addList adds the first maxRows rows of a list. It uses seen for the places of the names
// in it.
func (p *Portrait) addList(breakdown Breakdown, list []byte, seen map[string]int) {
	clear(seen)
	var rows []Row
	for object := range objects(list, maxRows, &p.Rejected) {
		row, ok := decodeRow(object)
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

func decodeRow(object []byte) (Row, bool) {
	var name, value, oldValue []byte
	for key, v := range members(object) {
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
	text, valid := nameText(name, maxName)
	return Row{text, users}, usable && valid
}

// nameText returns a name that can be the value of a label: a string that is valid UTF-8,
// not empty, and not longer than a number of bytes.
func nameText(value []byte, longest int) (string, bool) {
	text, valid := exactText(value)
	return text, valid && text != "" && len(text) <= longest
}

func decodeQuota(answer []byte, r redactor) (Quota, *Error) {
	top, failure := decodeObject(answer, r)
	if failure != nil {
		return Quota{}, failure
	}
	quota := top["quota"]
	if len(quota) == 0 || quota[0] != '{' {
		return Quota{}, decodeError("the answer has no quota" + r.quote(answer))
	}
	var q Quota
	numbers := fields(quota)
	for _, number := range []struct {
		key string
		to  *int64
	}{{"daily_limit", &q.Limit}, {"used", &q.Used}, {"remain", &q.Remaining}} {
		n, ok := count(numbers[number.key])
		if !ok {
			return Quota{}, decodeError("the quota has no usable " + number.key + r.quote(answer))
		}
		*number.to = n
	}
	return q, nil
}

// decodeObject returns the fields of an answer that is an object and not an error.
func decodeObject(answer []byte, r redactor) (map[string][]byte, *Error) {
	if !json.Valid(answer) {
		return nil, decodeError("the answer is not JSON" + syntaxError(answer, r) + r.quote(answer))
	}
	object := skipSpace(answer)
	if object[0] != '{' {
		return nil, decodeError("the answer is " + kind(object) + ", not an object" + r.quote(answer))
	}
	top := fields(object)
	if isNull(top["errcode"]) {
		return top, nil
	}
	code, ok := integer(top["errcode"])
	if !ok {
		return nil, decodeError("errcode is not a whole number" + r.quote(answer))
	}
	if code != 0 {
		return nil, answeredError(code, lenientText(top["errmsg"]), r)
	}
	return top, nil
}

// syntaxError says what is wrong with an answer that is not JSON.
func syntaxError(answer []byte, r redactor) string {
	var ignored json.RawMessage
	err := json.Unmarshal(answer, &ignored)
	if err == nil || r.private || len(answer) == 0 {
		return ""
	}
	return " (" + err.Error() + ")"
}

// integer returns a whole number, which may be written as a string.
func integer(value []byte) (int64, bool) {
	text := string(value)
	if value[0] == '"' {
		text = strings.TrimSpace(lenientText(value))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
