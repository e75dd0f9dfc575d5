package wechattest

import (
	"math"
	"slices"
	"time"
)

// visits is what the users of an app do on a day. The zero visits are those of a day
// without users.
type visits struct {
	users, fresh    int
	sessions, views int
	stay            int // seconds of all sessions
	depth           float64
	shares, sharers int
	seed            seed // of everything that is divided
}

// visits returns the visits of a day, whether or not it is published.
func (s *Server) visits(appid string, d day, revised bool) visits {
	if s.nobody(appid, d) {
		return visits{}
	}
	app, _ := s.app(appid)
	listed := newVolume(appid, app.Users).day(d, revised)
	if listed.users == 0 {
		return visits{}
	}
	seed := seedOf(appid).at(20).at(int(d))
	usual := seedOf(appid).at(21) // what is usual for the app
	// The portrait leaves out a few users.
	v := visits{seed: seed, users: listed.users + max(1, int(float64(listed.users)*seed.at(1).between(0.01, 0.04)))}
	v.fresh = min(v.users, listed.fresh+int(float64(listed.fresh)*0.03+seed.at(2).unit()))
	v.sessions = int(float64(v.users) * usual.at(3).between(1.3, 2.2) * seed.at(3).between(0.95, 1.05))
	v.views = int(float64(v.sessions) * usual.at(4).between(2.2, 4.5) * seed.at(4).between(0.95, 1.05))
	v.stay = int(float64(v.sessions) * usual.at(5).between(20, 60) * seed.at(5).between(0.9, 1.1))
	v.depth = usual.at(6).between(1.4, 2.6) * seed.at(6).between(0.97, 1.03)
	v.sharers = int(float64(v.users)*usual.at(7).between(0.01, 0.05)*seed.at(7).between(0.7, 1.3) + seed.at(8).unit())
	v.shares = v.sharers + int(float64(v.sharers)*seed.at(9).between(0.3, 0.8))
	return v
}

// epoch is the day from which on users are added up.
var epoch = dayOf(time.Date(1999, 10, 1, 0, 0, 0, 0, shanghai))

// total returns how many users the app has had up to a day, that day included.
func (s *Server) total(appid string, d day) int {
	app, _ := s.app(appid)
	base := int(newVolume(appid, app.Users).dailyUsers * 25)
	if d < epoch {
		return base
	}
	s.mu.Lock()
	totals := slices.Clip(s.totals[appid]) // appending copies it
	s.mu.Unlock()
	for next := epoch + day(len(totals)); next <= d; next++ {
		if next > epoch {
			base = totals[len(totals)-1]
		}
		totals = append(totals, base+s.visits(appid, next, false).fresh)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.totals == nil {
		s.totals = map[string][]int{}
	}
	if len(s.totals[appid]) < len(totals) {
		s.totals[appid] = totals
	}
	return totals[d-epoch]
}

// divide divides a total among weights. The parts add up to it.
func divide(total int, weights []float64) []int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	parts := make([]int, len(weights))
	var end float64
	begin := 0
	for i, w := range weights {
		end += w
		next := int(math.Round(float64(total) * end / sum))
		parts[i], begin = next-begin, next
	}
	return parts
}

// divideWithin divides a total among weights as divide does, but no part is larger than
// its limit. The limits have to add up to the total or more.
func divideWithin(total int, weights []float64, limits []int) []int {
	parts := divide(total, weights)
	surplus := 0
	for i := range parts {
		if over := parts[i] - limits[i]; over > 0 {
			parts[i] -= over
			surplus += over
		}
	}
	for i := range parts {
		more := min(surplus, limits[i]-parts[i])
		parts[i] += more
		surplus -= more
	}
	return parts
}
