package boards

import "github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"

func property(id string, value any) grafana.Property { return grafana.Property{ID: id, Value: value} }

// fixed gives a series a color of its own.
func fixed(color string) grafana.Property {
	return property("color", grafana.Color{Mode: "fixed", FixedColor: color})
}

// lineAmongBars draws a series as a line on a panel of stacked bars.
func lineAmongBars(more ...grafana.Property) []grafana.Property {
	return append([]grafana.Property{
		property("custom.drawStyle", "line"),
		property("custom.fillOpacity", 0),
		property("custom.stacking", grafana.Options{"mode": "none", "group": "B"}),
		property("custom.lineInterpolation", "stepAfter"),
	}, more...)
}

// dashed draws a series to compare bars with.
func dashed() []grafana.Property {
	return lineAmongBars(
		property("custom.lineWidth", 2),
		property("custom.lineStyle", grafana.Options{"fill": "dash", "dash": []int{6, 6}}),
		fixed(neutral))
}
