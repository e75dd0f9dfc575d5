package wechat

import (
	"context"
	"net/http"
	"time"
)

// Reach sends the call of a poll without a token, which WeChat refuses without counting it,
// and returns the time of WeChat's clock: zero when the answer does not tell. It succeeds
// when the answer is a JSON object. What answers otherwise is not WeChat but, for instance,
// a login page, and the error says so.
func (c *Client) Reach(ctx context.Context) (clock time.Time, err error) {
	u, err := endpointURL(EndpointUserPortrait, c.BaseURL, portraitPath, nil)
	if err != nil {
		return time.Time{}, err
	}
	r := request{endpoint: EndpointUserPortrait, method: http.MethodGet, url: u, redactor: redactor{}.hidingLogin(u)}
	answer, header, failure := r.send(ctx, c.fallback.or(c.HTTP))
	if failure == nil {
		if _, failure = decodeObject(answer, r.redactor); failure != nil && failure.Code != codeDecode {
			failure = nil // an errcode, so it is WeChat that answered
		}
	}
	if failure != nil {
		failure.Endpoint = r.endpoint
		return time.Time{}, failure
	}
	clock, _ = http.ParseTime(header.Get("Date"))
	return clock, nil
}
