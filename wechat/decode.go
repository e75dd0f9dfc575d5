package wechat

import "strconv"

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
	quota := top.get("quota")
	if len(quota) == 0 || quota[0] != '{' {
		return Quota{}, decodeError("the answer has no quota" + r.quote(answer))
	}
	var q Quota
	numbers := membersOf(quota)
	for _, number := range []struct {
		key string
		to  *int64
	}{{"daily_limit", &q.Limit}, {"used", &q.Used}, {"remain", &q.Remaining}} {
		n, ok := count(numbers.get(number.key))
		if below, isWhole := integer(numbers.get(number.key)); isWhole && below < 0 {
			n, ok = 0, true // more was used than allowed
		}
		if !ok {
			return Quota{}, decodeError("the quota has no usable " + number.key + r.quote(answer))
		}
		*number.to = n
	}
	return q, nil
}

// decodeObject returns the fields of an answer that is an object and not an error.
func decodeObject(answer []byte, r redactor) (object, *Error) {
	return decodeObjectBy(nil, answer, r)
}

// decodeObjectBy is decodeObject, except for the fields that read has taken.
func decodeObjectBy(read reader, answer []byte, r redactor) (object, *Error) {
	top, other, wrong := topLevel(answer, read)
	switch {
	case wrong != "":
		return nil, decodeError("the answer is not JSON" + syntaxError(wrong, answer, r) + r.quote(answer))
	case top == nil:
		return nil, decodeError("the answer is " + kind(other) + ", not an object" + r.quote(answer))
	}
	if ret := top.get("base_resp"); len(ret) > 0 && ret[0] == '{' { // of statistics of ads
		response := membersOf(ret)
		if code, ok := integer(response.get("ret")); ok && code != 0 {
			return nil, answeredError(code, lenientText(response.get("err_msg")), r)
		}
	}
	errcode := top.get("errcode")
	if isNull(errcode) {
		return top, nil
	}
	code, ok := integer(errcode)
	if !ok {
		return nil, decodeError("errcode is not a whole number" + r.quote(answer))
	}
	if code != 0 {
		return nil, answeredError(code, lenientText(top.get("errmsg")), r)
	}
	return top, nil
}

// syntaxError says what is wrong with an answer that is not JSON.
func syntaxError(wrong string, answer []byte, r redactor) string {
	if r.private || len(answer) == 0 {
		return ""
	}
	return " (" + wrong + ")"
}
