package wechat

import (
	"encoding/json"
	"strconv"
	"strings"
)

const maxRefDate = 64 // bytes

// refDate returns a date that is a string or a number, and "" for other values.
func refDate(value []byte) string {
	if n, ok := count(value); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := exactText(value)
	return tidy(truncate(text, maxRefDate))
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
	if ret, ok := top["base_resp"]; ok && len(ret) > 0 && ret[0] == '{' { // of statistics of ads
		response := fields(ret)
		if code, ok := integer(response["ret"]); ok && code != 0 {
			return nil, answeredError(code, lenientText(response["err_msg"]), r)
		}
	}
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
	if len(value) == 0 {
		return 0, false
	}
	text := string(value)
	if value[0] == '"' {
		text = strings.TrimSpace(lenientText(value))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
