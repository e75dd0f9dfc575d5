package web

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"github.com/wxapp-exporter/wxapp_exporter/text"
)

// languageOf returns the language in which a page is shown: that of the parameter lang,
// else the one that the browser prefers, else English.
func languageOf(r *http.Request) text.Language {
	switch lang := r.URL.Query().Get("lang"); {
	case strings.HasPrefix(strings.ToLower(lang), "zh"):
		return text.Chinese
	case lang != "":
		return text.English
	}
	preferred, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return text.English
	}
	// The first is for those who prefer neither. Readers of traditional Chinese prefer the
	// simplified one to English.
	written := []language.Tag{language.English, language.SimplifiedChinese, language.TraditionalChinese}
	if _, index, _ := language.NewMatcher(written).Match(preferred...); index > 0 {
		return text.Chinese
	}
	return text.English
}

// inEnglish returns the English name of a value that WeChat names in Chinese, or the value
// itself.
func inEnglish(value string) string {
	switch value {
	case "男":
		return "Male"
	case "女":
		return "Female"
	case "未知":
		return "Unknown"
	case "其他":
		return "Other"
	case "17岁以下":
		return "17 and under"
	case "50岁以上":
		return "50 and over"
	}
	if years, ok := strings.CutSuffix(value, "岁"); ok {
		return years
	}
	return value
}
