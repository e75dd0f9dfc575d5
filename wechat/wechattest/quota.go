package wechattest

import "fmt"

// usage is how often an app has called a path on a day.
type usage struct {
	day   day
	calls int
}

type usageKey struct{ appid, path string }

const defaultDailyLimit = 10000

func (s *Server) dailyLimit() int {
	if s.DailyLimit > 0 {
		return s.DailyLimit
	}
	return defaultDailyLimit
}

// spend counts a call of a statistic and reports whether it is within the limit.
func (s *Server) spend(r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := usageKey{r.call.AppID, r.URL.Path}
	u := s.used[key]
	if u.day != r.today {
		u = usage{day: r.today}
	}
	if u.calls >= s.dailyLimit() {
		return false
	}
	u.calls++
	if s.used == nil {
		s.used = make(map[usageKey]usage)
	}
	s.used[key] = u
	return true
}

// serveQuota answers POST /cgi-bin/openapi/quota/get.
func (s *Server) serveQuota(r *request) answer {
	if errcode := s.checkToken(r); errcode != 0 {
		return r.failure(errcode)
	}
	path, ok := r.body["cgi_path"].(string)
	switch {
	case !ok:
		return r.failure(47001)
	case !endpointAt(path).limited():
		return r.failure(76021)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var used int
	if u := s.used[usageKey{r.call.AppID, path}]; u.day == r.today {
		used = u.calls
	}
	limit := s.dailyLimit()
	return answer{
		contentType: jsonType,
		body: fmt.Appendf(nil, `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":%d,"used":%d,"remain":%d},`+
			`"rate_limit":{"call_count":1000,"refresh_second":60}}`, limit, used, limit-used),
		code: "0",
	}
}
