// Package text holds what people read in two languages: the pair of texts, the choice of
// one of them, and numbers.
package text

import (
	"fmt"
	"strconv"
)

// Language is a language of texts for people.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Say returns the one of two texts that is in the language, the English one for unknown
// languages. With values it is a format as of fmt.Sprintf.
func (l Language) Say(english, chinese string, values ...any) string {
	chosen := english
	if l == Chinese {
		chosen = chinese
	}
	if len(values) == 0 {
		return chosen
	}
	return fmt.Sprintf(chosen, values...)
}

// Both is a text in both languages.
type Both struct{ English, Chinese string }

// In returns the text in a language, in English for unknown ones.
func (b Both) In(language Language) string { return language.Say(b.English, b.Chinese) }

// Grouped returns a number with commas between its thousands, as both languages write it.
func Grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Plural returns a number with its English noun.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(int64(n)) + " " + noun + "s"
}
