package web

import (
	"math"
	"slices"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/text"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// provinceMap is a map of the provinces: a circle at the place of each, whose area follows
// its users, on lines of longitude and latitude. It has no borders.
type provinceMap struct {
	Class         string
	Width, Height int
	Graticule     []meridian
	Places        []place // the largest first
	Scale         []scaleCircle
}

// meridian is a line of longitude or latitude and its name.
type meridian struct {
	X1, Y1, X2, Y2 string
	TextX, TextY   string
	Text           string
}

// place is a province on the map.
type place struct {
	X, Y, Radius string
	Name, Users  string
	Title        string
	Label        *label // nil: there is no room for one
}

// scaleCircle shows how many users a circle stands for.
type scaleCircle struct{ X, Y, Radius, TextX, TextY, Text string }

// mapSize is the size of a map and of the text in it, in units of its own.
type mapSize struct {
	class  string
	width  float64
	text   float64
	circle float64 // the radius of the largest
}

// The maps of wide and of narrow screens: text cannot shrink with the picture.
var (
	wideMap   = mapSize{"wide", 560, 12, 26}
	narrowMap = mapSize{"narrow", 320, 11, 15}
)

// The part of the Earth that the map shows, in degrees, and how much closer the meridians
// are there than the parallels.
const (
	mapWest, mapEast   = 83.0, 133.5
	mapSouth, mapNorth = 16.5, 48.5
	mapSqueeze         = 0.82
)

// smallestCircle is the radius of the smallest circles, which would not be seen otherwise.
const smallestCircle = 1.5

// newMaps returns the maps of the provinces, none if no name has a place, and the names that are
// not on them with their users.
func newMaps(rows collector.Numbers, language text.Language) (maps []provinceMap, unplaced []string) {
	users, _ := rows.List(wechat.Breakdown{Metric: wechat.VisitUV, Dimension: wechat.Province})
	slices.SortFunc(users, byUsers)
	locations := map[string]collector.Location{}
	for _, location := range collector.Provinces() {
		locations[location.Long], locations[location.Short] = location, location
	}
	var provinces []province
	for _, row := range users {
		if location, ok := locations[row.Name]; ok {
			provinces = append(provinces, province{location, row.Users})
		} else {
			unplaced = append(unplaced, nameIn(row.Name, wechat.Province, language)+" "+text.Grouped(row.Users))
		}
	}
	if len(provinces) == 0 {
		return nil, unplaced
	}
	return []provinceMap{newMap(provinces, language, wideMap), newMap(provinces, language, narrowMap)}, unplaced
}

// province is a place and its users.
type province struct {
	collector.Location
	users int64
}

func newMap(provinces []province, language text.Language, size mapSize) provinceMap {
	scale := size.width / ((mapEast - mapWest) * mapSqueeze)
	height := (mapNorth - mapSouth) * scale
	m := provinceMap{Class: size.class, Width: int(size.width), Height: int(height)}
	x := func(longitude float64) float64 { return (longitude - mapWest) * mapSqueeze * scale }
	y := func(latitude float64) float64 { return (mapNorth - latitude) * scale }
	room := labelRoom{text: size.text, whole: box{2, 2, size.width - 2, height - 2}}
	for longitude := 90.0; longitude < mapEast; longitude += 10 {
		at := coordinate(x(longitude))
		room.taken = append(room.taken, box{x(longitude) - 16, height - 16, x(longitude) + 16, height})
		m.Graticule = append(m.Graticule, meridian{at, "0", at, coordinate(height), at, coordinate(height - 4), coordinateName(longitude, "E")})
	}
	for latitude := 20.0; latitude < mapNorth; latitude += 10 {
		at := coordinate(y(latitude))
		room.taken = append(room.taken, box{size.width - 30, y(latitude) - 14, size.width, y(latitude)})
		m.Graticule = append(m.Graticule, meridian{"0", at, coordinate(size.width), at, coordinate(size.width - 16), coordinate(y(latitude) - 4), coordinateName(latitude, "N")})
	}
	most := max(1, provinces[0].users)
	radius := func(users int64) float64 {
		return max(smallestCircle, size.circle*math.Sqrt(float64(users)/float64(most)))
	}
	m.Scale = scaleOf(most, radius, height, size.text, language)
	room.taken = append(room.taken, box{0, height - 2*size.circle - 36, 2*size.circle + 7*size.text, height})
	for _, p := range provinces {
		room.circles = append(room.circles, circle{x(p.Longitude), y(p.Latitude), radius(p.users)})
	}
	for i, p := range provinces {
		at := room.circles[i]
		shown := place{
			X: coordinate(at.x), Y: coordinate(at.y), Radius: coordinate(at.radius),
			Name: language.Say(p.English, p.Short), Users: text.Grouped(p.users),
		}
		shown.Title = shown.Name + " " + shown.Users
		shown.Label = room.label(i, shown.Title)
		m.Places = append(m.Places, shown)
	}
	return m
}

func coordinateName(degrees float64, side string) string {
	return text.Grouped(int64(degrees)) + "°" + side
}

// scaleOf returns circles of round numbers, one in the other, in the lower left corner.
func scaleOf(most int64, radius func(int64) float64, height, textSize float64, language text.Language) []scaleCircle {
	large := roundDown(most)
	var circles []scaleCircle
	for _, users := range []int64{large, large / 5} {
		if users == 0 {
			continue
		}
		r, left, bottom := radius(users), radius(large)+6, height-22
		circles = append(circles, scaleCircle{
			coordinate(left), coordinate(bottom - r), coordinate(r),
			coordinate(left + radius(large) + 6), coordinate(bottom - 2*r + textSize*0.36), short(users, language),
		})
	}
	return circles
}

// roundDown returns the largest of 1, 2, 5, 10, 20 and so on that is no larger than a number.
func roundDown(n int64) int64 {
	round := int64(1)
	for unit := int64(1); unit <= n && unit <= math.MaxInt64/10; unit *= 10 {
		for _, step := range []int64{unit, 2 * unit, 5 * unit} {
			if step <= n {
				round = step
			}
		}
	}
	return round
}
