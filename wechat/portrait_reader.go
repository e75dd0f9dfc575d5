package wechat

import (
	"fmt"
	"slices"
	"strings"
)

// portraitReader reads the lists of a portrait from a scanner. Of equal keys the last one
// counts, so what they hold is added up at the end.
type portraitReader struct {
	metrics map[Metric]portraitLists
	list    int            // the number of the list that is read
	rows    []Row          // of it
	names   []portraitName // most stand in two lists, one of each metric, and are kept once
	places  map[string]int // of the names
	text    strings.Builder
}

// portraitLists are the lists of a metric, by WeChat's keys.
type portraitLists struct {
	lists   map[string]portraitList
	problem string // why the value is no object of lists; empty: it is one, or null
}

// portraitList is a list, the rows that could not be used and those that were added to others.
type portraitList struct {
	rows             []Row
	rejected, merged int
}

// portraitName is a name and where it was read last.
type portraitName struct {
	name      string
	list, row int
}

func beginPortrait() (reader, decodeFields) {
	r := &portraitReader{metrics: map[Metric]portraitLists{}, rows: make([]Row, 0, 400)} // WeChat's longest list has some 340
	return r.read, r.decode
}

func (r *portraitReader) read(s *scanner, key []byte) bool {
	metric := Metric(key)
	if metric != VisitUV && metric != VisitUVNew {
		return false
	}
	if s.next() != '{' {
		var problem string
		if value := s.valueOf(); !isNull(value) {
			// The retention endpoints of the same family answer with an array here.
			problem = fmt.Sprintf("%s is %s, not an object of lists", metric, kind(value))
		}
		r.metrics[metric] = portraitLists{problem: problem}
		return true
	}
	lists := map[string]portraitList{}
	for s.enter(); s.more('}'); {
		key := string(s.key())
		if _, known := dimensionOf(key); known {
			lists[key] = r.readList(s)
		} else {
			s.valueOf()
		}
	}
	r.metrics[metric] = portraitLists{lists: lists}
	return true
}

// dimensionOf returns what a list of a portrait is about.
func dimensionOf(key string) (d Dimension, known bool) {
	switch key {
	case "province":
		return Province, true
	case "city":
		return City, true
	case "genders":
		return Gender, true
	case "platforms", misspelledPlatforms:
		return Platform, true
	case "devices":
		return Device, true
	case "ages":
		return Age, true
	}
	return "", false
}

// misspelledPlatforms is a typing error of the documentation. It counts if there are no
// platforms.
const misspelledPlatforms = "platfomrs"

func (r *portraitReader) decode(_ object, _ Window, a *Answer) (problem string) {
	portrait := Portrait{}
	a.Numbers = portrait
	if len(r.metrics) == 0 {
		return "the answer has neither visit_uv nor visit_uv_new"
	}
	for _, metric := range Metrics() {
		of := r.metrics[metric]
		if of.problem != "" {
			return of.problem
		}
		for key, list := range of.lists {
			if key == misspelledPlatforms && len(of.lists["platforms"].rows) > 0 {
				continue
			}
			a.Rejected += list.rejected
			a.Merged += list.merged
			if d, _ := dimensionOf(key); len(list.rows) > 0 {
				portrait[Breakdown{metric, d}] = list.rows
			}
		}
	}
	return ""
}

// readList reads the first maxRows rows of a list.
func (r *portraitReader) readList(s *scanner) (list portraitList) {
	if s.next() != '[' {
		if !isNull(s.valueOf()) {
			list.rejected++
		}
		return list
	}
	r.list++
	r.rows = r.rows[:0]
	n := 0
	for s.enter(); s.more(']'); {
		if n++; n > maxRows || s.next() != '{' {
			s.value()
			list.rejected++
			continue
		}
		spelled, users, ok := readPortraitRow(s)
		if !ok {
			list.rejected++
			continue
		}
		switch name := r.name(spelled); {
		case name.list != r.list:
			name.list, name.row = r.list, len(r.rows)
			r.rows = append(r.rows, Row{name.name, users})
		case r.rows[name.row].Users+users > maxCount:
			list.rejected++
		default:
			r.rows[name.row].Users += users
			list.merged++
		}
	}
	list.rows = slices.Clone(r.rows)
	return list
}

// readPortraitRow returns the name and the number of a row; false if one cannot be used.
func readPortraitRow(s *scanner) (name []byte, users int64, ok bool) {
	var value, oldValue []byte
	for s.enter(); s.more('}'); {
		key := s.key()
		v := s.valueOf()
		switch string(key) {
		case "name":
			name = v
		case "value":
			value = v
		case "access_source_visit_uv": // documented from 2018 to 2022
			oldValue = v
		}
	}
	if isNull(value) {
		value = oldValue
	}
	if users, ok = count(value); !ok {
		return nil, 0, false
	}
	name, ok = exactBytes(name)
	return name, users, ok && len(name) > 0 && len(name) <= maxName
}

// name returns what is known of a name.
func (r *portraitReader) name(spelled []byte) *portraitName {
	place, known := r.places[string(spelled)]
	if !known {
		if r.places == nil {
			r.places = make(map[string]int, 512) // a portrait has some 400
			r.names = make([]portraitName, 0, 512)
		}
		place = len(r.names)
		r.names = append(r.names, portraitName{name: r.keep(spelled)})
		r.places[r.names[place].name] = place
	}
	return &r.names[place]
}

// keep returns a name as a string. The strings are parts of longer ones, since one for each
// would be most of what a portrait allocates.
func (r *portraitReader) keep(name []byte) string {
	if r.text.Cap()-r.text.Len() < len(name) {
		r.text = strings.Builder{}
		r.text.Grow(16 * maxName)
	}
	begin := r.text.Len()
	r.text.Write(name)
	return r.text.String()[begin:]
}
