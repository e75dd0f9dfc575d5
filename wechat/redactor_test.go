package wechat

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Secrets that look different in every way of escaping.
const (
	appSecret = `S3/cret+"quo<ted>\&=end-of-secret`
	token     = `84_Tok/en+with=signs&more-of-the-token`
)

// escapings are the ways in which servers and libraries write what they were sent.
func escapings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	var ascii, hexadecimal strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&ascii, `\u%04x`, b)
		fmt.Fprintf(&hexadecimal, "%%%02x", b)
	}
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ToLower(url.QueryEscape(secret)),
		strings.Trim(string(quoted), `"`), strings.ReplaceAll(secret, "/", `\/`), strings.Trim(strconv.Quote(secret), `"`),
		html.EscapeString(secret), ascii.String(), hexadecimal.String(),
	}
}

// checkHidden looks for the secret in everything that can be shown of an error.
func checkHidden(t *testing.T, err error, secrets ...string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %#v instead of an *Error", err)
	}
	encoded, jsonErr := json.Marshal(e)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	shown := []string{
		err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err), fmt.Sprintf("%#v", *e),
		e.Remedy(), e.RequestID, string(encoded),
	}
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		shown = append(shown, fmt.Sprintf("%v", cause), fmt.Sprintf("%+v", cause), fmt.Sprintf("%#v", cause))
	}
	for _, secret := range secrets {
		for _, form := range append(escapings(secret), secret[:minPartial]) {
			for _, text := range shown {
				if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
					t.Errorf("%q shows %q", text, form)
				}
			}
		}
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// nowhere returns an address at which nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	listener := listen(t)
	_ = listener.Close()
	return listener.Addr().String()
}

// badServer listens and answers every connection with the given bytes.
func badServer(t *testing.T, answer func(request string) string) (baseURL string) {
	t.Helper()
	listener := listen(t)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			buffer := make([]byte, 8<<10)
			n, _ := connection.Read(buffer)
			_, _ = io.WriteString(connection, answer(string(buffer[:n])))
			_ = connection.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestNoErrorShowsASecret(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()

	type failure struct {
		name    string
		baseURL string
		client  *http.Client
	}
	failures := []failure{
		{"dial error", "http://" + nowhere(t), nil},
		{"TLS error", strings.Replace(plain.URL, "http:", "https:", 1), nil},
		{"connection closed", badServer(t, func(string) string { return "" }), nil},
		{"timeout", "http://host", &http.Client{Timeout: time.Nanosecond, Transport: wire(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}},
		{"transport that prints the URL", "http://host", wire(func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			return nil, fmt.Errorf("cannot send %s: %w", body, &url.Error{Op: "Post", URL: r.URL.String(), Err: fmt.Errorf("no route to %s", r.URL)})
		}).client()},
		{"wrong scheme", "gopher://user:" + url.QueryEscape(token) + "@host", nil},
		{"wrong base URL", "http://user:" + token + "\x00@host", nil},
		{"password in the base URL", "http://user:" + url.QueryEscape(token) + "@" + nowhere(t), nil},
		{"garbled status line", badServer(t, func(request string) string { return strings.SplitN(request, "\r\n", 2)[0] + "\r\n\r\n" }), nil},
	}
	// What a server says, with every way of writing a secret in it.
	for form := range escapings(token) {
		for name, say := range map[string]func(secret string) *http.Response{
			"status": func(s string) *http.Response { return answer(http.StatusInternalServerError, "cannot GET /?q="+s) },
			"redirect": func(s string) *http.Response {
				a := answer(http.StatusFound, s)
				a.Header.Set("Location", "http://elsewhere/?access_token="+s)
				return a
			},
			"HTML":     func(s string) *http.Response { return answer(http.StatusOK, "<a href='"+s+"'>") },
			"cut HTML": func(s string) *http.Response { return answer(http.StatusOK, strings.Repeat("-", 30)+s[:len(s)*2/3]) },
			"far HTML": func(s string) *http.Response { return answer(http.StatusOK, strings.Repeat("-", 55)+s) },
			"errmsg": func(s string) *http.Response {
				text, _ := json.Marshal("refused: " + s + " hint: [" + s + "]")
				return answer(http.StatusOK, `{"errcode":47001,"errmsg":`+string(text)+`}`)
			},
			"wrong shape": func(s string) *http.Response {
				text, _ := json.Marshal(s)
				return answer(http.StatusOK, `{"access":`+string(text)+`}`)
			},
		} {
			failures = append(failures, failure{
				fmt.Sprintf("%s, form %d", name, form), "http://host",
				wire(func(r *http.Request) (*http.Response, error) {
					sent := token
					if strings.Contains(r.URL.Path, "token") {
						sent = appSecret
					}
					return say(escapings(sent)[form]), nil
				}).client(),
			})
		}
	}

	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			client := &Client{BaseURL: f.baseURL, HTTP: f.client, Tokens: &FileTokens{Path: file}}
			_, err := client.Ask(t.Context(), statistic(t, "7d"), week(t))
			checkHidden(t, err, token)
			_, err = client.Quota(t.Context(), EndpointUserPortrait)
			checkHidden(t, err, token)
			for _, endpoint := range []TokenEndpoint{StableToken, PlainToken} {
				tokens := &SecretTokens{Secret: knownSecret(appSecret), Endpoint: endpoint, BaseURL: f.baseURL, HTTP: f.client}
				_, err = tokens.Token(t.Context())
				checkHidden(t, err, token, appSecret)
			}
			tokens := &URLTokens{HTTP: f.client, URL: Secret(f.baseURL + "/" + url.PathEscape(appSecret) + "/token?key=" + url.QueryEscape(appSecret))}
			// Some of the pages in the way of a token server look like a token.
			if _, err = tokens.Token(t.Context()); err != nil || !strings.Contains(f.name, "HTML") {
				checkHidden(t, err, token, appSecret)
			}
		})
	}
}

