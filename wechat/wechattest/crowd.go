package wechattest

import (
	"cmp"
	"math"
	"slices"
)

// name is a value of a dimension, with its users relative to the others. A name
// without text stands for the users whom WeChat does not list.
type name struct {
	id     int
	text   string
	weight float64
}

// crowd divides the users of an app among the names of a dimension, day by day,
// and keeps what the days of a window come to.
type crowd struct {
	seed    seed
	members []member
	fashion func(i int, d day) float64 // of the i-th name, or nil
}

// member is a name and the users who bear it.
type member struct {
	name          // with the weight that it has for this app
	taste float64 // how much more or less of the new users bear it
	share float64 // on the day dealt last, relative to the others
	today count   // on the day dealt last
	tally tally   // on all days dealt
}

// count is the users of a day, and those of them who are new.
type count struct{ users, fresh int }

// newCrowd returns a crowd with weights that differ from the usual ones by a
// factor of at most e^skew.
func newCrowd(s seed, skew float64, names []name) *crowd {
	members := make([]member, len(names))
	for i, n := range names {
		own := s.at(i)
		n.weight *= math.Exp(own.at(0).between(-skew, skew))
		members[i] = member{
			name:  n,
			taste: own.at(1).between(0.7, 1.3),
			tally: tally{dither: own.at(2).between(0, 0.999)},
		}
	}
	return &crowd{seed: s, members: members}
}

// deal divides the users of a day that lies so many days before the window's end.
// The counts of all names add up to the total.
func (c *crowd) deal(d day, back int, total count) {
	s := c.seed.at(int(d))
	var users, fresh float64
	for i := range c.members {
		m := &c.members[i]
		m.today = count{}
		if total.users == 0 {
			continue
		}
		m.share = m.weight * s.at(i).between(0.94, 1.06)
		if c.fashion != nil {
			m.share *= c.fashion(i, d)
		}
		users += m.share
		fresh += m.share * m.taste
	}
	if total.users == 0 {
		return
	}
	// Names lie side by side on a line as long as the total, and own the whole
	// numbers on their part of it. Where the line begins is left to chance, so that
	// a name with 0.3 users has one on three days of ten. The limits keep rounding
	// errors from the last name.
	usersEnd := s.at(-1).between(0.001, 0.999)
	freshEnd := s.at(-2).between(0.001, 0.999)
	users = float64(total.users) / users
	fresh = float64(total.fresh) / fresh
	for i := range c.members {
		m := &c.members[i]
		usersBegin, freshBegin := int(usersEnd), int(freshEnd)
		usersEnd += m.share * users
		freshEnd += m.share * m.taste * fresh
		n := int(usersEnd) - usersBegin
		m.today = count{n, max(0, min(int(freshEnd)-freshBegin, n-1))}
		m.tally.add(back, m.today)
	}
}

// row is a line of an answer.
type row struct {
	id    int
	name  string
	value int
}

// top returns the n rows with most users.
func top(n int, rows []row) []row {
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.id, b.id))
	})
	return rows[:min(n, len(rows))]
}

// tally is what the days of a window come to for one name.
type tally struct {
	sum, peak         int // of all days: together, and of the busiest
	weekSum, weekPeak int // of the last seven
	fresh             int // a user is new only once, so there is nothing to de-duplicate
	dither            float64
}

func (t *tally) add(back int, c count) {
	t.sum += c.users
	t.peak = max(t.peak, c.users)
	if back < 7 {
		t.weekSum += c.users
		t.weekPeak = max(t.weekPeak, c.users)
	}
	t.fresh += c.fresh
}

// users returns the de-duplicated users of the window. There are at least as many
// as on its busiest day and in its last week, at most as many as on all days
// together, and more than the new ones.
func (t *tally) users(r returning) int {
	if t.sum == 0 {
		return 0
	}
	week := float64(t.weekPeak) + r.week*float64(t.weekSum-t.weekPeak)
	whole := week + r.month*float64(t.sum-t.weekSum)
	return max(int(max(whole, float64(t.peak))+t.dither), t.fresh+1)
}

// returning says how many of the visits on further days are by users who were not
// counted yet: in a week, and in the rest of a month.
type returning struct{ week, month float64 }

// returningOf returns it for the app with a seed.
func returningOf(s seed) returning {
	return returning{week: s.at(1).between(0.3, 0.45), month: s.at(2).between(0.15, 0.28)}
}
