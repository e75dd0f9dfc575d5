package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// TokenSource provides access tokens for one Mini Program. Its methods may be
// called by several goroutines at once.
type TokenSource interface {
	// Token returns a valid token. It requests one only when none is held.
	Token(ctx context.Context) (Token, error)
	// Invalidate forgets the token, which WeChat refused, if it is still the one held.
	Invalidate(Token)
}

// Token is an access token.
type Token struct {
	Value Secret
	// Expiry is the time when the token expires, zero when that is unknown.
	Expiry time.Time
}

// TokenEndpoint is the call by which WeChat issues tokens.
type TokenEndpoint int

const (
	// StableToken is POST /cgi-bin/stable_token. It returns the same token until that
	// expires, and it leaves the tokens of other programs alone (documented). A refresh
	// is never forced.
	StableToken TokenEndpoint = iota
	// PlainToken is GET /cgi-bin/token. Each call issues a new token, and five minutes
	// later the previous one stops working for all programs that use it (documented).
	PlainToken
)

const grantType = "client_credential"

// SecretTokens gets tokens from WeChat for an app secret. A token is held until
// shortly before it expires: a minute, or a tenth of its life where that is less.
// Concurrent callers share one request; a caller whose context ends returns at
// once, and the request is canceled when its last caller has left. A SecretTokens must
// not be copied or changed after first use. Every error it returns is an *Error.
type SecretTokens struct {
	AppID string
	// Secret returns the app secret. It is called before every request, so that a
	// rotated secret takes effect. Its error is shown to the user. While it blocks,
	// callers of Token still return when their contexts end.
	Secret func() (Secret, error)
	// Endpoint is StableToken by default.
	Endpoint TokenEndpoint
	// BaseURL is as in Client.
	BaseURL string
	// HTTP is as in Client.
	HTTP *http.Client
	// Observe is as in Client.
	Observe func(Exchange)

	fallback fallbackHTTP
	cache    tokenCache
}

// Token returns the token that is held, or else asks WeChat for one.
func (t *SecretTokens) Token(ctx context.Context) (Token, error) {
	return t.cache.get(ctx, t.fetch)
}

// Invalidate forgets the token if it is the one that is held.
func (t *SecretTokens) Invalidate(token Token) { t.cache.invalidate(token) }

func (t *SecretTokens) fetch(ctx context.Context) (Token, time.Time, error) {
	r, err := t.request()
	if err != nil {
		return Token{}, time.Time{}, err
	}
	asked := time.Now()
	issued, err := do(ctx, t.fallback.or(t.HTTP), t.Observe, r, decodeToken)
	if err != nil {
		return Token{}, time.Time{}, err
	}
	token, until := issued.expiring(asked)
	return token, until, nil
}

func (t *SecretTokens) request() (request, error) {
	secret, err := t.secret()
	if err != nil {
		return request{}, &Error{Reason: ReasonCredentials, Endpoint: EndpointToken, Message: tidy("the app secret: " + err.Error()), Err: err}
	}
	var r request
	if t.Endpoint == PlainToken {
		r, err = t.plainRequest(secret)
	} else {
		r, err = newRequest(EndpointToken, t.BaseURL, "/cgi-bin/stable_token", nil, struct {
			GrantType    string `json:"grant_type"`
			AppID        string `json:"appid"`
			Secret       string `json:"secret"`
			ForceRefresh bool   `json:"force_refresh"`
		}{grantType, t.AppID, secret.Reveal(), false})
	}
	if err != nil {
		return request{}, err
	}
	r.redactor = r.hiding(secret)
	r.private = true
	return r, nil
}

func (t *SecretTokens) plainRequest(secret Secret) (request, error) {
	u, err := endpointURL(EndpointToken, t.BaseURL, "/cgi-bin/token", url.Values{
		"grant_type": {grantType},
		"appid":      {t.AppID},
		"secret":     {secret.Reveal()},
	})
	if err != nil {
		return request{}, err
	}
	return request{endpoint: EndpointToken, method: http.MethodGet, url: u, redactor: redactor{}.hidingLogin(u)}, nil
}

func (t *SecretTokens) secret() (Secret, error) {
	if t.Secret == nil {
		return "", errors.New("none is set")
	}
	secret, err := t.Secret()
	if err != nil {
		return "", err
	}
	secret = Secret(strings.TrimSpace(secret.Reveal()))
	if secret == "" {
		return "", errors.New("it is empty")
	}
	return secret, nil
}

// issuedToken is a token as a server sent it.
type issuedToken struct {
	value   Secret
	life    time.Duration // 0 when it is unknown
	hasLife bool
}

// expiring returns the token and the time until which it is held. Its life counts from
// when it was requested. A token without any life left is used once.
func (i issuedToken) expiring(asked time.Time) (token Token, until time.Time) {
	if i.life <= 0 {
		return Token{Value: i.value}, time.Time{}
	}
	expiry := asked.Add(i.life)
	return Token{i.value, expiry}, expiry.Add(-min(time.Minute, i.life/10))
}

// maxLife limits how long a token is held. Real ones live 7200 s at most (documented).
const maxLife = 30 * 24 * time.Hour

// decodeToken decodes an answer of WeChat or of a token server.
func decodeToken(answer []byte, r redactor) (issuedToken, *Error) {
	top, failure := decodeObject(answer, r)
	if failure != nil {
		return issuedToken{}, failure
	}
	fields := tokenFields(top)
	text, _ := exactText(fields.firstOf(tokenKeys()))
	value, ok := tokenValue(text)
	if !ok {
		message := "the answer has no usable access_token"
		if code, ok := integer(top.get("code")); ok {
			message += fmt.Sprintf(", and its code is %d", code)
		}
		return issuedToken{}, decodeError(message + r.quote(answer))
	}
	issued := issuedToken{value: value}
	life := fields.firstOf(lifeKeys())
	if seconds, ok := count(life); ok {
		issued.life = time.Duration(min(seconds, int64(maxLife/time.Second))) * time.Second
	}
	issued.hasLife = life != nil
	return issued, nil
}

// tokenValue returns text as a token, unless it cannot be one: tokens consist of visible
// ASCII characters, unlike error pages and JSON.
func tokenValue(text string) (Secret, bool) {
	text = strings.TrimSpace(text)
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' || strings.IndexByte(`"<>\{}`, c) >= 0 {
			return "", false
		}
	}
	return Secret(text), text != ""
}
