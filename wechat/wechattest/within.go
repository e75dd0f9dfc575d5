package wechattest

import (
	"math"
	"time"
)

// visitsWithin returns the visits of a day, week or month as they are at a time. Users are
// counted once, however often they came; all else adds up.
func (s *Server) visitsWithin(appid string, w window, at time.Time) visits {
	if w.length == 1 {
		return s.visits(appid, w.end, s.revised(appid, w.end, at))
	}
	own := seedOf(appid)
	all := visits{seed: own.at(20).at(int(w.end))}
	users := tally{dither: 0.5}
	var depth float64
	for back := range w.length {
		d := w.end - day(back)
		v := s.visits(appid, d, s.revised(appid, d, at))
		users.add(back, count{v.users, v.fresh})
		all.fresh += v.fresh
		all.sessions += v.sessions
		all.views += v.views
		all.stay += v.stay
		all.shares += v.shares
		depth += v.depth * float64(v.sessions)
	}
	if users.sum == 0 {
		return visits{}
	}
	all.depth = depth / float64(all.sessions)
	all.users = min(users.users(returningOf(own)), users.sum)
	return all
}

// deserted reports whether nobody came on any day of a window.
func (s *Server) deserted(appid string, w window) bool {
	for back := range w.length {
		if !s.nobody(appid, w.end-day(back)) {
			return false
		}
	}
	return true
}

// again returns how many of the new and of all users of a day, week or month came again so
// many days, weeks or months later.
func (q question) again(v visits, later int) (fresh, active int) {
	if q.server.deserted(q.appid, q.of.later(q.window, later)) {
		return 0, 0
	}
	own := seedOf(q.appid)
	usual := own.at(50)
	ofNew, ofAll := usual.at(0).between(0.15, 0.3), usual.at(1).between(0.3, 0.5)
	if q.of != daily { // a longer time in which to come again
		ofNew, ofAll = 1.2*ofNew, 1.25*ofAll
	}
	chance := own.at(30+int(q.of)).at(int(q.window.end)).at(later).between(0.9, 1.1)
	share := func(users int, usual float64) int {
		return int(float64(users) * min(usual*math.Pow(float64(later), -0.6)*chance, 1))
	}
	return share(v.fresh, ofNew), share(v.users, ofAll)
}
