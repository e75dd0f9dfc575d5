package wechat

import (
	"bytes"
	"iter"
)

// member is a key and its value, as it is spelled.
type member struct{ key, value []byte }

// object is the members of an object, in their order.
type object []member

// find returns the value of a key. Of equal keys the last one counts, as in encoding/json.
func (o object) find(key string) (value []byte, present bool) {
	for i := len(o) - 1; i >= 0; i-- {
		if string(o[i].key) == key {
			return o[i].value, true
		}
	}
	return nil, false
}

// get returns the value of a key, which is empty if there is none.
func (o object) get(key string) []byte {
	value, _ := o.find(key)
	return value
}

// membersOf returns the members of a value that is an object.
func membersOf(value []byte) object {
	s := scanner{text: value}
	return s.object(nil)
}

// objects returns the first objects of a list, at most a number of them: each would become
// a series. It counts what it leaves out: further elements, those that are no objects, and
// a list that is no array. A list that is null or missing has no objects. An object holds
// until the next one.
func objects(list []byte, most int, rejected *int) iter.Seq[object] {
	return func(yield func(object) bool) {
		if isNull(list) {
			return
		}
		if list[0] != '[' {
			*rejected++
			return
		}
		s := scanner{text: list}
		var row object
		n := 0
		for s.enter(); s.more(']'); {
			if n++; n > most || s.text[s.at] != '{' {
				s.value()
				*rejected++
				continue
			}
			if row = s.object(row[:0]); !yield(row) {
				return
			}
		}
	}
}

func isNull(value []byte) bool { return len(value) == 0 || string(value) == "null" }

// kind names the type of a value in an error message.
func kind(value []byte) string {
	if isNull(value) {
		return "null"
	}
	switch c := value[0]; {
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case string(value) == "true", string(value) == "false":
		return "a boolean"
	case c == '-' || c >= '0' && c <= '9':
		return "a number"
	}
	return "a word"
}

// trimmed returns a text without the byte order mark that some programs begin it with, the
// NULs that others end it with, and the space around it.
func trimmed(text []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), "\x00 \t\r\n")
}

// reader reads the value of a key of the top level straight from a scanner; false, and the
// scanner has not moved, if the value is to be among the members as usual.
type reader func(s *scanner, key []byte) bool

// topLevel returns the members of an answer that is an object, but for those that read has
// taken, which may be nil. Otherwise it returns the value that the answer is, or what is no
// JSON in it.
func topLevel(answer []byte, read reader) (top object, other []byte, wrong string) {
	s := scanner{text: trimmed(answer)}
	if s.next() == '{' {
		top = make(object, 0, 8)
		for s.enter(); s.more('}'); {
			if key := s.key(); read == nil || !read(&s, key) {
				top = append(top, member{key, s.valueOf()})
			}
		}
	} else {
		other = s.value()
	}
	if s.next(); s.at < len(s.text) {
		s.failAt("after top-level value")
	}
	return top, other, s.wrong
}
