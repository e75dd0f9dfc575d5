package wechattest

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	tokenLife = 2 * time.Hour
	// renewal is how long before its end a stable token is replaced (documented).
	renewal = 5 * time.Minute
	// overlap is how long a plain token lives once there is a newer one (documented).
	overlap = 5 * time.Minute
	// memory is how long an expired token is told from one that never existed.
	memory = 24 * time.Hour
)

type token struct {
	value   string
	appid   string
	expires time.Time
	revoked bool
}

func (t *token) living(now time.Time) bool { return !t.revoked && now.Before(t.expires) }

// tokenKey identifies a series of tokens: the two calls issue separate ones.
type tokenKey struct{ appid, path string }

// ExpireTokens lets all tokens expire: from now on, calls with them are answered by
// errcode 42001.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, t := range s.tokens {
		if now.Before(t.expires) {
			t.expires = now
		}
	}
}

// RevokeTokens invalidates all tokens of an app: from now on, calls with them are
// answered by errcode 40001, as if another program had requested a newer one.
func (s *Server) RevokeTokens(appid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.appid == appid {
			t.revoked = true
		}
	}
}

// findToken returns the token with a value, or nil.
func (s *Server) findToken(value string) *token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[value]
}

// checkToken returns the errcode for a call with an invalid token, 0 for a valid one.
func (s *Server) checkToken(r *request) (errcode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !r.URL.Query().Has("access_token") && s.NoTokens:
		return 0
	case r.URL.Query().Get("access_token") == "":
		return 41001
	case r.token == nil || r.token.revoked:
		return 40001
	case !r.token.living(r.call.Time):
		return 42001
	}
	return 0
}

// serveToken answers GET /cgi-bin/token: every call makes a new token.
func (s *Server) serveToken(r *request) answer {
	query := r.URL.Query()
	if errcode := s.checkCredentials(r, query.Get("grant_type"), query.Get("secret")); errcode != 0 {
		return r.failure(errcode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := tokenKey{r.call.AppID, r.URL.Path}
	if old := s.newest[key]; old != nil && old.expires.After(r.call.Time.Add(overlap)) {
		old.expires = r.call.Time.Add(overlap)
	}
	return tokenAnswer(s.issue(key, r), r)
}

// serveStableToken answers POST /cgi-bin/stable_token: the same token until five
// minutes before its end, or until a new one is forced.
func (s *Server) serveStableToken(r *request) answer {
	if r.body == nil {
		return r.failure(47001)
	}
	if errcode := s.checkCredentials(r, r.text("grant_type"), r.text("secret")); errcode != 0 {
		return r.failure(errcode)
	}
	force := false
	if value, sent := r.body["force_refresh"]; sent {
		var ok bool
		if force, ok = value.(bool); !ok {
			return r.failure(47001)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := tokenKey{r.call.AppID, r.URL.Path}
	old := s.newest[key]
	if force && old != nil {
		old.revoked = true
	}
	if old != nil && old.living(r.call.Time.Add(renewal)) {
		return tokenAnswer(old, r)
	}
	return tokenAnswer(s.issue(key, r), r)
}

// checkCredentials returns the errcode for a caller who may not get a token, otherwise 0.
func (s *Server) checkCredentials(r *request, grantType, secret string) (errcode int) {
	app, known := s.app(r.call.AppID)
	switch {
	case grantType != "client_credential":
		return 40002
	case r.call.AppID == "":
		return 41002
	case !known:
		return 40013
	case secret == "":
		return 41004
	case app.Secret != "" && secret != app.Secret:
		return 40125
	case len(app.AllowList) > 0 && !slices.Contains(app.AllowList, r.ip().String()):
		return 40164
	}
	return 0
}

// ip returns the caller's address.
func (r *request) ip() netip.Addr {
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return caller.Addr().Unmap()
}

// issue makes a new token. The caller holds s.mu.
func (s *Server) issue(key tokenKey, r *request) *token {
	now := r.call.Time
	for value, t := range s.tokens {
		if now.Sub(t.expires) > memory {
			delete(s.tokens, value)
		}
	}
	t := &token{
		value:   tokenValue(seedOf(key.appid + key.path).at(int(now.UnixNano())).at(r.serial)),
		appid:   key.appid,
		expires: now.Add(tokenLife),
	}
	if s.tokens == nil {
		s.tokens = make(map[string]*token)
		s.newest = make(map[tokenKey]*token)
	}
	s.tokens[t.value] = t
	s.newest[key] = t
	return t
}

// tokenValue returns a token of 139 characters or, one time in four, of 523.
func tokenValue(s seed) string {
	size := 17 * 8
	if s%4 == 0 {
		size = 65 * 8
	}
	var raw []byte
	for i := 0; len(raw) < size; i++ {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(s.at(i)))
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d_", 60+s%30)
	text.WriteString(base64.RawURLEncoding.EncodeToString(raw)[:size])
	return text.String()
}

func tokenAnswer(t *token, r *request) answer {
	return answer{
		contentType: jsonType,
		body: fmt.Appendf(nil, `{"access_token":"%s","expires_in":%d}`,
			t.value, t.expires.Sub(r.call.Time)/time.Second),
		code: "0",
	}
}
