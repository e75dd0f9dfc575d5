package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// However many connections hostile clients hold, and whatever they do with them, usual
// requests are answered, also where the process may open few files.
func TestHostileClients(t *testing.T) {
	api := httptest.NewServer(&wechattest.Server{})
	defer api.Close()
	exporter := &exporter{Process: program.Start(t, "/bin/sh", []string{
		"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", "WXAPP_API_URL=" + api.URL, "WXAPP_APPID=" + appid, "WXAPP_SECRET=" + secret,
	}, "-c", "ulimit -n 512 && exec "+program.Built(t, buildExporter))}
	address := exporter.Address(t)
	exporter.url = "http://" + address
	exporter.metricsWith(t, `^wxapp_users`)

	conns := 0
	hold := func(n int, sent string) {
		for range n {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			_, _ = io.WriteString(conn, sent)
			conns++
		}
		if !strings.Contains(exporter.metrics(t), "wxapp_users") {
			t.Errorf("a scrape beside %d connections has no numbers", conns)
		}
	}
	hold(1000, "")                                                // idle
	hold(300, "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: slow") // slowloris
	hold(300, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")         // slow readers
	hold(300, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 50<<10))

	for name, request := range map[string]string{
		"a huge header":    "GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20),
		"a huge query":     "GET /metrics?appid=" + strings.Repeat("x", 1<<20),
		"many parameters":  "GET /metrics?" + strings.Repeat("appid=x&", 1001) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"a long parameter": "GET /metrics?appid=" + strings.Repeat("x", 200) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"no HTTP":          "\x16\x03\x01\r\n\r\n",
	} {
		if status := rawStatus(t, address, request); !strings.HasPrefix(status, "HTTP/1.1 4") {
			t.Errorf("%s: %s, want a status of 4xx", name, status)
		}
	}
	if status, _ := program.Ask(t, http.MethodPost, exporter.url+"/metrics", strings.Repeat("x", 1<<20)); status != http.StatusMethodNotAllowed {
		t.Errorf("a huge body: %d", status)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/debug/requests"} {
		if status, _ := program.Get(t, exporter.url+path); status != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, status)
		}
	}
	if !strings.Contains(exporter.metrics(t), "wxapp_users") {
		t.Error("the numbers are gone")
	}
}

// rawStatus sends a text and returns the first line of the answer. The server may answer
// and close before all is sent.
func rawStatus(t *testing.T, address, text string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(program.Patience)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(conn, text) }()
	answer, err := io.ReadAll(conn)
	line, _, _ := strings.Cut(string(answer), "\r\n")
	if line == "" {
		return fmt.Sprintf("no answer (%v)", err)
	}
	return line
}
