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
	Links       []struct {
		Type string
		Tags []string
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
}

type panel struct {
	ID              int
	Type            string
	Title           string
	Description     string
	GridPos         struct{ X, Y, W, H int }
	Datasource      datasource
	Interval        string
	Targets         []target
	Transformations []transformation
	FieldConfig     struct {
		Defaults struct {
			Unit       string
			Color      struct{ Mode, FixedColor string }
			Thresholds struct {
				Steps []struct {
					Color string
					Value *float64
				}
			}
			Custom map[string]any
		}
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
	Options map[string]any
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
func readDashboards(t *testing.T) []dashboard {
	t.Helper()
	files, err := filepath.Glob("*.json")
	if err != nil || len(files) != 6 {
		t.Fatalf("dashboards are %v (%v), want three in two languages", files, err)
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

// withQueries returns the panels that ask something.
func (d *dashboard) withQueries() []panel {
	return slices.DeleteFunc(slices.Clone(d.Panels), func(p panel) bool { return p.Type == "row" })
}
