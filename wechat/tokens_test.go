package wechat

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTokenRequests(t *testing.T) {
	for _, test := range []struct {
		endpoint TokenEndpoint
		want     string
	}{
		{StableToken, `POST https://host/a/cgi-bin/stable_token ` +
			`{"grant_type":"client_credential","appid":"wx0123456789abcdef","secret":"s+cret","force_refresh":false}`},
		{PlainToken, `GET https://host/a/cgi-bin/token?appid=wx0123456789abcdef&grant_type=client_credential&secret=s%2Bcret `},
	} {
		var got string
		tokens := &SecretTokens{
			AppID: "wx0123456789abcdef", Secret: knownSecret("s+cret\n"), Endpoint: test.endpoint, BaseURL: "https://host/a/",
			HTTP: wire(func(r *http.Request) (*http.Response, error) {
				body, _ := io.ReadAll(r.Body)
				got = fmt.Sprintf("%s %s %s", r.Method, r.URL, body)
				return answer(http.StatusOK, sample(t, "stable-token-documented.json")), nil
			}).client(),
		}
		token, err := tokens.Token(t.Context())
		if err != nil || token.Value.Reveal() != "ACCESS_TOKEN" {
			t.Errorf("got %q, %v", token.Value.Reveal(), err)
		}
		if got != test.want {
			t.Errorf("sent %s\nwant %s", got, test.want)
		}
	}
}

// numbered answers every request with another token and what else is given.
func numbered(n *int, rest string) wire {
	return func(*http.Request) (*http.Response, error) {
		*n++
		return answer(http.StatusOK, fmt.Sprintf(`{"access_token":"token-%d"%s}`, *n, rest)), nil
	}
}

func TestTokenLife(t *testing.T) {
	for _, test := range []struct {
		expiresIn string
		life      time.Duration // until its expiry
		held      time.Duration
	}{
		{`,"expires_in":7200`, 2 * time.Hour, 2*time.Hour - time.Minute},
		{`,"expires_in":"7200"`, 2 * time.Hour, 2*time.Hour - time.Minute},
		{`,"expires_in":345`, 345 * time.Second, 345*time.Second - 34500*time.Millisecond},
		{`,"expires_in":1`, time.Second, 900 * time.Millisecond},
		{`,"expires_in":9223372036854775807`, 0, 0},
		{`,"expires_in":9007199254740992`, maxLife, maxLife - time.Minute},
		{`,"expires_in":0`, 0, 0},
		{`,"expires_in":-7`, 0, 0},
		{`,"expires_in":"soon"`, 0, 0},
		{``, 0, 0},
	} {
		t.Run(test.expiresIn, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				tokens := &SecretTokens{Secret: knownSecret("the secret"), HTTP: numbered(&requests, test.expiresIn).client()}
				client := &Client{Tokens: tokens, HTTP: script(emptyPortrait).client()}
				if _, err := client.Ask(t.Context(), statistic(t, "7d"), week(t)); err != nil {
					t.Fatal(err)
				}
				var expiry time.Time
				if test.life > 0 {
					expiry = time.Now().Add(test.life)
				}
				if got := client.TokenExpiry(); !got.Equal(expiry) {
					t.Errorf("expiry %s, want %s", got, expiry)
				}
				if test.held > 0 {
					time.Sleep(test.held - time.Millisecond)
					if token, _ := tokens.Token(t.Context()); token.Value.Reveal() != "token-1" {
						t.Errorf("%s instead of the token that is held", token.Value.Reveal())
					}
					time.Sleep(time.Millisecond)
				}
				if token, _ := tokens.Token(t.Context()); token.Value.Reveal() != "token-2" {
					t.Errorf("%s instead of a new token", token.Value.Reveal())
				}
			})
		})
	}
}

func TestTokenFailures(t *testing.T) {
	for _, test := range []struct {
		name   string
		secret func() (Secret, error)
		body   string
		reason Reason
		code   string
		says   string
	}{
		{"allow-list", knownSecret("the secret"), sample(t, "error-40164-recorded.json"), ReasonAllowlist, "40164", "203.0.113.30"},
		{"no token", knownSecret("the secret"), `{"access_tokem":"x"}`, ReasonDecode, "decode", "no usable access_token"},
		{"number", knownSecret("the secret"), `{"access_token":5}`, ReasonDecode, "decode", "no usable access_token"},
		{"two words", knownSecret("the secret"), `{"access_token":"a b"}`, ReasonDecode, "decode", "no usable access_token"},
		{"HTML", knownSecret("the secret"), `<html>`, ReasonDecode, "decode", "not JSON; its 6 bytes are not shown"},
		{"no secret", nil, ``, ReasonCredentials, "", "token: the app secret: none is set"},
		{"empty secret", knownSecret(" \n"), ``, ReasonCredentials, "", "token: the app secret: it is empty"},
		{
			"no file", func() (Secret, error) { return "", errors.New("open /run/secret: no such file") }, ``,
			ReasonCredentials, "", "token: the app secret: open /run/secret: no such file",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := (&SecretTokens{Secret: test.secret, HTTP: script(test.body).client()}).Token(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Reason != test.reason || e.Code != test.code || e.Endpoint != EndpointToken {
				t.Fatalf("got %#v", err)
			}
			if !strings.Contains(err.Error(), test.says) || e.Remedy() == "" {
				t.Errorf("got %q with remedy %q, want it to say %q", err, e.Remedy(), test.says)
			}
		})
	}
}

func TestRotatedSecretIsSeen(t *testing.T) {
	var sent []string
	secret := Secret("old")
	tokens := &SecretTokens{
		Secret: func() (Secret, error) { return secret, nil }, Endpoint: PlainToken,
		HTTP: wire(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, r.URL.Query().Get("secret"))
			return answer(http.StatusOK, `{"errcode":40125,"errmsg":"invalid appsecret"}`), nil
		}).client(),
	}
	for _, secret = range []Secret{"old", "new"} {
		if _, err := tokens.Token(t.Context()); ReasonOf(err) != ReasonCredentials {
			t.Errorf("got %v", err)
		}
	}
	if got := strings.Join(sent, " "); got != "old new" {
		t.Errorf("sent %s", got)
	}
}
