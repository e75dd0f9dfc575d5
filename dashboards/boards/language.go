package boards

import (
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
)

// language is a language that the dashboards are written in, as a tag of BCP 47.
type language string

const (
	english language = "en"
	chinese language = "zh-CN"
)

func languages() []language { return []language{english, chinese} }

// text returns a text in the language. Every text that users see is written once, in
// both languages side by side.
func (l language) text(inEnglish, inChinese string) string {
	if l == chinese {
		return inChinese
	}
	return inEnglish
}

// uid returns the uid of a dashboard in the language.
func (l language) uid(name string) string {
	if l == english {
		return name
	}
	return name + "-" + strings.ToLower(string(l))
}

// dimension returns the word for a dimension.
func (l language) dimension(dimension string) string {
	switch dimension {
	case "province":
		return l.text("Province", "省份")
	case "city":
		return l.text("City", "城市")
	case "gender":
		return l.text("Gender", "性别")
	case "age":
		return l.text("Age", "年龄")
	case "platform":
		return l.text("Platform", "平台")
	default:
		return l.text("Device", "机型")
	}
}

// dimensions returns the words for all dimensions.
func (l language) dimensions() []grafana.Choice {
	var choices []grafana.Choice
	for _, dimension := range []string{"province", "city", "gender", "age", "platform", "device"} {
		choices = append(choices, grafana.Choice{Text: l.dimension(dimension), Value: dimension})
	}
	return choices
}
