package wechattest

import (
	"math"
	"slices"
	"time"
)

// volume says how many users of an app come on each day.
type volume struct {
	seed       seed
	dailyUsers float64
}

// newVolume returns the volume of an app with about so many users a day. For 0 the number
// depends on the appid: 300 to 30,000, more small apps than large ones.
func newVolume(appid string, dailyUsers int) volume {
	s := seedOf(appid)
	v := volume{seed: s.at(0), dailyUsers: float64(dailyUsers)}
	if dailyUsers == 0 {
		v.dailyUsers = 300 * math.Exp(s.at(7).unit()*math.Log(100))
	}
	return v
}

// traffic is the users of one app within one window.
type traffic struct {
	volume
	returning returning

	provinces, genders, platforms, devices, ages *crowd
	cities                                       []*crowd // of every province
}

// newTraffic returns the traffic of an app with about so many users a day; see newVolume.
func newTraffic(appid string, dailyUsers int) *traffic {
	s := seedOf(appid)
	t := &traffic{
		volume:    newVolume(appid, dailyUsers),
		returning: returningOf(s),
		genders:   newCrowd(s.at(3), 0.3, genders),
		platforms: newCrowd(s.at(4), 0.2, platforms),
		ages:      newCrowd(s.at(5), 0.4, ages),
		devices:   newCrowd(s.at(6), 0.3, deviceNames()),
	}
	t.devices.fashion = fashion
	t.settle(s.at(8))
	return t
}

// settle lays out the places. Every app has a home province, where more of its
// users are.
func (t *traffic) settle(s seed) {
	list := make([]name, len(provinces))
	home := s.at(-1).below(len(provinces) - 1) // anywhere but in 未知
	for i, p := range provinces {
		list[i] = name{i + 1, p.name, p.weight}
		if i == home {
			list[i].weight *= 2
		}
		cities := make([]name, 0, len(p.cities)+1)
		var sum float64
		for j, city := range p.cities {
			weight := math.Pow(float64(j+1), -0.9)
			cities = append(cities, name{(i+1)*100 + j + 1, city, weight})
			sum += weight
		}
		cities = append(cities, name{weight: 0.03 * sum})
		t.cities = append(t.cities, newCrowd(s.at(i), 0.2, cities))
	}
	t.provinces = newCrowd(s.at(len(provinces)), 0.35, list)
}

func deviceNames() []name {
	list := make([]name, 0, len(devices)+1)
	var sum float64
	for i, model := range devices {
		weight := 1 / float64(i+6)
		list = append(list, name{i + 1, model, weight})
		sum += weight
	}
	return append(list, name{weight: 0.2 * sum})
}

// add counts the users of a day that lies so many days before the window's end.
func (t *traffic) add(d day, back int, revised bool) {
	total := t.day(d, revised)
	t.provinces.deal(d, back, total)
	for i, cities := range t.cities {
		cities.deal(d, back, t.provinces.members[i].today)
	}
	for _, c := range []*crowd{t.genders, t.platforms, t.devices, t.ages} {
		c.deal(d, back, total)
	}
}

// weekdays is how much more or less comes on a day of the week, Sunday first.
var weekdays = [...]float64{0.17, -0.07, -0.06, -0.05, -0.03, 0.04, 0.24}

// day returns how many users come on a day.
func (v volume) day(d day, revised bool) count {
	s := v.seed.at(int(d))
	date := d.begin()
	// Growth is bounded on both sides: simulated clocks begin in the year 2000, and this
	// may run in any later year.
	years := float64(dayOf(date)-dayOf(time.Date(2020, 1, 1, 0, 0, 0, 0, shanghai))) / 365.25
	level := v.dailyUsers *
		(1 + v.seed.at(-1).between(0.1, 0.45)*math.Tanh(years/8)) *
		(1 + 0.08*math.Sin(2*math.Pi*(years+v.seed.at(-2).unit()))) *
		(1 + v.seed.at(-3).between(0.6, 1.4)*weekdays[date.Weekday()]) *
		s.at(0).between(0.96, 1.04)
	if holiday(date) {
		level *= 1.2
	}
	users := int(level + s.at(1).unit())
	if revised && users > 0 { // stragglers
		users += max(1, int(float64(users)*s.at(2).between(0.003, 0.015)))
	}
	share := v.seed.at(-4).between(0.05, 0.12) * s.at(3).between(0.8, 1.2)
	return count{users, int(float64(users)*share + s.at(4).unit())}
}

// holiday reports whether the day is one of China's holidays with a fixed date.
func holiday(date time.Time) bool {
	_, month, dayOfMonth := date.Date()
	switch month {
	case time.January:
		return dayOfMonth == 1
	case time.May:
		return dayOfMonth <= 5
	case time.October:
		return dayOfMonth <= 7
	default:
		return false
	}
}

// list is one list of an answer.
type list struct {
	key  string // as WeChat names the dimension
	rows []row
}

// active returns the users of all days added.
func (t *traffic) active() []list {
	rows := t.lists(func(m *member) int { return m.tally.users(t.returning) })
	// A province has as many users as its cities and what lies outside of them. Being
	// the sum of numbers that are, it is neither less than on the busiest day nor more
	// than on all days together.
	rows[0].rows = rows[0].rows[:0]
	for i := range t.provinces.members {
		m := &t.provinces.members[i]
		var users int
		for j := range t.cities[i].members {
			users += t.cities[i].members[j].tally.users(t.returning)
		}
		if m.tally.sum > 0 {
			users = max(users, m.tally.fresh+1)
			rows[0].rows = append(rows[0].rows, row{m.id, m.text, users})
		}
	}
	return rows
}

// fresh returns the new users of all days added.
func (t *traffic) fresh() []list {
	return t.lists(func(m *member) int { return m.tally.fresh })
}

// lists returns the names with at least one user, the provinces first.
func (t *traffic) lists(users func(*member) int) []list {
	rows := func(crowds ...*crowd) []row {
		var rows []row
		for _, c := range crowds {
			rows = slices.Grow(rows, len(c.members))
			for i := range c.members {
				m := &c.members[i]
				if value := users(m); value > 0 && m.text != "" {
					rows = append(rows, row{m.id, m.text, value})
				}
			}
		}
		return rows
	}
	return []list{
		{"province", rows(t.provinces)},
		{"city", rows(t.cities...)},
		{"genders", rows(t.genders)},
		{"platforms", rows(t.platforms)},
		{"devices", top(deviceLimit, rows(t.devices))},
		{"ages", rows(t.ages)},
	}
}
