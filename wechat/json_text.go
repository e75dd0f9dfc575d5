package wechat

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// exactText returns the text of a string; false for other values, for strings that are not
// valid UTF-8 and for those with escapes that mean nothing. A replacement character that was
// sent as such is valid, and so is a control character.
func exactText(value []byte) (string, bool) {
	text, exact := exactBytes(value)
	return string(text), exact
}

// exactBytes is exactText without a copy, where the string has no escapes.
func exactBytes(value []byte) (text []byte, exact bool) {
	if len(value) == 0 || value[0] != '"' || !utf8.Valid(value) {
		return nil, false
	}
	spelled := value[1 : len(value)-1]
	if bytes.IndexByte(spelled, '\\') < 0 {
		return spelled, true
	}
	if text, exact = unescaped(spelled); !exact {
		return nil, false
	}
	return text, true
}

// lenientText returns the text of a string, with replacement characters for what is not
// UTF-8 and for escapes that mean nothing, and "" for other values.
func lenientText(value []byte) string {
	if len(value) == 0 || value[0] != '"' {
		return ""
	}
	text, _ := unescaped(value[1 : len(value)-1])
	return string(text)
}

// unescaped returns the text of a string, and whether that is exactly what was meant.
func unescaped(spelled []byte) (text []byte, exact bool) {
	exact = true
	text = make([]byte, 0, len(spelled))
	for i := 0; i < len(spelled); {
		c, n := utf8.DecodeRune(spelled[i:])
		ok := c != utf8.RuneError || n != 1
		if c == '\\' {
			c, n, ok = unescapedRune(spelled[i:])
		}
		exact = exact && ok
		text = utf8.AppendRune(text, c)
		i += n
	}
	return text, exact
}

// unescapedRune returns the character of the escape at the start of text and how many bytes
// the escape takes; false if it means nothing.
func unescapedRune(text []byte) (c rune, n int, ok bool) {
	if len(text) < 2 {
		return utf8.RuneError, len(text), false
	}
	switch text[1] {
	case '"', '\\', '/':
		return rune(text[1]), 2, true
	case 'b':
		return '\b', 2, true
	case 'f':
		return '\f', 2, true
	case 'n':
		return '\n', 2, true
	case 'r':
		return '\r', 2, true
	case 't':
		return '\t', 2, true
	case 'u':
		unit, ok := escapedUnit(text)
		if !ok || !utf16.IsSurrogate(unit) {
			if !ok {
				return utf8.RuneError, 2, false
			}
			return unit, 6, true
		}
		second, _ := escapedUnit(text[6:])
		if c = utf16.DecodeRune(unit, second); c != utf8.RuneError {
			return c, 12, true
		}
		return utf8.RuneError, 6, false // half of a character
	}
	return utf8.RuneError, 2, false
}

// escapedUnit returns the UTF-16 unit of the \u escape at the start of text; false if there is
// none.
func escapedUnit(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit), err == nil
}
