package wechat

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// URLTokens gets tokens from a central token server by GET: the bare token, or JSON
// with access_token and, if known, expires_in in seconds, which may be wrapped in data or
// result. A token is held as
// SecretTokens holds it, and for a minute where the server does not say how long it
// lives. It must not be copied or changed after first use. Every error it returns is an *Error.
type URLTokens struct {
	// URL is the address of the server, with all parameters that it needs. Errors show
	// at most its host.
	URL Secret
	// HTTP is as in Client.
	HTTP *http.Client
	// Observe is as in Client.
	Observe func(Exchange)

	fallback fallbackHTTP
	cache    tokenCache
}

// Token returns the token that is held, or else asks the server for one.
func (t *URLTokens) Token(ctx context.Context) (Token, error) {
	return t.cache.get(ctx, t.fetch)
}

// Invalidate forgets the token if it is the one that is held.
func (t *URLTokens) Invalidate(token Token) { t.cache.invalidate(token) }

func (t *URLTokens) fetch(ctx context.Context) (Token, time.Time, error) {
	u := parseAddress(t.URL.Reveal())
	if u == nil {
		return Token{}, time.Time{}, &Error{
			Reason: ReasonRequest, Endpoint: EndpointToken,
			Message: "the token URL is not of the form https://host/path",
		}
	}
	asked := time.Now()
	r := request{endpoint: EndpointToken, method: http.MethodGet, url: u, redactor: redactor{private: true}.hidingURL(u)}
	issued, err := do(ctx, t.fallback.or(t.HTTP), t.Observe, r, decodeTokenText)
	if err != nil {
		return Token{}, time.Time{}, err
	}
	if !issued.hasLife {
		return Token{Value: issued.value}, asked.Add(time.Minute), nil
	}
	token, until := issued.expiring(asked)
	return token, until, nil
}

// decodeTokenText decodes a bare token or one in JSON.
func decodeTokenText(content []byte, r redactor) (issuedToken, *Error) {
	text := trimmed(content)
	if bytes.HasPrefix(text, []byte("{")) {
		return decodeToken(content, r)
	}
	value, ok := tokenValue(string(text))
	if !ok {
		return issuedToken{}, decodeError("the text is not a token" + r.quote(content))
	}
	return issuedToken{value: value}, nil
}
