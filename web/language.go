package web

import (
	"net/http"
	"strconv"
	"strings"

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
	best, preferred := text.English, 0.0
	for _, item := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(item), ";")
		quality := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		language := text.Language(primary)
		if (language == text.English || language == text.Chinese) && quality > preferred {
			best, preferred = language, quality
		}
	}
	return best
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
