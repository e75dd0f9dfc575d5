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
	UID           string    `json:"uid"`
	Title         string    `json:"title"`
	Description   string    `json:"description"`
	Tags          []string  `json:"tags"`
	SchemaVersion int       `json:"schemaVersion"`
	Timezone      string    `json:"timezone"`
	WeekStart     string    `json:"weekStart"`
	Time          Time      `json:"time"`
	Refresh       string    `json:"refresh"`
	Editable      bool      `json:"editable"`
	GraphTooltip  int       `json:"graphTooltip"`
	Annotations   Variables `json:"annotations"`
	Links         []Link    `json:"links"`
	Templating    Variables `json:"templating"`
	Panels        []*Panel  `json:"panels"`
	nextID        int       // of the panels
	nextY         int       // of the grid
}

// Time is the time that a dashboard shows at first.
type Time struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Link is a link to the other dashboards that have certain tags.
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
// Asia/Shanghai, refreshes every half hour, and links to all dashboards with the
// same tags.
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
		Annotations:   Variables{List: []*Variable{}},
		Links:         []Link{{Type: "dashboards", Tags: tags, IncludeVars: true, KeepTime: true}},
		Templating:    Variables{List: []*Variable{}},
	}
}

// Row begins a section of the dashboard with a heading.
func (d *Dashboard) Row(title string) {
	d.add(&Panel{Type: "row", Title: title, GridPos: &GridPos{W: 24, H: 1}, Collapsed: new(bool), Panels: &[]*Panel{}})
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
	d.Panels = append(d.Panels, p)
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
