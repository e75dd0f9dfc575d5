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

// TimeSeries is lines over time, in the colors of the palette by their order. A line of
// one value is a point.
func TimeSeries(title, description string, targets ...Target) *Panel {
	return newPanel("timeseries", title, description, Options{
		"legend":  Options{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []string{}},
		"tooltip": Options{"mode": "multi", "sort": "desc"},
	}, targets).
		FieldOption("drawStyle", "line").
		FieldOption("lineWidth", 2).
		FieldOption("fillOpacity", 0).
		FieldOption("showPoints", "auto").
		FieldOption("pointSize", 5).
		FieldOption("spanNulls", true).
		FieldOption("stacking", Options{"mode": "none", "group": "A"}).
		Colored("palette-classic")
}

// Stacked stacks the lines.
func (p *Panel) Stacked() *Panel {
	return p.FieldOption("stacking", Options{"mode": "normal", "group": "A"}).
		FieldOption("fillOpacity", 50).
		FieldOption("lineWidth", 1)
}

// Bars draws bars instead of lines.
func (p *Panel) Bars() *Panel {
	return p.Stacked().FieldOption("drawStyle", "bars").FieldOption("fillOpacity", 70).
		FieldOption("lineWidth", 0).FieldOption("spanNulls", false).
		FieldOption("barAlignment", 1) // a bar begins at the time that it is for
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

// Table is a table in pages, sorted by a column, largest value first if desc.
func Table(title, description, sortBy string, desc bool, targets ...Target) *Panel {
	return newPanel("table", title, description, Options{
		"showHeader": true,
		"cellHeight": "sm",
		"sortBy":     []Options{{"displayName": sortBy, "desc": desc}},
		"footer":     Options{"show": false, "reducer": []string{}, "enablePagination": true},
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
	}, targets).Colored("thresholds").FieldOption("fillOpacity", 80)
}

// AlertList lists the alerts that fire or are about to, by a part of their name.
func AlertList(title, description, name, none string) *Panel {
	p := newPanel("alertlist", title, description, Options{
		"viewMode": "list", "groupMode": "default", "groupBy": []string{}, "maxItems": 20, "sortOrder": 3,
		"dashboardAlerts": false, "alertName": name, "alertInstanceLabelFilter": "",
		"showInstances": true,
		"stateFilter":   Options{"firing": true, "pending": true, "error": true, "noData": false, "normal": false, "recovering": true},
	}, nil).NoValue(none)
	p.Datasource = nil
	return p
}

// emptyTile is a transparent image. In place of an empty address, Grafana would ask another
// company for tiles.
const emptyTile = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

// MarkerMap is a map with a marker for each row of a table. The columns latitude and
// longitude say where it is, label is its label, radius its size, and value its color.
// The outlines of the countries come with Grafana, so that no server of tiles is needed.
func MarkerMap(title, description, value, radius, label string, targets ...Target) *Panel {
	style := Options{
		"size":    Options{"field": radius, "min": 3, "max": 26, "fixed": 6},
		"color":   Options{"field": value, "fixed": "dark-green"},
		"opacity": 0.6,
		"symbol":  Options{"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
		"text":    Options{"mode": "field", "field": label, "fixed": ""},
		"textConfig": Options{
			"fontSize": 11, "offsetX": 0, "offsetY": 0, "textAlign": "center", "textBaseline": "middle",
		},
	}
	return newPanel("geomap", title, description, Options{
		"view":     Options{"id": "fit", "lat": 36, "lon": 104, "zoom": 4, "allLayers": false, "lastOnly": false, "layer": value, "padding": 8},
		"basemap":  Options{"type": "xyz", "name": "none", "config": Options{"url": emptyTile}},
		"controls": Options{"showZoom": true, "mouseWheelZoom": false, "showAttribution": true},
		"tooltip":  Options{"mode": "details"},
		"layers": []Options{
			{
				"type": "geojson",
				"name": "outlines",
				"config": Options{
					"src": "maps/countries.geojson", "rules": []Options{},
					"style": Options{"color": Options{"fixed": "#444"}, "opacity": 0.35, "lineWidth": 1},
				},
			},
			{
				"type":     "markers",
				"name":     value,
				"location": Options{"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
				"tooltip":  true,
				"config":   Options{"showLegend": true, "style": style},
			},
		},
	}, targets).Colored("continuous-BlPu").
		Transform("convertFieldType", Options{
			"conversions": []Options{
				{"targetField": "latitude", "destinationType": "number"},
				{"targetField": "longitude", "destinationType": "number"},
			},
			"fields": Options{},
		})
}
