package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

func column(field, heading string, properties ...grafana.Property) grafana.Column {
	return grafana.Column{Field: field, Heading: heading, Properties: properties}
}

func unit(name string) grafana.Property { return grafana.Property{ID: "unit", Value: name} }

func decimals(n int) grafana.Property { return grafana.Property{ID: "decimals", Value: n} }

func width(pixels int) grafana.Property {
	return grafana.Property{ID: "custom.width", Value: pixels}
}

// bar draws the values of a column as bars, scaled to the largest of them.
func bar(unitName string) []grafana.Property {
	return []grafana.Property{
		unit(unitName),
		decimals(1),
		{ID: "min", Value: 0},
		{ID: "fieldMinMax", Value: true},
		{ID: "color", Value: grafana.Color{Mode: "continuous-BlPu"}},
		{ID: "custom.cellOptions", Value: grafana.Options{"type": "gauge", "mode": "basic"}},
	}
}

// colored paints the cells of a column by thresholds.
func colored(base string, steps ...grafana.Step) []grafana.Property {
	all := append([]grafana.Step{{Color: base}}, steps...)
	return []grafana.Property{
		{ID: "thresholds", Value: grafana.Thresholds{Mode: "absolute", Steps: all}},
		{ID: "color", Value: grafana.Color{Mode: "thresholds"}},
		{ID: "custom.cellOptions", Value: grafana.Options{"type": "color-text"}},
	}
}

// changeColumn shows a change: red when it is a fall, green when it is a rise.
func changeColumn(field, heading string) grafana.Column {
	return column(field, heading, append(colored("red", grafana.At(-0.1, "orange"), grafana.At(0, "green")),
		unit("percentunit"), decimals(1))...)
}

// dayColumn shows the day that the data is for.
func dayColumn(field, heading string) grafana.Column {
	return column(field, heading, unit("time:YYYY-MM-DD ddd"))
}

// sameColors gives the names that WeChat sends the same color on every panel.
func sameColors(p *grafana.Panel, dimension string) *grafana.Panel {
	switch dimension {
	case "gender":
		return p.FixedColors([2]string{"男", "blue"}, [2]string{"女", "purple"}, [2]string{"未知", "#808080"})
	case "platform":
		return p.FixedColors([2]string{"iPhone", "blue"}, [2]string{"Android", "green"}, [2]string{"android", "green"}, [2]string{"其他", "#808080"})
	case "age":
		return p.FixedColors(
			[2]string{"17岁以下", "light-blue"}, [2]string{"18-24岁", "blue"}, [2]string{"25-29岁", "green"},
			[2]string{"30-39岁", "yellow"}, [2]string{"40-49岁", "orange"}, [2]string{"50岁以上", "red"}, [2]string{"未知", "#808080"})
	}
	return p
}

// noLastWeek is the text where there is nothing to compare with yet.
func noLastWeek(l language) string {
	return l.text("no data for the same weekday last week", "没有上周同一天的数据")
}

// changePanel shows a change of each app.
func changePanel(title, description, query string) *grafana.Panel {
	return grafana.Stat(title, description, grafana.Now(query, "{{app}}")).
		Unit("percentunit").Decimals(1).
		Thresholds("red", grafana.At(-0.1, "orange"), grafana.At(0, "green"))
}
