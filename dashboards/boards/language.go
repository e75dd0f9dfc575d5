package boards

import (
	"fmt"
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

// other returns the other language.
func (l language) other() language {
	if l == english {
		return chinese
	}
	return english
}

// text returns a text in the language. Every text that users see is written once, in
// both languages side by side.
func (l language) text(inEnglish, inChinese string) string {
	if l == chinese {
		return inChinese
	}
	return inEnglish
}

// textf returns a text of the language with values in it, as fmt.Sprintf does.
func (l language) textf(inEnglish, inChinese string, values ...any) string {
	return fmt.Sprintf(l.text(inEnglish, inChinese), values...)
}

// uid returns the uid of a dashboard in the language.
func (l language) uid(name string) string {
	if l == english {
		return name
	}
	return name + "-" + strings.ToLower(string(l))
}

// hours is the unit of a number of hours. Grafana's own units of time are in English
// everywhere.
func (l language) hours() string { return l.text("suffix: h", "suffix: 小时") }

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

// value is a name that WeChat sends, with its meaning in English and its color.
type value struct{ name, english, color string }

const gray = "#808080"

// values returns the names of a dimension that has the same few names everywhere.
func values(dimension string) []value {
	unknown := value{"未知", "unknown", gray}
	switch dimension {
	case "gender":
		return []value{{"男", "male", "blue"}, {"女", "female", "purple"}, unknown}
	case "platform":
		return []value{{"iPhone", "iPhone", "blue"}, {"Android", "Android", "green"}, {"android", "Android", "green"}, {"其他", "other", gray}}
	case "age":
		return []value{
			{"17岁以下", "up to 17", "super-light-blue"},
			{"18-24岁", "18–24", "blue"},
			{"25-29岁", "25–29", "green"},
			{"30-39岁", "30–39", "yellow"},
			{"40-49岁", "40–49", "orange"},
			{"50岁以上", "50 and over", "red"},
			unknown,
		}
	default:
		return nil
	}
}

// namedBrands shows the series of brands in the language, as far as their names differ in it.
func (l language) namedBrands(p *grafana.Panel) *grafana.Panel {
	for _, brand := range [][2]string{
		{"苹果", "Apple"},
		{"华为", "Huawei"},
		{"荣耀", "Honor"},
		{"小米", "Xiaomi"},
		{"红米", "Redmi"},
		{"三星", "Samsung"},
		{"一加", "OnePlus"},
		{"真我", "realme"},
		{"魅族", "Meizu"},
		{"联想", "Lenovo"},
		{"中兴", "ZTE"},
		{"努比亚", "nubia"},
	} {
		for _, name := range brand {
			p.Override(name, property("displayName", l.text(brand[1], brand[0])))
		}
	}
	return p
}

// value returns a name of WeChat's in the language. Names that differ in capitals only are
// one.
func (l language) value(v value) string {
	if strings.EqualFold(v.english, v.name) {
		return v.english
	}
	return l.text(v.english, v.name)
}

// mapped shows the names in a column of a table in the language.
func (l language) mapped(dimensions ...string) grafana.Property {
	var choices []grafana.Choice
	known := map[string]bool{}
	for _, dimension := range dimensions {
		for _, v := range values(dimension) {
			if !known[v.name] {
				choices = append(choices, grafana.Choice{Text: l.value(v), Value: v.name})
			}
			known[v.name] = true
		}
	}
	return grafana.Property{ID: "mappings", Value: grafana.ValueMappings(choices...)}
}

// displayed shows the series of a dimension's names in the language, and each name in the
// same color on every panel.
func (l language) displayed(p *grafana.Panel, dimension string) *grafana.Panel {
	for _, v := range values(dimension) {
		p.Override(v.name,
			grafana.Property{ID: "displayName", Value: l.value(v)},
			grafana.Property{ID: "color", Value: grafana.Color{Mode: "fixed", FixedColor: v.color}})
	}
	return p
}
