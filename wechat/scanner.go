package wechat

import (
	"fmt"
	"unicode/utf8"
)

// maxDepth is how deep objects and lists may be nested. Those of real answers are 5 deep.
const maxDepth = 100

// scanner walks through JSON, and through what comes close to it: whoever writes JSON
// without a library forgets to escape a control character in a string, leaves a comma too
// many, or writes NaN. Of a value in which that happens the scanner finds the end, and who
// reads it judges whether it can be used; the others are not affected. So an answer loses
// one row at most. A text that is cut short or no JSON at all is wrong as a whole.
//
// No library does that: the strict ones refuse the whole answer, the others take half of
// one for a whole one.
type scanner struct {
	text    []byte
	at      int
	depth   int
	escapes bool   // the last string has escapes
	wrong   string // says what is no JSON; empty: nothing so far
}

// fail ends the walk: nothing is left of the text.
func (s *scanner) fail(problem string) {
	if s.wrong == "" {
		s.wrong = problem
	}
	s.at = len(s.text)
}

// failAt fails because of the next character, whatever is expected there.
func (s *scanner) failAt(where string) {
	if s.at >= len(s.text) {
		s.fail("unexpected end of JSON input")
		return
	}
	c, _ := utf8.DecodeRune(s.text[s.at:])
	s.fail(fmt.Sprintf("invalid character %q %s", c, where))
}

// next skips space and returns the next byte without going past it; 0 at the end.
func (s *scanner) next() byte {
	if s.at < len(s.text) && s.text[s.at] > ' ' {
		return s.text[s.at]
	}
	return s.nextAfterSpace()
}

func (s *scanner) nextAfterSpace() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// enter goes past the bracket that begins an object or a list.
func (s *scanner) enter() {
	s.at++
	if s.depth++; s.depth > maxDepth {
		s.fail(fmt.Sprintf("objects and lists are nested more than %d deep", maxDepth))
	}
}

// more goes to the next element of an object or a list, and past the bracket that ends it if
// there is none.
func (s *scanner) more(end byte) bool {
	c := s.next()
	for c == ',' {
		s.at++
		c = s.next()
	}
	switch {
	case s.at >= len(s.text):
		s.failAt("")
		return false
	case c == end:
		s.at++
		s.depth--
		return false
	}
	return true
}

// value goes past a value and returns it. It is empty if there is none, or if it is no whole one.
func (s *scanner) value() []byte {
	c := s.next()
	begin := s.at
	switch c {
	case '"':
		s.quoted()
	case '{':
		for s.enter(); s.more('}'); {
			s.key()
			s.valueOf()
		}
	case '[':
		for s.enter(); s.more(']'); {
			s.value()
		}
	default:
		s.word()
	}
	if s.wrong != "" {
		return nil
	}
	return s.text[begin:s.at]
}

// valueOf goes past the value of a key and returns it. It is empty if there is none.
func (s *scanner) valueOf() []byte {
	if c := s.next(); c == ',' || c == '}' {
		return nil
	}
	return s.value()
}

// object goes past an object, which is next, and appends its members.
func (s *scanner) object(members object) object {
	for s.enter(); s.more('}'); {
		key := s.key()
		members = append(members, member{key, s.valueOf()})
	}
	return members
}

// key goes past the key of a member and its colon, and returns the text of the key.
func (s *scanner) key() []byte {
	if s.text[s.at] != '"' {
		s.failAt("looking for beginning of object key string")
		return nil
	}
	key, escapes := s.quoted(), s.escapes
	if s.next() != ':' {
		s.failAt("after object key")
		return nil
	}
	s.at++
	if escapes {
		return []byte(lenientText(key))
	}
	return key[1 : len(key)-1]
}

// quoted goes past a string, which is next, and returns it with its quotes.
func (s *scanner) quoted() []byte {
	text := s.text[s.at:]
	s.escapes = false
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			s.at += i + 1
			return text[:i+1]
		case '\\':
			s.escapes = true
			i++
		}
	}
	s.at = len(s.text)
	s.failAt("")
	return nil
}

// word goes past a number, or true, false or null, or what stands in their place.
func (s *scanner) word() {
	text := s.text[s.at:]
	n := 0
	for n < len(text) && isOfWord(text[n]) {
		n++
	}
	if n == 0 {
		s.failAt("looking for beginning of value")
		return
	}
	s.at += n
}

// isOfWord reports whether a byte may be part of a number, of true, false and null, or of
// what stands in their place.
func isOfWord(c byte) bool {
	return c-'0' < 10 || c|0x20-'a' < 26 || c == '.' || c == '-' || c == '+' || c == '_'
}
