package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestUserPortraitOnTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.ContentLength != int64(len(body)) || r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("Content-Length %d, Transfer-Encoding %v for a body of %d bytes", r.ContentLength, r.TransferEncoding, len(body))
		}
		if got, want := string(body), `{"begin_date":"20170611","end_date":"20170617"}`; got != want {
			t.Errorf("body %s, want %s", got, want)
		}
		if got, want := r.Method+" "+r.URL.String(), "POST /prefix/datacube/getweanalysisappiduserportrait?access_token=to%2Bken"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := r.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("Content-Type %q", got)
		}
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		_, _ = io.WriteString(w, sample(t, "portrait-documented.json"))
	}))
	defer server.Close()

	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("to+ken\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, baseURL := range []string{server.URL + "/prefix", server.URL + "/prefix/"} {
		var seen calls
		client := &Client{BaseURL: baseURL, Tokens: &FileTokens{Path: file}, Observe: seen.observe}
		p, err := client.UserPortrait(t.Context(), week(t))
		if err != nil {
			t.Fatal(err)
		}
		if p.RefDate != "20170611" || len(p.Rows) != 12 || string(p.Answer) != sample(t, "portrait-documented.json") {
			t.Errorf("got %+v", p)
		}
		if got := seen.String(); got != "user_portrait 0" {
			t.Errorf("observed %s", got)
		}
	}
}

func TestCallsWithoutTokens(t *testing.T) {
	client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
		if got, want := r.URL.String(), "https://api.weixin.qq.com/datacube/getweanalysisappiduserportrait"; got != want {
			t.Errorf("called %s, want %s", got, want)
		}
		return answer(http.StatusOK, emptyPortrait), nil
	}).client()}
	p, err := client.UserPortrait(t.Context(), week(t))
	if err != nil || !p.Empty() {
		t.Fatalf("got %+v, %v", p, err)
	}
	if !client.TokenExpiry().IsZero() {
		t.Error("a token's expiry without a token")
	}
}

