package wechat

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestURLTokens(t *testing.T) {
	for _, test := range []struct {
		name, body string
		life, held time.Duration
	}{
		{"bare", "token\n", 0, time.Minute},
		{"JSON", `{"access_token":"token"}`, 0, time.Minute},
		{"JSON with a life", `{"access_token":"token","expires_in":100}`, 100 * time.Second, 90 * time.Second},
		{"wrapped", `{"errcode":0,"data":{"access_token":"token","expires_in":100}}`, 100 * time.Second, 90 * time.Second},
		{"wrapped otherwise", `{"code":200,"msg":"ok","data":{"accessToken":"token","expiresIn":100}}`, 100 * time.Second, 90 * time.Second},
		{"wrapped in result", `{"success":true,"result":"token"}`, 0, time.Minute},
		{"oddly", "\xef\xbb\xbf{\"access_token\":\"token\",\"expires_in\":100,\"by\":\"a\tb\",}\x00", 100 * time.Second, 90 * time.Second},
		{"bare and oddly", "\xef\xbb\xbftoken\x00", 0, time.Minute},
		{"JSON without a life left", `{"access_token":"token","expires_in":0}`, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen calls
				tokens := &URLTokens{
					URL: "https://tokens.example/t?key=k", Observe: seen.observe,
					HTTP: wire(func(r *http.Request) (*http.Response, error) {
						if got := r.Method + " " + r.URL.String(); got != "GET https://tokens.example/t?key=k" {
							t.Errorf("called %s", got)
						}
						return answer(http.StatusOK, test.body), nil
					}).client(),
				}
				token, err := tokens.Token(t.Context())
				if err != nil || token.Value.Reveal() != "token" {
					t.Fatalf("got %q, %v", token.Value.Reveal(), err)
				}
				var expiry time.Time
				if test.life > 0 {
					expiry = time.Now().Add(test.life)
				}
				if !token.Expiry.Equal(expiry) {
					t.Errorf("expiry %s, want %s", token.Expiry, expiry)
				}
				want := "token 0"
				if test.held > 0 {
					time.Sleep(test.held - time.Millisecond)
					_, _ = tokens.Token(t.Context())
					if got := seen.String(); got != want {
						t.Errorf("before its end: observed %s", got)
					}
					time.Sleep(time.Millisecond)
				}
				last, _ := tokens.Token(t.Context())
				tokens.Invalidate(last)
				_, _ = tokens.Token(t.Context())
				if got := seen.String(); got != "token 0, token 0, token 0" {
					t.Errorf("after its end and an invalidation: observed %s", got)
				}
			})
		})
	}
}

func TestURLTokensFailures(t *testing.T) {
	for _, test := range []struct {
		name   string
		url    Secret
		wire   wire
		reason Reason
		code   string
	}{
		{"no URL", "tokens.example", nil, ReasonRequest, ""},
		{"HTML", "http://tokens.example", script("<html>hello</html>"), ReasonDecode, "decode"},
		{"empty", "http://tokens.example", script(""), ReasonDecode, "decode"},
		{"errcode", "http://tokens.example", script(`{"errcode":50004,"errmsg":""}`), ReasonAccount, "50004"},
		{
			"forbidden", "http://tokens.example",
			func(*http.Request) (*http.Response, error) { return answer(http.StatusForbidden, "token"), nil }, ReasonRequest, "http_403",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := (&URLTokens{URL: test.url, HTTP: test.wire.client()}).Token(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Reason != test.reason || e.Code != test.code || e.Endpoint != EndpointToken || e.Remedy() == "" {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// A server that answers that it has no token is shown with its code, and with nothing else.
func TestTokenServerWithoutAToken(t *testing.T) {
	for _, body := range []string{`{"code":1001,"msg":"hush-hush-hush"}`, `{"code":1001,"data":"hush-hush-hush"}`, `{"code":"1001.0","data":{"access_token":"hush-hush-hush"}}`} {
		tokens := &URLTokens{URL: "https://tokens.example/t", HTTP: script(body).client()}
		_, err := tokens.Token(t.Context())
		checkHidden(t, err, "hush-hush-hush")
		if want := "no usable access_token, and its code is 1001;"; !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}
