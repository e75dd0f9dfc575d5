package wechattest

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// Call is one call that a Server has answered.
type Call struct {
	// Time is when the call arrived.
	Time time.Time
	// Endpoint is user_portrait or another statistic, such as daily_visit_trend; token
	// (for either kind) or quota. For another path it is the path.
	Endpoint string
	// AppID is the app that the call is for, by its token or its parameters. It is
	// empty if the server cannot tell.
	AppID string
	// Begin and End are the dates of a statistic, as sent.
	Begin, End string
	// Page is the page of the income of ads, as sent.
	Page string
	// Code is the errcode or ret of the answer, 0 for success, http_412 for an HTTP status,
	// network if no whole answer was sent, or body for a scripted one.
	Code string
	// Empty reports that the answer is a statistic without rows.
	Empty bool
}

// Calls returns all calls answered so far, in the order of the answers.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ForgetCalls empties the list that Calls returns, and what MaxInFlight counted.
func (s *Server) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
	s.maxInFlight = s.inFlight
}

// InFlight returns how many calls are being answered now.
func (s *Server) InFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight
}

// MaxInFlight returns how many calls were being answered at once at most.
func (s *Server) MaxInFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.maxInFlight
}

func (s *Server) record(call Call, a answer) {
	call.Code, call.Empty = a.code, a.empty
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// maxRequest is how much of a body is read, in bytes. No call is near it.
const maxRequest = 1 << 20

// read parses a request. It does not check it yet, because a fault may hit any call.
func (s *Server) read(r *http.Request) *request {
	now := s.now()
	endpoint := endpointAt(r.URL.Path)
	req := &request{
		Request:  r,
		call:     Call{Time: now, Endpoint: cmp.Or(endpoint.name, r.URL.Path)},
		endpoint: endpoint,
		today:    dayOf(now),
	}
	call := &req.call
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil || json.Unmarshal(body, &req.body) != nil {
		req.body = nil
	}
	query := r.URL.Query()
	call.Begin = cmp.Or(req.text("begin_date"), query.Get("start_date"))
	call.End = cmp.Or(req.text("end_date"), query.Get("end_date"))
	call.Page = query.Get("page")
	switch {
	case endpoint.name == "token" && endpoint.method == http.MethodGet:
		call.AppID = query.Get("appid")
	case endpoint.name == "token":
		call.AppID = req.text("appid")
	default:
		if value := query.Get("access_token"); value != "" {
			req.token = s.findToken(value)
		}
		if req.token != nil {
			call.AppID = req.token.appid
		} else if s.NoTokens {
			call.AppID = s.onlyApp()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	req.serial = s.requests
	return req
}

// onlyApp returns the appid of calls without a token.
func (s *Server) onlyApp() string {
	if len(s.Apps) == 1 {
		for appid := range s.Apps {
			return appid
		}
	}
	return ""
}
