package grafana

import (
	"regexp"
	"strconv"
)

// Panel is a panel or the heading of a row.
type Panel struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description,omitempty"`
	GridPos         *GridPos         `json:"gridPos"`
	Collapsed       *bool            `json:"collapsed,omitempty"` // of a row only
	Panels          *[]*Panel        `json:"panels,omitempty"`    // of a row only
	Datasource      *Datasource      `json:"datasource,omitempty"`
	Interval        string           `json:"interval,omitempty"`
	TimeFrom        string           `json:"timeFrom,omitempty"` // shown instead of the time of the dashboard
	Targets         []Target         `json:"targets,omitempty"`
	Transformations []Transformation `json:"transformations,omitempty"`
	Options         Options          `json:"options,omitempty"`
	FieldConfig     *FieldConfig     `json:"fieldConfig,omitempty"`
	Links           []PanelLink      `json:"links,omitempty"`
	alerts          []string         // that this panel shows more about
}

// PanelLink is a link in the corner of a panel.
type PanelLink struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// GridPos is where a panel is, in columns of 24 and rows of 30 pixels.
type GridPos struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Options are settings in the form that a kind of panel defines.
type Options map[string]any

// Transformation changes the answers before they are shown.
type Transformation struct {
	ID      string   `json:"id"`
	Options Options  `json:"options"`
	Filter  *Matcher `json:"filter,omitempty"` // of the queries; nil: all
}

// FieldConfig is how values are shown.
type FieldConfig struct {
	Defaults  Defaults   `json:"defaults"`
	Overrides []Override `json:"overrides"`
}

// Defaults is how all values are shown, except where an override says otherwise.
type Defaults struct {
	Unit        string      `json:"unit,omitempty"`
	Decimals    *int        `json:"decimals,omitempty"`
	Min         *float64    `json:"min,omitempty"`
	Max         *float64    `json:"max,omitempty"`
	FieldMinMax bool        `json:"fieldMinMax,omitempty"`
	NoValue     string      `json:"noValue,omitempty"`
	Color       *Color      `json:"color,omitempty"`
	Thresholds  *Thresholds `json:"thresholds,omitempty"`
	Mappings    []Mapping   `json:"mappings,omitempty"`
	Custom      Options     `json:"custom,omitempty"`
}

// Color is where the color of a value comes from.
type Color struct {
	Mode       string `json:"mode"`
	FixedColor string `json:"fixedColor,omitempty"`
}

// Thresholds are colors by value.
type Thresholds struct {
	Mode  string `json:"mode"`
	Steps []Step `json:"steps"`
}

// Step is the color from a value on. The first one has no value.
type Step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

// Mapping shows a text instead of a value.
type Mapping struct {
	Type    string  `json:"type"`
	Options Options `json:"options"`
}

// Override is how the values of one field are shown.
type Override struct {
	Matcher    Matcher    `json:"matcher"`
	Properties []Property `json:"properties"`
}

// Matcher selects fields.
type Matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

// Property is a setting of an override.
type Property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

// Target is a query.
type Target struct {
	RefID        string      `json:"refId"`
	Expr         string      `json:"expr"`
	LegendFormat string      `json:"legendFormat,omitempty"`
	Format       string      `json:"format"`
	Instant      bool        `json:"instant"`
	Range        bool        `json:"range"`
	EditorMode   string      `json:"editorMode"`
	Datasource   *Datasource `json:"datasource"`
}

// Now asks for the values at the end of the time shown.
func Now(expr, legend string) Target {
	return Target{Expr: expr, LegendFormat: legend, Format: "time_series", Instant: true}
}

// NowTable asks for the values at the end of the time shown, with the labels as
// columns.
func NowTable(expr string) Target {
	return Target{Expr: expr, Format: "table", Instant: true}
}

// Over asks for the values over the time shown.
func Over(expr, legend string) Target {
	return Target{Expr: expr, LegendFormat: legend, Format: "time_series", Range: true}
}

// OverTable asks for the values over the time shown, with a row for each time.
func OverTable(expr string) Target {
	return Target{Expr: expr, Format: "table", Range: true}
}

func newPanel(kind, title, description string, options Options, targets []Target) *Panel {
	for i := range targets {
		targets[i].RefID = string(rune('A' + i))
		targets[i].EditorMode = "code"
		targets[i].Datasource = chosenDatasource()
	}
	return &Panel{
		Type: kind, Title: title, Description: description, GridPos: &GridPos{},
		Datasource: chosenDatasource(), Targets: targets, Options: options,
		FieldConfig: &FieldConfig{Overrides: []Override{}},
	}
}

