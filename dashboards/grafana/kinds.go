package grafana

func lastValue() Options {
	return Options{"calcs": []string{"lastNotNull"}, "fields": "", "values": false}
}

func noLegend() Options {
	return Options{"showLegend": false, "displayMode": "list", "placement": "bottom", "calcs": []string{}}
}

// Stat is big numbers, one for each series.
func Stat(title, description string, targets ...Target) *Panel {
	return newPanel("stat", title, description, Options{
		"reduceOptions": lastValue(),
		"colorMode":     "value",
		"graphMode":     "none",
		"justifyMode":   "auto",
		"orientation":   "auto",
		"textMode":      "auto",
	}, targets).Thresholds("text")
}

// TimeSeries is lines over time, drawn through gaps of up to two days.
func TimeSeries(title, description string, targets ...Target) *Panel {
	return newPanel("timeseries", title, description, Options{
		"legend":  Options{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []string{}},
		"tooltip": Options{"mode": "multi", "sort": "desc"},
	}, targets).
		FieldOption("drawStyle", "line").
		FieldOption("lineWidth", 2).
		FieldOption("fillOpacity", 0).
		FieldOption("showPoints", "auto").
		FieldOption("spanNulls", true).
		FieldOption("stacking", Options{"mode": "none", "group": "A"}).
		Colored("palette-classic-by-name")
}

// Stacked stacks the lines.
func (p *Panel) Stacked() *Panel {
	return p.FieldOption("stacking", Options{"mode": "normal", "group": "A"}).
		FieldOption("fillOpacity", 50).
		FieldOption("lineWidth", 1)
}

// Bars draws bars instead of lines.
func (p *Panel) Bars() *Panel {
	return p.Stacked().FieldOption("drawStyle", "bars").FieldOption("fillOpacity", 70)
}

// BarGauge is a list of horizontal bars, one for each series.
func BarGauge(title, description string, targets ...Target) *Panel {
	return newPanel("bargauge", title, description, Options{
		"orientation":   "horizontal",
		"displayMode":   "gradient",
		"reduceOptions": lastValue(),
		"showUnfilled":  true,
		"valueMode":     "color",
		"namePlacement": "auto",
		"sizing":        "auto",
		"minVizHeight":  16,
		"minVizWidth":   8,
		"maxVizHeight":  300,
	}, targets)
}

// BarChart is bars, one for each row of a table, with the column x as their names.
func BarChart(title, description, x string, targets ...Target) *Panel {
	return newPanel("barchart", title, description, Options{
		"orientation":        "auto",
		"xField":             x,
		"showValue":          "auto",
		"stacking":           "none",
		"barWidth":           0.8,
		"groupWidth":         0.7,
		"xTickLabelRotation": 0,
		"legend":             noLegend(),
		"tooltip":            Options{"mode": "single", "sort": "none"},
	}, targets)
}

// Donut is a ring of shares, one for each series, with values and shares in its
// legend.
func Donut(title, description string, targets ...Target) *Panel {
	return newPanel("piechart", title, description, Options{
		"pieType":       "donut",
		"displayLabels": []string{"name", "percent"},
		"reduceOptions": lastValue(),
		"legend": Options{
			"showLegend": true, "displayMode": "table", "placement": "bottom",
			"values": []string{"value", "percent"},
		},
		"tooltip": Options{"mode": "single", "sort": "none"},
	}, targets).Colored("palette-classic-by-name")
}

// Table is a table sorted by a column, largest value first if desc.
func Table(title, description, sortBy string, desc bool, targets ...Target) *Panel {
	return newPanel("table", title, description, Options{
		"showHeader": true,
		"cellHeight": "sm",
		"sortBy":     []Options{{"displayName": sortBy, "desc": desc}},
	}, targets)
}

// StateTimeline is a band for each series that shows its value over time by color.
func StateTimeline(title, description string, targets ...Target) *Panel {
	return newPanel("state-timeline", title, description, Options{
		"mergeValues": true,
		"showValue":   "never",
		"alignValue":  "left",
		"rowHeight":   0.8,
		"legend":      noLegend(),
		"tooltip":     Options{"mode": "single", "sort": "none"},
	}, targets)
}

// MarkerMap is a map with a marker for each row of a table. The columns latitude and
// longitude say where it is, name is its label, and value its size and color.
func MarkerMap(title, description, value string, targets ...Target) *Panel {
	style := Options{
		"size":    Options{"field": value, "min": 4, "max": 30, "fixed": 6},
		"color":   Options{"field": value, "fixed": "dark-green"},
		"opacity": 0.6,
		"symbol":  Options{"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
		"text":    Options{"mode": "field", "field": "name", "fixed": ""},
		"textConfig": Options{
			"fontSize": 10, "offsetX": 0, "offsetY": 0, "textAlign": "center", "textBaseline": "middle",
		},
	}
	return newPanel("geomap", title, description, Options{
		"view":     Options{"id": "fit", "lat": 35, "lon": 105, "zoom": 4, "allLayers": true, "padding": 8},
		"basemap":  Options{"type": "default", "name": "Basemap", "config": Options{}},
		"controls": Options{"showZoom": true, "mouseWheelZoom": false, "showAttribution": true},
		"tooltip":  Options{"mode": "details"},
		"layers": []Options{{
			"type":     "markers",
			"name":     value,
			"location": Options{"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
			"tooltip":  true,
			"config":   Options{"showLegend": true, "style": style},
		}},
	}, targets).Colored("continuous-BlPu").
		Transform("convertFieldType", Options{
			"conversions": []Options{
				{"targetField": "latitude", "destinationType": "number"},
				{"targetField": "longitude", "destinationType": "number"},
			},
			"fields": Options{},
		})
}
