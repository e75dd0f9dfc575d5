package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// answerAll answers every call with what it is about. It fails if more is sent than should be.
func answerAll(t *testing.T, w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	for name := range r.Header {
		if strings.Contains(strings.ToLower(name), "idempotency") {
			t.Errorf("%s: sent %s", r.URL.Path, name)
		}
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/cgi-bin/stable_token"), r.URL.Path == "/cgi-bin/token":
		_, _ = io.WriteString(w, `{"access_token":"76_token","expires_in":7200}`)
	case r.URL.Path == quotaPath:
		_, _ = io.WriteString(w, `{"errcode":0,"quota":{"daily_limit":100,"used":1,"remain":99}}`)
	default:
		_, _ = io.WriteString(w, emptyPortrait)
	}
}

// pollAll lets 20 apps make all kinds of calls again and again over the same connections, with
// pauses, and fails if a call does.
func pollAll(t *testing.T, url string, pause time.Duration) {
	t.Helper()
	client := NewHTTPClient(time.Minute, "test")
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			tokens := &SecretTokens{AppID: "wx", Secret: knownSecret("s"), Endpoint: TokenEndpoint(n % 2), BaseURL: url, HTTP: client}
			app := &Client{BaseURL: url, HTTP: client, Tokens: tokens}
			for poll := range 5 {
				token, err := tokens.Token(t.Context())
				tokens.Invalidate(token)
				_, asked := app.Ask(t.Context(), statistic(t, "7d"), week(t))
				_, quota := app.Quota(t.Context(), EndpointUserPortrait)
				if err := errors.Join(err, asked, quota); err != nil {
					t.Errorf("poll %d of app %d: %v", poll, n, err)
				}
				tokens.Invalidate(token)
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
}

// A server that ends each connection some time after its answer makes no call fail.
func TestConnectionsThatEndUnnoticed(t *testing.T) {
	for _, after := range []time.Duration{5, 20, 50, 500} {
		after *= time.Millisecond
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answerAll(t, w, r) }))
			server.Config.IdleTimeout = after
			server.Start()
			defer server.Close()
			pollAll(t, server.URL, after)
		})
	}
}

// A server that ends a connection when the second call arrives on it, without an answer, makes
// no call fail either: the call is sent again.
func TestConnectionsThatEndAtTheNextCall(t *testing.T) {
	type calls struct{}
	var ended atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(calls{}).(*atomic.Int64).Add(1) > 1 {
			ended.Add(1)
			panic(http.ErrAbortHandler)
		}
		answerAll(t, w, r)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, calls{}, new(atomic.Int64))
	}
	server.Start()
	defer server.Close()
	pollAll(t, server.URL, 0)
	if ended.Load() == 0 {
		t.Error("no connection was used again")
	}
}

// The key by which net/http knows that a call may be repeated is not sent, with HTTP/2 neither.
func TestNothingMoreIsSent(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		var protocol atomic.Value
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			protocol.Store(r.Proto)
			answerAll(t, w, r)
		}))
		server.EnableHTTP2 = http2
		server.StartTLS()
		defer server.Close()
		app := &Client{BaseURL: server.URL, HTTP: server.Client()}
		if _, err := app.Ask(t.Context(), statistic(t, "7d"), week(t)); err != nil {
			t.Error(err)
		}
		if want := fmt.Sprintf("HTTP/%s", map[bool]string{false: "1.1", true: "2.0"}[http2]); protocol.Load() != want {
			t.Errorf("sent by %v, want %s", protocol.Load(), want)
		}
	}
}
