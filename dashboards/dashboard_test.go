package dashboards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// dashboard is a dashboard as it is in its file.
type dashboard struct {
	File        string `json:"-"`
	UID         string
	Title       string
	Description string
	Tags        []string
	Timezone    string
	Refresh     string
	Time        struct{ From, To string }
	Links       []struct{ Type, Title, URL string }
	Annotations struct {
		List []struct {
			Name, Expr, Step string
			Datasource       datasource
		}
	}
	SchemaVersion int
	Inputs        []any `json:"__inputs"`
	Templating    struct{ List []variable }
	Panels        []panel
}

type variable struct {
	Name, Type, Label, Definition, Regex, AllValue string
	Query                                          any
	Datasource                                     datasource
	Options                                        []struct{ Text, Value string }
	Current                                        struct{ Text, Value any }
}

type panel struct {
	ID              int
	Type            string
	Title           string
	Description     string
	GridPos         struct{ X, Y, W, H int }
	Datasource      datasource
	Interval        string
	TimeFrom        string
	Targets         []target
	Transformations []transformation
	Collapsed       bool
	Panels          []panel // of a row
	Links           []struct{ Title, URL string }
	FieldConfig     struct {
		Defaults struct {
			Unit       string
			NoValue    string
			Min, Max   *float64
			Color      struct{ Mode, FixedColor string }
			Thresholds struct{ Steps []step }
			Mappings   json.RawMessage
			Custom     map[string]any
		}
		Overrides []override
	}
	Options map[string]any
}

type step struct {
	Color string
	Value *float64
}

type mapping struct {
	Type    string
	Options map[string]struct{ Text, Color string }
}

type override struct {
	Matcher    struct{ ID, Options string }
	Properties []struct {
		ID    string
		Value json.RawMessage
	}
}

// property reads a property of the override into a value, and reports whether it is there.
func (o override) property(t *testing.T, id string, value any) bool {
	t.Helper()
	for _, p := range o.Properties {
		if p.ID == id {
			if err := json.Unmarshal(p.Value, value); err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			return true
		}
	}
	return false
}

type transformation struct {
	ID      string
	Options map[string]any
}

type target struct {
	RefID, Expr, LegendFormat, Format string
	Instant, Range                    bool
	Datasource                        datasource
}

type datasource struct{ Type, UID string }

// readDashboards returns the dashboards of all languages.
func readDashboards(t testing.TB) []dashboard {
	t.Helper()
	files, err := filepath.Glob("*.json")
	if err != nil || len(files) != 10 {
		t.Fatalf("dashboards are %v (%v), want five in two languages", files, err)
	}
	var all []dashboard
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := dashboard{File: file}
		if err := json.Unmarshal(content, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, d)
	}
	return all
}

// inEnglish returns those dashboards that are in English.
func inEnglish(all []dashboard) []dashboard {
	return slices.DeleteFunc(slices.Clone(all), func(d dashboard) bool { return strings.Contains(d.File, "zh-CN") })
}

// all returns the panels, those in rows too.
func (d *dashboard) all() []panel {
	var panels []panel
	for _, p := range d.Panels {
		panels = append(panels, p)
		panels = append(panels, p.Panels...)
	}
	return panels
}

// withQueries returns the panels that ask something.
func (d *dashboard) withQueries() []panel {
	return slices.DeleteFunc(d.all(), func(p panel) bool { return len(p.Targets) == 0 })
}

// firstScreen returns the panels above the first row.
func (d *dashboard) firstScreen() []panel {
	return slices.DeleteFunc(slices.Clone(d.Panels), func(p panel) bool { return p.Type == "row" })
}
