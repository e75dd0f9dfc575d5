package wechattest

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Server is a simulated WeChat. The zero value works: it knows every appid with
// any secret that is not empty, and publishes each day at 10:00 Asia/Shanghai of
// the following one. Exported fields must not change while it serves; the
// functions among them are called from many goroutines.
type Server struct {
	// Apps are the Mini Programs that exist, by appid. Default nil: every appid does.
	Apps map[string]App
	// Published returns when the numbers of a day are published, given 00:00
	// Asia/Shanghai of it. Default: 10:00 of the next day.
	Published func(appid string, day time.Time) time.Time
	// NotReady reports whether a window is answered by errcode 61503, rather than by a
	// success with empty arrays, while its last day is not published. Both are
	// reported of WeChat. Default: never.
	NotReady func(appid string, day time.Time) bool
	// AdsPublished returns when the income of a day is published, given 00:00
	// Asia/Shanghai of it. Default: between 10:00 and 12:00 of the next day.
	AdsPublished func(appid string, day time.Time) time.Time
	// Revised returns the time from which the numbers of a day, and of the windows that
	// contain it, are a little higher than first published. Default, and for the zero
	// Time: never.
	Revised func(appid string, day time.Time) time.Time
	// Nobody reports whether a day has no users. Default: never.
	Nobody func(appid string, day time.Time) bool
	// Now is WeChat's clock, for callers whose own clock is wrong. Default: time.Now.
	Now func() time.Time
	// Latency passes before every answer. Default 0.
	Latency time.Duration
	// DailyLimit is how often an app may call each path of its statistics per day in
	// Asia/Shanghai; further calls are answered by errcode 45009. Default 10,000.
	DailyLimit int
	// Depth is how many days back a statistic other than the portrait is answered, by
	// endpoint; 1 is yesterday. Earlier days, and weeks and months that ended earlier, are
	// answered by errcode 61501. How far WeChat goes back is not known. The income of ads
	// has no such limit. Default, and for 0: all days.
	Depth map[string]int
	// NoTokens serves calls without a token, as WeChat's cloud hosting does. Such a
	// call is for the only app in Apps, or for the appid "" if Apps has none or several.
	NoTokens bool

	mu          sync.Mutex
	tokens      map[string]*token // by value
	newest      map[tokenKey]*token
	used        map[usageKey]usage
	totals      map[string][]int // by appid: users so far, for each day from epoch on
	faults      []*Fault
	calls       []Call
	requests    int // so far
	inFlight    int
	maxInFlight int
}

// App is a Mini Program that a Server knows.
type App struct {
	// Secret is the app secret. Default: any that is not empty is right.
	Secret string
	// Users is about how many users are active on a day. Default: 300 to 30,000,
	// depending on the appid.
	Users int
	// AllowList holds the IP addresses that may ask for tokens. Default: all may.
	AllowList []string
	// AdSlots are the slots in which the app shows ads, such as SLOT_ID_WEAPP_BANNER.
	// Default: none, so that the app earns nothing and its income is refused.
	AdSlots []string
}

// request is a call as the server understands it.
type request struct {
	*http.Request
	call     Call
	endpoint endpoint // zero: none
	today    day
	serial   int
	body     map[string]any // nil: not a JSON object
	token    *token         // of a call that needs one; nil: unknown
	shape    shape          // of the portrait or report to answer with
}

// text returns a field of the body, or "" if it is not a string.
func (r *request) text(key string) string {
	s, _ := r.body[key].(string)
	return s
}

// answer is what goes out. The zero status is 200.
type answer struct {
	status      int
	contentType string
	body        []byte
	code        string // for Call.Code
	empty       bool   // for Call.Empty
}

const jsonType = "application/json; encoding=utf-8"

// ServeHTTP answers one call as WeChat does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.enter()
	defer s.leave()

	req := s.read(r)
	fault := s.nextFault(&req.call)
	if fault.hang {
		<-r.Context().Done()
	}
	if fault.hangUp || !wait(r.Context(), s.Latency+fault.delay) {
		s.record(req.call, answer{code: "network"})
		panic(http.ErrAbortHandler)
	}

	a := s.answer(req, fault)
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	if fault.cut {
		a.code = "network"
	}
	s.record(req.call, a)
	w.WriteHeader(a.status)
	if fault.cut {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body) // an error means that the client has gone away
}

// answer returns the answer to a call, changed by the fault.
func (s *Server) answer(r *request, fault Fault) answer {
	var a answer
	if fault.instead != nil {
		a = fault.instead(r)
	} else {
		r.shape = fault.shape
		a = s.serve(r)
	}
	if fault.alter != nil {
		a.body = fault.alter(a.body)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a
}

// serve returns WeChat's own answer.
func (s *Server) serve(r *request) answer {
	switch {
	case r.endpoint.serve == nil:
		return r.failure(40066)
	case r.ContentLength < 0:
		return page(http.StatusPreconditionFailed)
	case r.Method == r.endpoint.method:
		return r.endpoint.serve(s, r)
	case r.endpoint.method == http.MethodPost:
		return r.failure(43002)
	default:
		return r.failure(43001)
	}
}

// wait lets time pass and reports whether the caller still waits for the answer.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight++
	s.maxInFlight = max(s.maxInFlight, s.inFlight)
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
}

// app returns what is known of an appid.
func (s *Server) app(appid string) (app App, known bool) {
	if s.Apps == nil {
		return App{}, appid != ""
	}
	app, known = s.Apps[appid]
	return app, known
}

func (s *Server) published(appid string, d day) time.Time {
	if s.Published == nil {
		return d.begin().Add(34 * time.Hour)
	}
	return s.Published(appid, d.begin())
}

// now returns the time on WeChat's clock.
func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Server) nobody(appid string, d day) bool {
	return s.Nobody != nil && s.Nobody(appid, d.begin())
}

func (s *Server) revised(appid string, d day, now time.Time) bool {
	if s.Revised == nil {
		return false
	}
	t := s.Revised(appid, d.begin())
	return !t.IsZero() && !now.Before(t)
}