// Alerts says that this panel shows what alerts are about.
func (p *Panel) Alerts(names ...string) *Panel {
	p.alerts = append(p.alerts, names...)
	return p
}

// Link adds a link in the corner of the panel.
func (p *Panel) Link(title, url string) *Panel {
	p.Links = append(p.Links, PanelLink{Title: title, URL: url})
	return p
}

// Width sets the width in columns, of which a dashboard has 24.
func (p *Panel) Width(columns int) *Panel {
	p.GridPos.W = columns
	return p
}

// Unit sets the unit in Grafana's notation.
func (p *Panel) Unit(unit string) *Panel {
	p.FieldConfig.Defaults.Unit = unit
	return p
}

// Decimals sets the number of decimals.
func (p *Panel) Decimals(n int) *Panel {
	p.FieldConfig.Defaults.Decimals = &n
	return p
}

// Min sets the lower end of the scale.
func (p *Panel) Min(lowest float64) *Panel {
	p.FieldConfig.Defaults.Min = &lowest
	return p
}

// FromAnywhere lets the scale begin where the values do.
func (p *Panel) FromAnywhere() *Panel {
	p.FieldConfig.Defaults.Min = nil
	return p
}

// Max sets the upper end of the scale.
func (p *Panel) Max(highest float64) *Panel {
	p.FieldConfig.Defaults.Max = &highest
	return p
}

// NoValue sets the text that is shown when there is no value.
func (p *Panel) NoValue(text string) *Panel {
	p.FieldConfig.Defaults.NoValue = text
	return p
}

// Every sets the smallest step between two values over time.
func (p *Panel) Every(interval string) *Panel {
	p.Interval = interval
	return p
}

// Since shows a time of its own, such as 60d up to now, instead of that of the dashboard.
func (p *Panel) Since(length string) *Panel {
	p.TimeFrom = length
	return p
}

// Colored sets where the colors come from: a mode such as palette-classic-by-name.
func (p *Panel) Colored(mode string) *Panel {
	p.FieldConfig.Defaults.Color = &Color{Mode: mode}
	return p
}

// Fixed sets the one color.
func (p *Panel) Fixed(color string) *Panel {
	p.FieldConfig.Defaults.Color = &Color{Mode: "fixed", FixedColor: color}
	return p
}

// Thresholds sets the colors by value.
func (p *Panel) Thresholds(base string, steps ...Step) *Panel {
	p.FieldConfig.Defaults.Thresholds = thresholds(base, steps)
	return p
}

func thresholds(base string, steps []Step) *Thresholds {
	return &Thresholds{Mode: "absolute", Steps: append([]Step{{Color: base}}, steps...)}
}

// At is the step of a color that begins at a value.
func At(value float64, color string) Step { return Step{Color: color, Value: &value} }

// Transform adds a transformation.
func (p *Panel) Transform(id string, options Options) *Panel {
	p.Transformations = append(p.Transformations, Transformation{ID: id, Options: options})
	return p
}

// Renamed replaces what a regular expression finds in the names of series.
func (p *Panel) Renamed(regex, replacement string) *Panel {
	return p.Transform("renameByRegex", Options{"regex": regex, "renamePattern": replacement})
}

// Sparkline turns the answer over time of a query into a column of a table that is named
// "Trend #" and the query's letter.
func (p *Panel) Sparkline(query string) *Panel {
	p.Transformations = append(p.Transformations, Transformation{
		ID: "timeSeriesTable", Options: Options{}, Filter: &Matcher{ID: "byRefId", Options: query},
	})
	return p
}

// Joined joins the tables of all queries on a column.
func (p *Panel) Joined(column string) *Panel {
	return p.Transform("joinByField", Options{"byField": column, "mode": "outer"})
}

// Merged joins the tables of all queries on all columns that they have in common.
func (p *Panel) Merged() *Panel { return p.Transform("merge", Options{}) }

// Repeated adds to a table a field with the numbers of another one, to be shown in another way.
func (p *Panel) Repeated(field, name string) *Panel {
	return p.Transform("calculateField", Options{
		"mode": "reduceRow", "reduce": Options{"include": []string{field}, "reducer": "sum"},
		"alias": name, "replaceFields": false,
	})
}

