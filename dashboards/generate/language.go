package main

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

// say returns the text in the language. Every text that people see is written here
// once, in both.
func (l language) say(inEnglish, inChinese string) string {
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

// fileName returns the file of a dashboard.
func fileName(board *grafana.Dashboard, l language) string {
	if l == english {
		return board.UID + ".json"
	}
	return strings.TrimSuffix(board.UID, "-"+strings.ToLower(string(l))) + "." + string(l) + ".json"
}

// dashboards returns all dashboards in the language.
func dashboards(l language) []*grafana.Dashboard {
	return []*grafana.Dashboard{portrait(l), fleet(l), exporter(l)}
}

// dimension returns the word for a dimension.
func (l language) dimension(dimension string) string {
	switch dimension {
	case "province":
		return l.say("Province", "省份")
	case "city":
		return l.say("City", "城市")
	case "gender":
		return l.say("Gender", "性别")
	case "age":
		return l.say("Age", "年龄")
	case "platform":
		return l.say("Platform", "平台")
	default:
		return l.say("Device", "机型")
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