func TestNoErrorShowsATokenThatWasHandedIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	for _, content := range []string{
		"Bearer " + token, `{"token":"` + token + `"}`, `{"access_token":"` + token, `<token>` + token + `</token>`,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := (&FileTokens{Path: file}).Token(t.Context())
		checkHidden(t, err, token)
		_, err = (&URLTokens{URL: "http://host", HTTP: script(content).client()}).Token(t.Context())
		checkHidden(t, err, token)
	}
}

func TestNothingPrintsATokenThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		tokens := &SecretTokens{Secret: knownSecret(appSecret), HTTP: numbered(&requests, `,"expires_in":7200`).client()}
		held, err := tokens.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // for the goroutine that brought the token
		for _, v := range []any{tokens, &Client{Tokens: tokens}, held, &held, &URLTokens{URL: appSecret}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				text := fmt.Sprintf(verb, v)
				for _, secret := range []string{"token-1", appSecret} {
					if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
						t.Errorf("%s of %T prints %s", verb, v, text)
					}
				}
			}
		}
		if text, err := json.Marshal(held); err != nil || strings.Contains(string(text), "token-1") {
			t.Errorf("JSON: %s, %v", text, err)
		}
	})
}

// TestCausesAreKept holds what callers want to know of a cause.
func TestCausesAreKept(t *testing.T) {
	server := quietTLSServer()
	defer server.Close()
	_, err := (&Client{BaseURL: server.URL}).Ask(t.Context(), statistic(t, "7d"), week(t))
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = (&Client{BaseURL: "http://" + nowhere(t)}).Ask(t.Context(), statistic(t, "7d"), week(t))
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestRedactorHidesNothingElse(t *testing.T) {
	s := redactor{}.hiding("short").hiding(token)
	for _, text := range []string{"", "shor t", token[:minPartial-1], "84 % \\ \\u00 &; &amp; %zz ä", "\xff%"} {
		if got := s.redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got, want := s.redact("a "+token+" b short c"), "a [secret] b [secret] c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
