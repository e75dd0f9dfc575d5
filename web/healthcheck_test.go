package web_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// serverWith starts a server that answers with a status, by plain HTTP or by TLS.
func serverWith(t *testing.T, status int, configuration *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/-/healthy" {
			t.Errorf("the healthcheck asked %s", r.URL.Path)
		}
		w.Header().Set("Location", "http://192.0.2.1/")
		w.WriteHeader(status)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if server.TLS = configuration; configuration != nil {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// listenerWith starts a server that handles each connection by itself.
func listenerWith(t *testing.T, address string, handle func(net.Conn)) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", address, err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = connection.Close() }()
				handle(connection)
			}()
		}
	}()
	return listener.Addr().String()
}

// answerRequest answers what the client sends first with raw text.
func answerRequest(connection net.Conn, answer string) {
	if _, err := connection.Read(make([]byte, 1)); err == nil {
		_, _ = io.WriteString(connection, answer)
		_, _ = io.Copy(io.Discard, connection)
	}
}

func TestHealthcheckAlive(t *testing.T) {
	tests := map[string]func(t *testing.T) string{
		"200":               func(t *testing.T) string { return serverWith(t, 200, nil) },
		"401":               func(t *testing.T) string { return serverWith(t, 401, nil) },
		"503":               func(t *testing.T) string { return serverWith(t, 503, nil) },
		"302, not followed": func(t *testing.T) string { return serverWith(t, 302, nil) },
		"TLS":               func(t *testing.T) string { return serverWith(t, 200, &tls.Config{MinVersion: tls.VersionTLS12}) },
		"TLS with client certificates": func(t *testing.T) string {
			return serverWith(t, 200, &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert})
		},
		"TLS handshake refused, nothing said in HTTP": func(t *testing.T) string {
			return listenerWith(t, "127.0.0.1:0", func(connection net.Conn) {
				_, _ = connection.Write([]byte{21, 3, 3, 0, 2, 2, 40}) // handshake failure
			})
		},
		"TLS handshake completed, nothing said in HTTP": func(t *testing.T) string {
			certificates := httptest.NewTLSServer(nil)
			t.Cleanup(certificates.Close)
			return listenerWith(t, "127.0.0.1:0", func(connection net.Conn) {
				_ = tls.Server(connection, certificates.TLS).HandshakeContext(t.Context())
			})
		},
	}
	for name, start := range tests {
		t.Run(name, func(t *testing.T) {
			if err := web.Healthcheck(t.Context(), start(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A server that runs, but cannot use its web configuration or certificate, is of no use.
func TestHealthcheckUnusable(t *testing.T) {
	broken := &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return nil, errors.New("tls: private key does not match public key")
	}}
	for name, start := range map[string]func(t *testing.T) string{
		"500":            func(t *testing.T) string { return serverWith(t, 500, nil) },
		"no certificate": func(t *testing.T) string { return serverWith(t, 200, broken) },
		"and not in HTTP": func(t *testing.T) string {
			return listenerWith(t, "127.0.0.1:0", func(connection net.Conn) {
				_ = tls.Server(connection, broken).HandshakeContext(t.Context())
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := start(t)
			want := "the exporter is not alive: " + address + " answers, but its web configuration or certificate cannot be used; the log of the exporter says why"
			if err := web.Healthcheck(t.Context(), address); err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

func TestHealthcheckAsksWildcardsOnLoopback(t *testing.T) {
	_, port, err := net.SplitHostPort(serverWith(t, 200, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"", "0.0.0.0", "[::]"} {
		if err := web.Healthcheck(t.Context(), host+":"+port); err != nil {
			t.Errorf("host %q: %v", host, err)
		}
	}
}

func TestHealthcheckAsksWildcardsOnIPv6(t *testing.T) {
	_, port, err := net.SplitHostPort(listenerWith(t, "[::1]:0", func(connection net.Conn) {
		answerRequest(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := web.Healthcheck(t.Context(), ":"+port); err != nil {
		t.Error(err)
	}
}

func TestHealthcheckDead(t *testing.T) {
	closed := listenerWith(t, "127.0.0.1:0", func(net.Conn) {})
	err := web.Healthcheck(t.Context(), closed)
	if err == nil || !strings.HasPrefix(err.Error(), "the exporter is not alive: "+closed+" does not answer (") {
		t.Errorf("a server that hangs up: %v", err)
	}

	silent := listenerWith(t, "127.0.0.1:0", func(connection net.Conn) { _, _ = io.Copy(io.Discard, connection) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := web.Healthcheck(ctx, silent); err == nil || !strings.Contains(err.Error(), silent+" does not answer (timeout)") {
		t.Errorf("a server that says nothing: %v", err)
	}

	noise := listenerWith(t, "127.0.0.1:0", func(connection net.Conn) {
		answerRequest(connection, "220 mail.example.com ESMTP\r\n")
	})
	if err := web.Healthcheck(t.Context(), noise); err == nil {
		t.Error("a mail server was taken for the exporter")
	}

	const gone = "127.0.0.1:1" // of a service of the past
	if err := web.Healthcheck(t.Context(), "127.0.0.1:0"); err == nil || err.Error() != "port 0 means any free port, so the healthcheck cannot find the exporter" {
		t.Errorf("any port: %v", err)
	}
	want := "the exporter is not alive: " + gone + " does not answer (dial tcp " + gone + ": connect: connection refused)"
	if err := web.Healthcheck(t.Context(), gone); err == nil || err.Error() != want {
		t.Errorf("nobody listens:\n got %v\nwant %s", err, want)
	}
}

// The healthcheck of a server whose web configuration goes wrong fails until it is right again.
func TestHealthcheckOfAWebConfigThatGoesWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const users = "basic_auth_users: {prometheus: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG}\n"
	write(users)
	listeners := listen(t, "127.0.0.1:0")
	serveOn(t, &web.Server{Handler: http.HandlerFunc(hello), Limits: web.DefaultLimits(), ConfigFile: file}, listeners...)
	address := listeners[0].Addr().String()
	if err := web.Healthcheck(t.Context(), address); err != nil {
		t.Error(err)
	}
	write("nonsense")
	if err := web.Healthcheck(t.Context(), address); !errors.Is(err, web.ErrUnusable) {
		t.Errorf("nonsense: %v", err)
	}
	write(users)
	if err := web.Healthcheck(t.Context(), address); err != nil {
		t.Error(err)
	}
}
