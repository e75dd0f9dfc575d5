// Package grafana builds Grafana's classic dashboard JSON, as far as our dashboards
// need it.
package grafana

import (
	"bytes"
	"encoding/json"
	"strings"
)

// schemaVersion is that of Grafana 12.
const schemaVersion = 42

// Dashboard is a classic dashboard.
type Dashboard struct {
	UID           string      `json:"uid"`
	Title         string      `json:"title"`
	Description   string      `json:"description"`
	Tags          []string    `json:"tags"`
	SchemaVersion int         `json:"schemaVersion"`
	Timezone      string      `json:"timezone"`
	WeekStart     string      `json:"weekStart"`
	Time          Time        `json:"time"`
	Refresh       string      `json:"refresh"`
	Editable      bool        `json:"editable"`
	GraphTooltip  int         `json:"graphTooltip"`
	Annotations   Annotations `json:"annotations"`
	Links         []Link      `json:"links"`
	Templating    Variables   `json:"templating"`
	Panels        []*Panel    `json:"panels"`
	nextID        int         // of the panels
	nextY         int         // of the grid
	row           *Panel      // the collapsed row that takes the next panels
}

// Time is the time that a dashboard shows at first.
type Time struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Link is a link at the top of a dashboard.
type Link struct {
	Type        string   `json:"type"`
	Title       string   `json:"title"`
	Icon        string   `json:"icon"`
	Tooltip     string   `json:"tooltip"`
	URL         string   `json:"url"`
	Tags        []string `json:"tags"`
	AsDropdown  bool     `json:"asDropdown"`
	TargetBlank bool     `json:"targetBlank"`
	IncludeVars bool     `json:"includeVars"`
	KeepTime    bool     `json:"keepTime"`
}

// New returns a dashboard without panels that shows the last 30 days in
// Asia/Shanghai and refreshes every half hour.
func New(uid, title, description string, tags ...string) *Dashboard {
	return &Dashboard{
		UID:           uid,
		Title:         title,
		Description:   description,
		Tags:          tags,
		SchemaVersion: schemaVersion,
		Timezone:      "Asia/Shanghai",
		WeekStart:     "monday",
		Time:          Time{From: "now-30d", To: "now"},
		Refresh:       "30m",
		Editable:      true,
		GraphTooltip:  1, // the crosshair is shared
		Annotations:   Annotations{List: []Annotation{}},
		Links:         []Link{},
		Templating:    Variables{List: []*Variable{}},
	}
}

// Link adds a link to another dashboard, which shows the same time and the same values
// of variables.
func (d *Dashboard) Link(title, tooltip, uid string) {
	d.Links = append(d.Links, Link{
		Type: "link", Title: title, Tooltip: tooltip, Icon: "dashboard", URL: "/d/" + uid,
		Tags: []string{}, IncludeVars: true, KeepTime: true,
	})
}

// Row begins a collapsed section of the dashboard with a heading. All later panels stand
// in it, up to the next row.
func (d *Dashboard) Row(title string) {
	if d.row != nil { // what is in a collapsed row takes no place
		d.nextY = d.row.GridPos.Y + 1
	}
	collapsed := true
	row := &Panel{Type: "row", Title: title, GridPos: &GridPos{W: 24, H: 1}, Collapsed: &collapsed, Panels: &[]*Panel{}}
	d.row = nil
	d.add(row)
	d.row = row
	d.nextY++
}

// Line puts panels side by side, from left to right, all of one height.
func (d *Dashboard) Line(height int, panels ...*Panel) {
	x := 0
	for _, panel := range panels {
		panel.GridPos.X, panel.GridPos.H = x, height
		x += panel.GridPos.W
		d.add(panel)
	}
	d.nextY += height
}

func (d *Dashboard) add(p *Panel) {
	d.nextID++
	p.ID = d.nextID
	p.GridPos.Y = d.nextY
	if d.row != nil {
		*d.row.Panels = append(*d.row.Panels, p)
		return
	}
	d.Panels = append(d.Panels, p)
}

// AlertPanels returns the ids of the panels that show what an alert is about, by the
// names of the alerts.
func (d *Dashboard) AlertPanels() map[string]int {
	ids := map[string]int{}
	collect := func(panels []*Panel) {
		for _, p := range panels {
			for _, alert := range p.alerts {
				ids[alert] = p.ID
			}
		}
	}
	collect(d.Panels)
	for _, p := range d.Panels {
		if p.Panels != nil {
			collect(*p.Panels)
		}
	}
	return ids
}

// JSON returns the dashboard as Grafana exports it: indented, and with < and > as they
// are.
func (d *Dashboard) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", strings.Repeat(" ", 2))
	err := encoder.Encode(d)
	return b.Bytes(), err
}
