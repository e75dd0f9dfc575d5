package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// provinceMap is a map of the provinces: a circle at the place of each, whose area follows
// its users.
type provinceMap struct {
	Class         string
	Width, Height int
	Places        []place // the largest first
	Unplaced      int     // names that are not on the map
}

// place is a province on the map.
type place struct {
	X, Y, Radius string
	Name, Users  string
	Title        string
	Labeled      bool
	LabelX       string
	LabelY       string
	Anchor       string
}

// mapSize is the size of a map and of the text in it, in units of its own.
type mapSize struct {
	class string
	width float64
	text  float64
}

// The maps of wide and of narrow screens: text cannot shrink with the picture.
var (
	wideMap   = mapSize{"wide", 760, 13}
	narrowMap = mapSize{"narrow", 340, 11}
)

// The part of the Earth that the map shows, in degrees, and how much closer the meridians
// are there than the parallels.
const (
	mapWest, mapEast   = 84.5, 131.5
	mapSouth, mapNorth = 17.5, 48.0
	mapSqueeze         = 0.82
)

// box is the room that a label or a circle takes.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(other box) bool {
	return b.left < other.right && other.left < b.right && b.top < other.bottom && other.top < b.bottom
}

func newMap(rows collector.Numbers, language text.Language, size mapSize) provinceMap {
	scale := size.width / ((mapEast - mapWest) * mapSqueeze)
	height := (mapNorth - mapSouth) * scale
	m := provinceMap{Class: size.class, Width: int(size.width), Height: int(height)}

	users, _ := rows.List(wechat.Breakdown{Metric: wechat.VisitUV, Dimension: wechat.Province})
	slices.SortFunc(users, func(a, b wechat.Row) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Name, b.Name))
	})
	locations := map[string]collector.Location{}
	for _, location := range collector.Provinces() {
		locations[location.Long], locations[location.Short] = location, location
	}
	var taken []box
	var most int64
	for _, row := range users {
		location, ok := locations[row.Name]
		if !ok {
			m.Unplaced++
			continue
		}
		most = max(most, row.Users)
		x, y := (location.Longitude-mapWest)*mapSqueeze*scale, (mapNorth-location.Latitude)*scale
		radius := max(1.5, size.width*0.036*math.Sqrt(float64(row.Users)/float64(max(1, most))))
		p := place{
			X: coordinate(x), Y: coordinate(y), Radius: coordinate(radius),
			Name: language.Say(location.English, location.Short), Users: text.Grouped(row.Users),
		}
		p.Title = p.Name + " " + p.Users
		m.Places = append(m.Places, p)
		taken = append(taken, box{x - radius*0.85, y - radius*0.85, x + radius*0.85, y + radius*0.85})
	}
	whole := box{2, 2, size.width - 2, height - 2}
	for i := range m.Places {
		p := &m.Places[i]
		taken = label(p, p.Name+" "+p.Users, taken, i, whole, size.text)
		if !p.Labeled { // there may be room for the name alone
			p.Users = ""
			taken = label(p, p.Name, taken, i, whole, size.text)
		}
	}
	return m
}

// label puts words beside the circle of a place, where nothing else is. The largest come
// first; those for which there is no room have none.
func label(p *place, words string, taken []box, own int, whole box, text float64) []box {
	circle := taken[own]
	width := textWidth(words, text)
	x, y := (circle.left+circle.right)/2, (circle.top+circle.bottom)/2
	radius := (circle.right - circle.left) / 2 / 0.85
	gap := radius + 3
	for _, at := range []struct {
		x, y   float64
		anchor string
	}{
		{x + gap, y, "start"},
		{x - gap, y, "end"},
		{x, y - gap - text*0.4, "middle"},
		{x, y + gap + text*0.6, "middle"},
		{x + gap*0.75, y + gap*0.75 + text*0.3, "start"},
		{x + gap*0.75, y - gap*0.75 - text*0.3, "start"},
		{x - gap*0.75, y + gap*0.75 + text*0.3, "end"},
		{x - gap*0.75, y - gap*0.75 - text*0.3, "end"},
	} {
		left := at.x
		switch at.anchor {
		case "end":
			left -= width
		case "middle":
			left -= width / 2
		}
		room := box{left, at.y - text*0.6, left + width, at.y + text*0.6}
		free := room.left >= whole.left && room.right <= whole.right && room.top >= whole.top && room.bottom <= whole.bottom
		for i, other := range taken {
			free = free && (i == own || !room.meets(other))
		}
		if free {
			p.Labeled, p.Anchor = true, at.anchor
			p.LabelX, p.LabelY = coordinate(at.x), coordinate(at.y+text*0.36)
			return append(taken, room)
		}
	}
	return taken
}

// textWidth estimates how wide text is drawn.
func textWidth(text string, size float64) float64 {
	width := 0.0
	for _, r := range text {
		if r >= 0x2E80 {
			width += size
		} else {
			width += size * 0.58
		}
	}
	return width
}

func coordinate(f float64) string { return fmt.Sprintf("%.1f", f) }