func TestQuota(t *testing.T) {
	var body string
	client := &Client{HTTP: wire(func(r *http.Request) (*http.Response, error) {
		text, _ := io.ReadAll(r.Body)
		body = r.URL.Path + " " + string(text)
		return answer(http.StatusOK, `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":1000,"used":"12","remain":988.0}}`), nil
	}).client()}
	got, err := client.Quota(t.Context())
	if want := (Quota{Limit: 1000, Used: 12, Remaining: 988}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if want := `/cgi-bin/openapi/quota/get {"cgi_path":"/datacube/getweanalysisappiduserportrait"}`; body != want {
		t.Errorf("sent %s, want %s", body, want)
	}

	client.HTTP = script(sample(t, "quota-documented.json")).client()
	if got, err := client.Quota(t.Context()); err != nil || got != (Quota{}) {
		t.Errorf("the documented answer: got %+v, %v", got, err)
	}
	for _, text := range []string{`{"errcode":0}`, `{"quota":[]}`, `{"quota":{"daily_limit":1,"used":1}}`} {
		client.HTTP = script(text).client()
		if _, err := client.Quota(t.Context()); ReasonOf(err) != ReasonDecode {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	const token1, token2 = `{"access_token":"first","expires_in":7200}`, `{"access_token":"second","expires_in":7200}`
	for _, code := range []string{"40001", "40014", "42001"} {
		refused := `{"errcode":` + code + `,"errmsg":"access_token expired rid: 611740a4-27f9a8ba-065da01b"}`
		for _, test := range []struct {
			name     string
			bodies   []string
			observed string
			reason   Reason
		}{
			{
				"repeated",
				[]string{token1, refused, token2, emptyPortrait},
				"token 0, user_portrait " + code + ", token 0, user_portrait 0", "",
			},
			{
				"refused again",
				[]string{token1, refused, token2, refused, emptyPortrait},
				"token 0, user_portrait " + code + ", token 0, user_portrait " + code, ReasonToken,
			},
			{
				"no new token",
				[]string{token1, refused, `{"errcode":40125,"errmsg":"invalid appsecret"}`},
				"token 0, user_portrait " + code + ", token 40125", ReasonCredentials,
			},
		} {
			t.Run(code+" "+test.name, func(t *testing.T) {
				var seen calls
				http := script(test.bodies...).client()
				client := &Client{HTTP: http, Observe: seen.observe, Tokens: &SecretTokens{
					AppID: "wx0123456789abcdef", Secret: knownSecret("the secret"), HTTP: http, Observe: seen.observe,
				}}
				_, err := client.UserPortrait(t.Context(), week(t))
				if ReasonOf(err) != test.reason {
					t.Errorf("got %v, want reason %q", err, test.reason)
				}
				if got := seen.String(); got != test.observed {
					t.Errorf("observed %s, want %s", got, test.observed)
				}
			})
		}
	}
}

func TestQuotaReplacesRefusedToken(t *testing.T) {
	http := script(`{"access_token":"first"}`, `{"errcode":42001,"errmsg":""}`, `{"access_token":"second"}`,
		sample(t, "quota-documented.json")).client()
	client := &Client{HTTP: http, Tokens: &SecretTokens{Secret: knownSecret("the secret"), HTTP: http}}
	if _, err := client.Quota(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRefusalWithoutTokensIsNotRepeated(t *testing.T) {
	var seen calls
	client := &Client{HTTP: script(`{"errcode":40001,"errmsg":""}`).client(), Observe: seen.observe}
	if _, err := client.UserPortrait(t.Context(), week(t)); ReasonOf(err) != ReasonToken {
		t.Errorf("got %v", err)
	}
	if got := seen.String(); got != "user_portrait 40001" {
		t.Errorf("observed %s", got)
	}
}

func TestAnswersThatAreNoPortrait(t *testing.T) {
	short := func(*http.Request) (*http.Response, error) {
		a := answer(http.StatusOK, emptyPortrait)
		a.ContentLength++
		return a, nil
	}
	for _, test := range []struct {
		name   string
		wire   wire
		reason Reason
		code   string
		says   string
	}{
		{"not ready", script(`{"errcode":61503,"errmsg":"data not ready"}`), ReasonNotReady, "61503", "data not ready"},
		{"busy", script(`{"errmsg":"system error","errcode":-1}`), ReasonBusy, "-1", "errcode -1: system error"},
		{"unknown errcode", script(`{"errcode":99999,"errmsg":"strange"}`), ReasonBusy, "99999", "errcode 99999: strange"},
		{"HTML", script("<html>\n<b>hello</b>"), ReasonDecode, "decode", `it is "<html>\n<b>hello</b>"`},
		{"long HTML", script("<html>" + strings.Repeat("x", 10_000)), ReasonDecode, "decode", `it begins "<html>xxx`},
		{"too large", script(strings.Repeat(" ", maxAnswer) + "{}"), ReasonDecode, "decode", "larger than 8 MiB"},
		{"empty", script(""), ReasonDecode, "decode", "not JSON; it is empty"},
		{"shorter than its length", short, ReasonBusy, "network", fmt.Sprintf("cut short after %d bytes", len(emptyPortrait))},
		{"redirect", status(302), ReasonRequest, "http_302", "HTTP 302: redirects are not followed"},
		{"not found", status(404), ReasonRequest, "http_404", `HTTP 404: unexpected HTTP status; it is "no such thing"`},
		{"length required", status(412), ReasonRequest, "http_412", "HTTP 412"},
		{"too many", status(429), ReasonQuota, "http_429", "HTTP 429"},
		{"server error", status(503), ReasonBusy, "http_503", "HTTP 503"},
		{
			"refused connection", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
			ReasonBusy, "network", "user_portrait: network: connection refused",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var seen calls
			client := &Client{HTTP: test.wire.client(), Observe: seen.observe}
			p, err := client.UserPortrait(t.Context(), week(t))
			e, ok := errors.AsType[*Error](err)
			if !ok || p != nil {
				t.Fatalf("got %v, %v", p, err)
			}
			if e.Reason != test.reason || e.Code != test.code || e.Endpoint != EndpointUserPortrait {
				t.Errorf("got reason %s, code %s, endpoint %s", e.Reason, e.Code, e.Endpoint)
			}
			if !strings.Contains(err.Error(), test.says) || len(err.Error()) > 500 {
				t.Errorf("got %q, want it to say %q", err, test.says)
			}
			if e.Remedy() == "" {
				t.Error("no remedy")
			}
			if got, want := seen.String(), "user_portrait "+exchangeCode(test.code); got != want {
				t.Errorf("observed %s, want %s", got, want)
			}
		})
	}
}

func TestBodyCutOnTheWire(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"ref_date":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	client := &Client{BaseURL: server.URL}
	_, err := client.UserPortrait(t.Context(), week(t))
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Reason != ReasonBusy || e.Code != "network" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the call was sent on to %s", r.URL)
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	for _, client := range []*http.Client{nil, {}} {
		_, err := (&Client{BaseURL: server.URL, HTTP: client}).UserPortrait(t.Context(), week(t))
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != "http_307" {
			t.Errorf("got %v", err)
		}
	}
}

func TestStoppedCallIsContextCanceled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	// A cause of its own must not hide that the context was canceled.
	ctx, cancel := context.WithCancelCause(t.Context())
	client := &Client{BaseURL: server.URL}
	result := make(chan error)
	go func() {
		_, err := client.UserPortrait(ctx, week(t))
		result <- err
	}()
	cancel(errors.New("shutting down"))
	if err := <-result; !errors.Is(err, context.Canceled) || ReasonOf(err) != ReasonBusy {
		t.Errorf("got %v", err)
	}
}

func TestTimeoutAndDuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var observed []Exchange
		client := &Client{
			Observe: func(c Exchange) { observed = append(observed, c) },
			HTTP: wire(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}).client(),
		}
		client.HTTP.Timeout = 30 * time.Second
		_, err := client.UserPortrait(t.Context(), week(t))
		if !errors.Is(err, context.DeadlineExceeded) || ReasonOf(err) != ReasonBusy {
			t.Errorf("got %v", err)
		}
		if want := (Exchange{EndpointUserPortrait, "network", 30 * time.Second}); len(observed) != 1 || observed[0] != want {
			t.Errorf("observed %v, want %v", observed, want)
		}
	})
}

func TestWrongBaseURL(t *testing.T) {
	for _, baseURL := range []string{"api.weixin.qq.com", "ftp://host", "http://", "https://host/?a=b", "http://[::1", "\x00"} {
		_, err := (&Client{BaseURL: baseURL}).UserPortrait(t.Context(), week(t))
		if ReasonOf(err) != ReasonRequest || !strings.Contains(err.Error(), "base URL") {
			t.Errorf("%q: got %v", baseURL, err)
		}
	}
}
