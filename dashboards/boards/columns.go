package boards

import (
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
)

// column is a column of a table of so many pixels; 0 takes what the others leave.
func column(field, heading string, width int, properties ...grafana.Property) grafana.Column {
	return grafana.Column{Field: field, Heading: heading, Width: width, Properties: properties}
}

func unit(name string) grafana.Property { return grafana.Property{ID: "unit", Value: name} }

func decimals(n int) grafana.Property { return grafana.Property{ID: "decimals", Value: n} }

// mappings shows texts instead of single values.
func mappings(choices ...grafana.Choice) grafana.Property {
	return grafana.Property{ID: "mappings", Value: grafana.ValueMappings(choices...)}
}

// field is a field of a table that is drawn in another way.
func field(name, heading string) grafana.Column { return grafana.Column{Field: name, Heading: heading} }

// appidColumn keeps the appid for links without showing it.
func appidColumn() grafana.Column {
	return column("appid", "appid", 10, grafana.Property{ID: "custom.hidden", Value: true})
}

// bars draws the values of a column as bars, scaled to the largest of them.
func bars() []grafana.Property {
	return []grafana.Property{
		unit("percentunit"),
		{ID: "min", Value: 0},
		{ID: "fieldMinMax", Value: true},
		{ID: "color", Value: grafana.Color{Mode: "continuous-BlPu"}},
		{ID: "custom.cellOptions", Value: grafana.Options{"type": "gauge", "mode": "basic", "valueDisplayMode": "hidden"}},
	}
}

// colored paints the text of the cells of a column by thresholds.
func colored(base string, steps ...grafana.Step) []grafana.Property {
	return painted("color-text", base, steps...)
}

// filled paints the cells of a column by thresholds.
func filled(base string, steps ...grafana.Step) []grafana.Property {
	return painted("color-background", base, steps...)
}

func painted(cell, base string, steps ...grafana.Step) []grafana.Property {
	all := append([]grafana.Step{{Color: base}}, steps...)
	return []grafana.Property{
		{ID: "thresholds", Value: grafana.Thresholds{Mode: "absolute", Steps: all}},
		{ID: "color", Value: grafana.Color{Mode: "thresholds"}},
		{ID: "custom.cellOptions", Value: grafana.Options{"type": cell}},
	}
}

// neutral is the color of what is neither good nor bad, and of a text that stands where
// there is no value: Grafana shows such a text in the color of the lowest threshold.
const neutral = "text"

// changeSteps are the colors of a change. Up to 5% either way is no news.
func changeSteps() []grafana.Step {
	return []grafana.Step{grafana.At(-1, "red"), grafana.At(-0.05, neutral), grafana.At(0.05, "green")}
}

// changeColumn shows a change.
func changeColumn(field, heading string, width int) grafana.Column {
	return column(field, heading, width, append(colored(neutral, changeSteps()...), unit("percentunit"), decimals(1))...)
}

// otherWeekday shows a change against another weekday, which is neither good nor bad.
func otherWeekday(field, heading string, width int) grafana.Column {
	return column(field, heading, width, unit("percentunit"), decimals(1))
}

// dayColumn shows a day.
func dayColumn(field, heading string, width int) grafana.Column {
	return column(field, heading, width, unit("time:YYYY-MM-DD"))
}

// shareColumns show a share as a number and, once more, as a bar. In one cell the number would cover
// the end of the bar, so that all large ones looked alike.
func shareColumns(l language, number string) []grafana.Column {
	return []grafana.Column{
		column(number, l.text("Share", "占比"), 70, unit("percentunit"), decimals(1)),
		column(bar, l.text("Bar", "图示"), 80, bars()...),
	}
}

// bar is the field of the bars.
const bar = "bar"

// appColumn shows the name of an app, with a link to its portrait. It takes the width that the
// others leave.
func appColumn(l language, params ...string) grafana.Column {
	return column("app", l.text("App", "小程序"), 0, grafana.Property{ID: "links", Value: []grafana.Options{{
		"title": l.text("Portrait", "用户画像"),
		"url":   "/d/" + l.uid("wxapp-portrait") + "?var-appid=${__data.fields.appid}&${datasource:queryparam}&${job:queryparam}&${__url_time_range}" + strings.Join(params, ""),
	}}})
}

// chosenParams carry over what is chosen on a board that has these variables.
const chosenParams = "&${metric:queryparam}&${range:queryparam}"
