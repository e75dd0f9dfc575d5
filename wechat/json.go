package wechat

import (
	"bytes"
	"encoding/json"
	"iter"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions below walk through JSON that json.Valid has approved. They see the
// bytes of strings before a decoder replaces what is not UTF-8, and one unusable value
// does not affect its neighbors. Maps and slices of json.RawMessage do the same, but
// take five times as long and fifteen times as many allocations (BenchmarkDecodePortrait:
// 1.0 ms against 5.2 ms), which the restart of a fleet would feel: it decodes thousands
// of answers.

// members returns the keys and values of an object.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for rest := skipSpace(object[1:]); rest[0] != '}'; {
			var key, value []byte
			key, rest = cutValue(rest)
			value, rest = cutValue(skipSpace(rest[1:])) // after the colon
			if !yield(keyText(key), value) {
				return
			}
			if rest[0] == ',' {
				rest = skipSpace(rest[1:])
			}
		}
	}
}

// elements returns the values of an array.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := skipSpace(array[1:]); rest[0] != ']'; {
			var value []byte
			value, rest = cutValue(rest)
			if !yield(value) {
				return
			}
			if rest[0] == ',' {
				rest = skipSpace(rest[1:])
			}
		}
	}
}

// objects returns the first objects of a list, at most a number of them: each would become
// a series. It counts what it leaves out: further elements, those that are no objects, and
// a list that is no array. A list that is null or missing has no objects.
func objects(list []byte, most int, rejected *int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if isNull(list) {
			return
		}
		if list[0] != '[' {
			*rejected++
			return
		}
		n := 0
		for element := range elements(list) {
			if n++; n > most || element[0] != '{' {
				*rejected++
				continue
			}
			if !yield(element) {
				return
			}
		}
	}
}

// fields returns an object as a map. Of equal keys the last one counts, as in
// encoding/json.
func fields(object []byte) map[string][]byte {
	all := make(map[string][]byte)
	for key, value := range members(object) {
		all[string(key)] = value
	}
	return all
}

func keyText(key []byte) []byte {
	if bytes.IndexByte(key, '\\') < 0 {
		return key[1 : len(key)-1]
	}
	return []byte(lenientText(key))
}

// cutValue divides text after its first value and the space that follows.
func cutValue(text []byte) (value, rest []byte) {
	n := valueLength(text)
	return text[:n], skipSpace(text[n:])
}

func skipSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

func valueLength(text []byte) int {
	switch text[0] {
	case '"':
		return stringLength(text)
	case '{', '[':
		for i, depth := 0, 0; ; i++ {
			switch text[i] {
			case '"':
				i += stringLength(text[i:]) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	n := 0
	for n < len(text) && !isDelimiter(text[n]) {
		n++
	}
	return n
}

func isDelimiter(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

func stringLength(text []byte) int {
	i := 1
	for ; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func isNull(value []byte) bool { return len(value) == 0 || value[0] == 'n' }

// kind names the type of a value in an error message.
func kind(value []byte) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// exactText returns the text of a string; false for other values and for strings that
// are not valid UTF-8. A replacement character that was sent as such is valid.
func exactText(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '"' || !utf8.Valid(value) {
		return "", false
	}
	spelled := value[1 : len(value)-1]
	if bytes.IndexByte(spelled, '\\') < 0 {
		return string(spelled), true
	}
	if hasLoneSurrogate(spelled) {
		return "", false
	}
	return lenientText(value), true
}

// lenientText returns the text of a string, with replacement characters for what is not
// UTF-8, and "" for other values.
func lenientText(value []byte) string {
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return ""
	}
	return s
}

// hasLoneSurrogate reports whether a \u escape is half of a character.
func hasLoneSurrogate(spelled []byte) bool {
	for i := 0; i < len(spelled); i++ {
		if spelled[i] != '\\' {
			continue
		}
		unit := escapedUnit(spelled[i:])
		if !utf16.IsSurrogate(unit) {
			i++
			continue
		}
		if utf16.DecodeRune(unit, escapedUnit(spelled[i+6:])) == utf8.RuneError {
			return true
		}
		i += 11
	}
	return false
}

// escapedUnit returns the UTF-16 unit of the \u escape at the start of text, or 0.
func escapedUnit(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	unit, _ := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit)
}

// maxCount is the largest number that JSON and Prometheus carry exactly.
const maxCount = 1 << 53

// count returns a number, which may be written as a string, rounded to the nearest
// whole; false for anything but a number from 0 to maxCount.
func count(value []byte) (int64, bool) {
	digits := digitsOf(value)
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n, n >= 0 && n <= maxCount
	}
	f, ok := parseDecimal(digits)
	return int64(math.Round(f)), ok
}

// decimal returns a number, which may be written as a string; false for anything but a
// number from 0 to maxCount.
func decimal(value []byte) (float64, bool) {
	return parseDecimal(digitsOf(value))
}

// digitsOf returns how a number is written, be it as a string or not.
func digitsOf(value []byte) string {
	if len(value) == 0 || value[0] != '"' {
		return string(value)
	}
	text, _ := exactText(value)
	return strings.TrimSpace(text)
}

func parseDecimal(digits string) (float64, bool) {
	// ParseFloat also takes words such as NaN and hexadecimal numbers.
	if strings.Trim(digits, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 || f > maxCount {
		return 0, false
	}
	return f, true
}
