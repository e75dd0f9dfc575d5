package grafana

// Annotations is a list of annotations.
type Annotations struct {
	List []Annotation `json:"list"`
}

// Annotation marks the times at which a query has an answer.
type Annotation struct {
	Name        string      `json:"name"`
	Datasource  *Datasource `json:"datasource"`
	Enable      bool        `json:"enable"`
	Hide        bool        `json:"hide"`
	IconColor   string      `json:"iconColor"`
	Expr        string      `json:"expr"`
	Step        string      `json:"step"`
	TitleFormat string      `json:"titleFormat"`
	TextFormat  string      `json:"textFormat"`
}

// Annotate marks the times at which a query has an answer, looking every hour. The title
// may hold labels, such as {{app}}. Unless shown, a reader has to switch it on.
func (d *Dashboard) Annotate(name, title, color, expr string, shown bool) {
	d.Annotations.List = append(d.Annotations.List, Annotation{
		Name: name, Datasource: chosenDatasource(), Enable: shown, IconColor: color,
		Expr: expr, Step: "1h", TitleFormat: title,
	})
}
