package wechat

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// DefaultBaseURL is WeChat's main host. Others that answer alike are api2 (for
// disasters), sh.api, sz.api and hk.api (documented); programs in WeChat's cloud
// hosting call the main one over plain HTTP (documented).
const DefaultBaseURL = "https://api.weixin.qq.com"

const quotaPath = "/cgi-bin/openapi/quota/get"

// The endpoints of calls that are about no statistic.
const (
	EndpointQuota = "quota"
	EndpointToken = "token"
)

// Client calls the WeChat API for one Mini Program. The zero value calls WeChat
// without a token. A Client may be used by several goroutines at once; its fields
// must not be changed after the first call. Every error it returns is an *Error,
// unless Tokens returned another.
type Client struct {
	// BaseURL is the address of the API, DefaultBaseURL when empty. A path in it is
	// kept as a prefix; a slash at its end does not matter.
	BaseURL string
	// HTTP makes the calls; when nil, one by NewHTTPClient with a timeout of 30 seconds.
	// Redirects are never followed, whatever its CheckRedirect says.
	HTTP *http.Client
	// Tokens provides access tokens. When nil, calls are sent without one, as in WeChat's
	// cloud hosting.
	Tokens TokenSource
	// Observe is called after every HTTP exchange, when it is not nil. Concurrent calls
	// of the Client cause concurrent calls of it.
	Observe func(Exchange)

	fallback fallbackHTTP
	expiry   atomic.Pointer[time.Time]
}

// Exchange describes an HTTP exchange to Observe.
type Exchange struct {
	// Endpoint is EndpointQuota, EndpointToken or that of a Statistic.
	Endpoint string
	// Code is WeChat's errcode in decimal, "0" for success, "http_" and the status of
	// an answer other than 2xx, "network" when no complete answer arrived, or "decode"
	// when the answer could not be decoded. The number of codes is limited: an errcode
	// that is not in the table of errcodes is "unknown", and a status that is not
	// assigned is "http_other".
	Code string
	// Duration is the time from the request to the last byte of the answer.
	Duration time.Duration
}

// Quota is how often a path of the API may be called per day, in calls.
type Quota struct {
	Limit     int64 `json:"limit"`     // per day; WeChat publishes it nowhere else
	Used      int64 `json:"used"`      // today
	Remaining int64 `json:"remaining"` // today
}

// Quota asks for the quota of the endpoint of a Statistic.
func (c *Client) Quota(ctx context.Context, endpoint string) (Quota, error) {
	body := struct {
		Path string `json:"cgi_path"`
	}{pathOf(endpoint)}
	return call(ctx, c, EndpointQuota, quotaPath, url.Values{}, body, decodeQuota)
}

// TokenExpiry returns when the token of the last call expires. It is zero when no
// call used a token yet and when the life of the token is unknown.
func (c *Client) TokenExpiry() time.Time {
	if expiry := c.expiry.Load(); expiry != nil {
		return *expiry
	}
	return time.Time{}
}

// call posts body to path, or gets it if there is no body. When WeChat refuses the token, it repeats the call once
// with a new one. If that one is refused, too, it stays held: WeChat sometimes refuses
// valid tokens (reported), and with PlainToken every request for a new one invalidates
// the token of all other programs that use the app.
func call[T any](ctx context.Context, c *Client, endpoint, path string, query url.Values, body any, decode decoder[T]) (T, error) {
	for first := true; ; first = false {
		token, err := c.token(ctx)
		if err != nil {
			var none T
			return none, err
		}
		if token.Value != "" {
			query.Set("access_token", token.Value.Reveal())
		}
		r, err := newRequest(endpoint, c.BaseURL, path, query, body)
		if err != nil {
			var none T
			return none, err
		}
		r.redactor = r.hiding(token.Value)
		result, err := do(ctx, c.fallback.or(c.HTTP), c.Observe, r, decode)
		if first && c.Tokens != nil && ReasonOf(err) == ReasonToken {
			c.Tokens.Invalidate(token)
			continue
		}
		return result, err
	}
}

func (c *Client) token(ctx context.Context) (Token, error) {
	if c.Tokens == nil {
		return Token{}, nil
	}
	token, err := c.Tokens.Token(ctx)
	if err != nil {
		return Token{}, err
	}
	c.expiry.Store(&token.Expiry)
	return token, nil
}
