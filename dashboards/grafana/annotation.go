package grafana

// Annotations is a list of annotations.
type Annotations struct {
	List []Annotation `json:"list"`
}

// Annotation marks the times at which a query has an answer.
type Annotation struct {
	Name        string      `json:"name"`
	Datasource  *Datasource `json:"datasource"`
	Target      Options     `json:"target,omitempty"`
	Enable      bool        `json:"enable"`
	Hide        bool        `json:"hide"`
	IconColor   string      `json:"iconColor"`
	Expr        string      `json:"expr,omitempty"`
	Step        string      `json:"step,omitempty"`
	TitleFormat string      `json:"titleFormat,omitempty"`
	TextFormat  string      `json:"textFormat,omitempty"`
}

// Annotate marks the times at which a query has an answer, looking every hour. The title
// may hold labels, such as {{app}}. Unless shown, a reader has to switch it on.
func (d *Dashboard) Annotate(name, title, color, expr string, shown bool) {
	d.Annotations.List = append(d.Annotations.List, Annotation{
		Name: name, Datasource: chosenDatasource(), Enable: shown, IconColor: color,
		Expr: expr, Step: "1h", TitleFormat: title,
	})
}

// AnnotateTagged marks what people have noted in Grafana with a tag.
func (d *Dashboard) AnnotateTagged(name, tag, color string) {
	d.Annotations.List = append(d.Annotations.List, Annotation{
		Name: name, Datasource: &Datasource{Type: "grafana", UID: "-- Grafana --"}, Enable: true, IconColor: color,
		Target: Options{"type": "tags", "tags": []string{tag}, "limit": 100, "matchAny": false},
	})
}
