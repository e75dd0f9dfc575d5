package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// foreign returns text from outside, such as names and messages of WeChat, as HTML: in an
// element that keeps its direction from its surroundings, with marks that cannot be seen
// or that change the direction shown as U+202E and the like.
func foreign(text string) template.HTML {
	var b strings.Builder
	b.WriteString("<bdi>")
	plain := 0
	for i, r := range text {
		if !isMark(r) {
			continue
		}
		template.HTMLEscape(&b, []byte(text[plain:i]))
		fmt.Fprintf(&b, `<span class="mark">%U</span>`, r)
		plain = i + len(string(r))
	}
	template.HTMLEscape(&b, []byte(text[plain:]))
	b.WriteString("</bdi>")
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// visible returns text from outside for places that hold no elements, such as a title.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if isMark(r) {
			fmt.Fprintf(&b, "%U", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isMark reports whether a character is a control character, a mark of the direction, or
// another one that cannot be seen. A space is none.
func isMark(r rune) bool {
	return r != ' ' && (!unicode.IsPrint(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector)) ||
		r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0' // fillers, which are letters without a shape
}

// grouped returns a number with separators between the thousands.
func grouped(n int64) string {
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

// minute returns a time to the minute, in Asia/Shanghai like the days of the data.
func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return wechat.InShanghai(t).Format("2006-01-02 15:04")
}

// span returns how long a time lasts, in its two largest units.
func span(d time.Duration, language wechat.Language) string {
	units := wechat.Text{English: "d h min", Chinese: "天 小时 分钟"}.In(language)
	names := strings.Fields(units)
	space := wechat.Text{English: " "}.In(language)
	minutes := int(max(0, d) / time.Minute)
	join := func(large int, largeName string, small int, smallName string) string {
		text := strconv.Itoa(large) + space + largeName
		if small > 0 {
			text += " " + strconv.Itoa(small) + space + smallName
		}
		return text
	}
	switch {
	case minutes >= 24*60:
		return join(minutes/(24*60), names[0], minutes/60%24, names[1])
	case minutes >= 60:
		return join(minutes/60, names[1], minutes%60, names[2])
	default:
		return join(minutes, names[2], 0, "")
	}
}

// rangeName returns a range in words.
func rangeName(length wechat.Range, language wechat.Language) string {
	if length == wechat.Range1Day {
		return wechat.Text{English: "1 day", Chinese: "1 天"}.In(language)
	}
	return strconv.Itoa(int(length)) + wechat.Text{English: " days", Chinese: " 天"}.In(language)
}
