package web_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// serve starts a server with limits, and returns its address.
func serve(t *testing.T, limits web.Limits, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, &web.Server{Handler: handler, Limits: limits}, listener)
	return listener.Addr().String()
}

// serveOn runs a server until the test ends. The handler is told of that by the end of
// its connections.
func serveOn(t *testing.T, server *web.Server, listeners ...net.Listener) {
	t.Helper()
	server.Log = discard
	if server.StopTimeout == 0 {
		server.StopTimeout = 4 * time.Second
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, listeners) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
}

// connect opens a connection and sends a text.
func connect(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// expectAnswer makes a usual request, which has to be answered.
func expectAnswer(t *testing.T, address string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("a usual request: %v", err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("a usual request: %s, %v", response.Status, err)
	}
	_ = response.Body.Close()
}

// expectClosed waits until the server closes a connection.
func expectClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error("the connection is still open")
	}
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// patient are limits that no test waits for.
func patient() web.Limits {
	limits := web.DefaultLimits()
	limits.Header, limits.Body, limits.Answer, limits.Idle = time.Hour, time.Hour, time.Hour, time.Hour
	return limits
}

// A client that is too slow is cut off in the end.
func TestSlowClients(t *testing.T) {
	for name, test := range map[string]struct {
		shorten func(*web.Limits)
		sent    string
	}{
		"says nothing":              {func(l *web.Limits) { l.Header = 10 * time.Millisecond }, ""},
		"half a header":             {func(l *web.Limits) { l.Header = 10 * time.Millisecond }, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "},
		"half a body":               {func(l *web.Limits) { l.Body = 10 * time.Millisecond }, "POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"},
		"no second request":         {func(l *web.Limits) { l.Idle = 10 * time.Millisecond }, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		"does not read what it got": {func(l *web.Limits) { l.Answer = 10 * time.Millisecond }, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			limits := patient()
			test.shorten(&limits)
			ended := make(chan struct{}, 1)
			address := serve(t, limits, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/read":
					_, _ = io.Copy(io.Discard, r.Body)
				case "/endless":
					for _, err := w.Write(make([]byte, 1<<20)); err == nil; _, err = w.Write(make([]byte, 1<<20)) {
					}
					ended <- struct{}{}
				default:
					hello(w, r)
				}
			})
			conn := connect(t, address, test.sent)
			if strings.Contains(test.sent, "/endless") {
				<-ended // although nothing was read
			}
			expectClosed(t, conn)
		})
	}
}

// Whatever connections a client holds, others are answered.
func TestConnectionsAreBounded(t *testing.T) {
	const most, held = 20, 200
	for name, sent := range map[string]string{
		"idle":           "",
		"half a header":  "GET / HTTP/1.1\r\nX-Slow: ",
		"after answer":   "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"before answers": "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			limits := patient()
			limits.Connections = most
			address := serve(t, limits, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/hang" {
					<-r.Context().Done()
				}
				hello(w, r)
			})
			closed := make(chan struct{}, held)
			for range held {
				conn := connect(t, address, sent)
				go func() {
					_, _ = io.Copy(io.Discard, conn)
					closed <- struct{}{}
				}()
			}
			expectAnswer(t, address)
			for range held - most {
				<-closed
			}
			expectAnswer(t, address)
		})
	}
}

func TestRequestsAreBounded(t *testing.T) {
	limits := patient()
	address := serve(t, limits, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	for name, test := range map[string]struct {
		header int
		body   int64
		want   int
	}{
		"a query for 1,000 apps": {25 << 10, 0, http.StatusOK},
		"a huge header":          {limits.HeaderBytes + 64<<10, 0, http.StatusRequestHeaderFieldsTooLarge},
		"a body":                 {0, limits.BodyBytes, http.StatusOK},
		"a huge body":            {0, limits.BodyBytes + 1, http.StatusRequestEntityTooLarge},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/", bytes.NewReader(make([]byte, test.body)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Header", strings.Repeat("x", test.header))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			_ = response.Body.Close()
			if response.StatusCode != test.want {
				t.Errorf("%s: %s, want %d", name, response.Status, test.want)
			}
		}
		cancel()
	}
	expectAnswer(t, address)
}

// A request that does not end is cut off when the time to stop is over.
func TestStopCutsRequestsOff(t *testing.T) {
	begun := make(chan struct{})
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &web.Server{Log: discard, Limits: web.DefaultLimits(), StopTimeout: time.Millisecond, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	})}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, []net.Listener{listener}) }()
	conn := connect(t, listener.Addr().String(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-begun
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if answer, err := io.ReadAll(conn); err == nil && len(answer) > 0 {
		t.Errorf("answered %q", answer)
	}
}