// Option sets an option of this kind of panel.
func (p *Panel) Option(option string, value any) *Panel {
	p.Options[option] = value
	return p
}

// FieldOption sets an option of the fields of this kind of panel.
func (p *Panel) FieldOption(option string, value any) *Panel {
	if p.FieldConfig.Defaults.Custom == nil {
		p.FieldConfig.Defaults.Custom = Options{}
	}
	p.FieldConfig.Defaults.Custom[option] = value
	return p
}

// Override shows the field of a name in another way.
func (p *Panel) Override(field string, properties ...Property) *Panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, Override{
		Matcher: Matcher{ID: "byName", Options: field}, Properties: properties,
	})
	return p
}

// OverrideStart shows the fields whose names begin with a text in another way.
func (p *Panel) OverrideStart(text string, properties ...Property) *Panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, Override{
		Matcher: Matcher{ID: "byRegexp", Options: "/^" + regexp.QuoteMeta(text) + "/"}, Properties: properties,
	})
	return p
}

// FixedColors gives names their colors.
func (p *Panel) FixedColors(colors ...[2]string) *Panel {
	for _, c := range colors {
		p.Override(c[0], Property{"color", Color{Mode: "fixed", FixedColor: c[1]}})
	}
	return p
}

// MapValues shows texts instead of single values.
func (p *Panel) MapValues(mappings []Mapping) *Panel {
	p.FieldConfig.Defaults.Mappings = mappings
	return p
}

// ValueMappings maps single values to texts, in the order of the choices.
func ValueMappings(choices ...Choice) []Mapping {
	options := Options{}
	for i, choice := range choices {
		result := Options{"text": choice.Text, "index": i}
		if choice.Color != "" {
			result["color"] = choice.Color
		}
		options[choice.Value.(string)] = result
	}
	return []Mapping{{Type: "value", Options: options}}
}

// EmptyCells leaves cells without a value without a color.
func EmptyCells() []Mapping {
	return []Mapping{{Type: "special", Options: Options{"match": "null+nan", "result": Options{"color": "transparent", "index": 0}}}}
}

// Range is a text for the values from one number to another.
type Range struct {
	From, To    float64
	Text, Color string
}

// RangeMappings maps ranges of values to texts.
func RangeMappings(ranges ...Range) []Mapping {
	var mappings []Mapping
	for i, r := range ranges {
		mappings = append(mappings, Mapping{Type: "range", Options: Options{
			"from": r.From, "to": r.To, "result": Options{"text": r.Text, "color": r.Color, "index": i},
		}})
	}
	return mappings
}

// Column is a column of a table: the name that the query gives it, its heading, its
// width in pixels, and how it is shown. One column of a table has the width 0 and takes
// what the others leave.
type Column struct {
	Field, Heading string
	Width          int
	Properties     []Property
}

// noNumber stands in the cells of a table that have no value.
const noNumber = "–"

// Columns names and orders the columns of a table and leaves out the fields whose names
// are in hidden.
func (p *Panel) Columns(hidden []string, columns ...Column) *Panel {
	for _, column := range columns {
		properties := append([]Property{{"noValue", noNumber}}, column.Properties...)
		if column.Width > 0 {
			properties = append(properties, Property{"custom.width", column.Width})
		} else {
			properties = append(properties, Property{"custom.minWidth", narrowest})
		}
		p.Override(column.Heading, properties...)
	}
	return p.Fields(hidden, columns...)
}

// narrowest is the least width in pixels of a column that takes what the others leave.
const narrowest = 100

// Fields names and orders the fields of a table that is drawn in another way, and leaves
// out those whose names are in hidden.
func (p *Panel) Fields(hidden []string, fields ...Column) *Panel {
	exclude, rename, index := Options{"Time": true}, Options{}, Options{}
	for _, name := range hidden {
		exclude[name] = true
	}
	for i := range len(p.Targets) { // what joinByField makes of several times
		exclude["Time "+strconv.Itoa(i+1)] = true
	}
	for i, field := range fields {
		index[field.Field] = i
		if field.Heading != field.Field {
			rename[field.Field] = field.Heading
		}
	}
	return p.Transform("organize", Options{"excludeByName": exclude, "renameByName": rename, "indexByName": index})
}

// Exclude says for a column whether Columns has to leave it out.
func (p *Panel) Exclude(field string, excluded bool) *Panel {
	organize := p.Transformations[len(p.Transformations)-1]
	organize.Options["excludeByName"].(Options)[field] = excluded
	return p
}
