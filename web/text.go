package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// foreign returns text from outside, such as names and messages of WeChat, as HTML: in an
// element that keeps its direction from its surroundings, with marks that cannot be seen
// or that change the direction shown as U+202E and the like. Paths break behind their slashes before
// they break inside a word.
func foreign(text string) template.HTML {
	var b strings.Builder
	b.WriteString("<bdi>")
	plain := 0
	for i, r := range text {
		end := i + len(string(r))
		switch {
		case isMark(r):
			template.HTMLEscape(&b, []byte(text[plain:i]))
			fmt.Fprintf(&b, `<span class="mark">%U</span>`, r)
		case separates(text, i):
			template.HTMLEscape(&b, []byte(text[plain:end]))
			b.WriteString("<wbr>")
		default:
			continue
		}
		plain = end
	}
	template.HTMLEscape(&b, []byte(text[plain:]))
	b.WriteString("</bdi>")
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// separates reports whether a byte is the slash between two parts of a path, and none of those of
// https://.
func separates(text string, i int) bool {
	return text[i] == '/' && i > 0 && i+1 < len(text) && text[i-1] != '/' && text[i+1] != '/'
}

// longestShown is how many characters of a name a page shows.
const longestShown = 80

// shortened returns as much of a name as a page shows.
func shortened(name string) string { return cut(name, longestShown) }

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

// minute returns a time to the minute, in Asia/Shanghai like the days of the data.
func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return wechat.InShanghai(t).Format("2006-01-02 15:04")
}

// span returns how long a time lasts, in its two largest units.
func span(d time.Duration, language text.Language) string {
	units := language.Say("d h min", "天 小时 分钟")
	names := strings.Fields(units)
	minutes := int(max(0, d) / time.Minute)
	join := func(large int, largeName string, small int, smallName string) string {
		text := strconv.Itoa(large) + " " + largeName
		if small > 0 {
			text += " " + strconv.Itoa(small) + " " + smallName
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

// weekday returns the name of the day of the week.
func weekday(day wechat.Day, language text.Language) string {
	of := day.Begin().Weekday()
	return language.Say(of.String(), "周"+string([]rune("日一二三四五六")[of]))
}

// shortDay returns a day of this year in few letters.
func shortDay(day wechat.Day, language text.Language) string {
	return language.Say(weekday(day, text.English)[:3], weekday(day, text.Chinese)) + " " + day.DateOnly()[5:]
}

// seconds returns how long people stayed.
func seconds(f float64, language text.Language) string {
	whole := int(f + 0.5)
	switch {
	case whole < 60:
		return strconv.FormatFloat(f, 'f', 1, 64) + language.Say(" s", " 秒")
	case whole%60 == 0:
		return language.Say("%d min", "%d 分钟", whole/60)
	}
	return language.Say("%d min %d s", "%d 分 %d 秒", whole/60, whole%60)
}

// rangeName returns a range in words.
func rangeName(length wechat.Range, language text.Language) string {
	if length == wechat.Range1Day {
		return language.Say("1 day", "1 天")
	}
	return strconv.Itoa(int(length)) + language.Say(" days", " 天")
}
