package grafana

// Variables is a list of variables.
type Variables struct {
	List []*Variable `json:"list"`
}

// Variable is a selection at the top of a dashboard.
type Variable struct {
	Type        string      `json:"type"`
	Name        string      `json:"name"`
	Label       string      `json:"label"`
	Description string      `json:"description,omitempty"`
	Hide        int         `json:"hide"`
	SkipURLSync bool        `json:"skipUrlSync"`
	Datasource  *Datasource `json:"datasource,omitempty"`
	Query       any         `json:"query"`
	Definition  string      `json:"definition,omitempty"`
	Regex       string      `json:"regex,omitempty"`
	Refresh     int         `json:"refresh,omitempty"`
	Sort        int         `json:"sort,omitempty"`
	Multi       bool        `json:"multi"`
	IncludeAll  bool        `json:"includeAll"`
	AllValue    string      `json:"allValue,omitempty"`
	Current     Choice      `json:"current"`
	Options     []Choice    `json:"options,omitempty"`
}

// Hidden is a variable that is not shown at the top.
const Hidden = 2

// Choice is one of the values of a variable, with its label.
type Choice struct {
	Text     any  `json:"text,omitempty"`
	Value    any  `json:"value,omitempty"`
	Selected bool `json:"selected,omitempty"`

	Color string `json:"-"` // of the text, in a mapping
}

// Datasource names a data source.
type Datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

func chosenDatasource() *Datasource { return &Datasource{Type: "prometheus", UID: "${datasource}"} }

// DatasourceVariable offers every Prometheus data source, Grafana's default one first.
func (d *Dashboard) DatasourceVariable(label string) {
	d.addVariable(&Variable{
		Type: "datasource", Name: "datasource", Label: label, Query: "prometheus",
		Current: Choice{Text: "default", Value: "default"},
	})
}

// QueryVariable offers the results of a query.
func (d *Dashboard) QueryVariable(name, label, query string) *Variable {
	return d.addVariable(&Variable{
		Type:       "query",
		Name:       name,
		Label:      label,
		Datasource: chosenDatasource(),
		Query:      map[string]any{"query": query, "refId": "v"},
		Definition: query,
		Refresh:    2, // when the time changes
		Sort:       1, // by the alphabet
	})
}

// HiddenVariable has the value of a series' label in the first result of a query, for texts and other
// queries. It is in no link, so that nobody opens a dashboard with one of another day.
func (d *Dashboard) HiddenVariable(name, label, query, of string) *Variable {
	v := d.QueryVariable(name, label, "query_result("+query+")")
	v.Regex = `/` + of + `="([^"]+)"/`
	v.Hide, v.SkipURLSync = Hidden, true
	return v
}

// CustomVariable offers fixed values, the first of which is the default.
func (d *Dashboard) CustomVariable(name, label string, choices ...Choice) *Variable {
	query := ""
	for i, choice := range choices {
		if i > 0 {
			query += ", "
		}
		query += choice.Text.(string) + " : " + choice.Value.(string)
	}
	choices[0].Selected = true
	return d.addVariable(&Variable{
		Type: "custom", Name: name, Label: label, Query: query, Options: choices,
		Current: Choice{Text: choices[0].Text, Value: choices[0].Value},
	})
}

func (d *Dashboard) addVariable(v *Variable) *Variable {
	d.Templating.List = append(d.Templating.List, v)
	return v
}
