package web_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// socketPath returns a short path for a unix socket, in a folder that the test removes.
func socketPath(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "wxapp-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return filepath.Join(folder, "exporter.sock")
}

func listen(t *testing.T, addresses ...string) []net.Listener {
	t.Helper()
	listeners, err := web.Listen(t.Context(), "SETTING", addresses)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, listener := range listeners {
			_ = listener.Close()
		}
	})
	return listeners
}

// statusOf asks a server on a listener and returns the status, or 0 if there is none.
func statusOf(t *testing.T, listener net.Listener) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, listener.Addr().Network(), listener.Addr().String())
		},
	}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/-/healthy", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}

// All addresses are served alike, and a password is asked for on each.
func TestServeSeveralListeners(t *testing.T) {
	withPassword := filepath.Join(t.TempDir(), "web.yaml")
	const users = "basic_auth_users: {prometheus: $2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG}\n"
	if err := os.WriteFile(withPassword, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{"": http.StatusOK, withPassword: http.StatusUnauthorized} {
		t.Run(http.StatusText(want), func(t *testing.T) {
			socket := socketPath(t)
			listeners := listen(t, "127.0.0.1:0", "unix:"+socket, "127.0.0.1:0")
			server := &web.Server{Handler: http.HandlerFunc(hello), Limits: web.DefaultLimits(), ConfigFile: file, Log: discard}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- server.Serve(ctx, listeners) }()
			for _, listener := range listeners {
				if got := statusOf(t, listener); got != want {
					t.Errorf("%s answers %d, want %d", listener.Addr(), got, want)
				}
			}
			if err := web.Healthcheck(t.Context(), "unix:"+socket); err != nil {
				t.Error(err)
			}
			stop()
			if err := <-ended; err != nil {
				t.Errorf("serving ended with %v", err)
			}
			if _, err := os.Lstat(socket); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the socket file is still there (%v)", err)
			}
			if err := web.Healthcheck(t.Context(), "unix:"+socket); err == nil || !strings.Contains(err.Error(), socket+" does not answer (dial unix") {
				t.Errorf("a stopped server: %v", err)
			}
		})
	}
}

var discard = slog.New(slog.DiscardHandler)

// When one listener fails, the others do not go on.
func TestServeEndsWithOneListener(t *testing.T) {
	listeners := listen(t, "127.0.0.1:0", "127.0.0.1:0")
	_ = listeners[1].Close()
	server := &web.Server{Handler: http.HandlerFunc(hello), Limits: web.DefaultLimits(), Log: discard}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := server.Serve(ctx, listeners)
	if ctx.Err() != nil || err == nil || !strings.HasPrefix(err.Error(), "serve on "+listeners[1].Addr().String()+": ") {
		t.Errorf("serving ended with %v", err)
	}
	if status := statusOf(t, listeners[0]); status != 0 {
		t.Errorf("the other listener still answers %d", status)
	}
}

// Each address that cannot be used is told, and none is listened on then.
func TestListenTellsEachMistake(t *testing.T) {
	taken := listen(t, "127.0.0.1:0")[0].Addr().String()
	socket, plain := socketPath(t), socketPath(t)
	if err := os.WriteFile(plain, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(filepath.Dir(socket), "absent", "exporter.sock")
	_, err := web.Listen(t.Context(), "SETTING", []string{"unix:" + socket, taken, "unix:" + plain, "unix:" + absent})
	want := "SETTING: cannot listen on " + taken + "; free the port or choose another: listen tcp " + taken + ": bind: address already in use\n" +
		"SETTING: cannot listen on unix:" + plain + "; the path is a file that is not a socket; remove it or choose another path\n" +
		"SETTING: cannot listen on unix:" + absent + "; choose a path in a folder that this user can write to: listen unix " + absent + ": bind: no such file or directory"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if _, err := os.Lstat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the address without a mistake is still listened on (%v)", err)
	}
	if content, _ := os.ReadFile(plain); string(content) != "a file" {
		t.Error("a file was replaced")
	}
}

// The socket file of a dead process is replaced, and that of a living one is not.
func TestSocketThatIsThere(t *testing.T) {
	socket := socketPath(t)
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false) // as when it is killed
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	living := listen(t, "unix:"+socket)[0]
	before, err := os.Stat(socket)
	if err != nil {
		t.Fatal(err)
	}
	_, err = web.Listen(t.Context(), "SETTING", []string{"unix:" + socket})
	want := "SETTING: cannot listen on unix:" + socket + "; another process listens on this socket; stop it or choose another path"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	after, err := os.Stat(socket)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the socket of the living process was replaced (%v)", err)
	}
	if err := living.Close(); err != nil {
		t.Error(err)
	}
}

func TestURL(t *testing.T) {
	for address, want := range map[net.Addr]string{
		&net.TCPAddr{IP: net.IPv6zero, Port: 1}:          "http://127.0.0.1:1",
		&net.TCPAddr{IP: net.IPv6loopback, Port: 2}:      "http://[::1]:2",
		&net.UnixAddr{Name: "/run/wxapp.sock", Net: "u"}: "http://unix:/run/wxapp.sock:",
	} {
		if got := web.URL(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
