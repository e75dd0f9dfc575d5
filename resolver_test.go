package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// nameServer answers every question for an IPv4 address of a host below wechat. with
// 127.0.0.1, and all other questions with NXDOMAIN.
type nameServer struct {
	net.PacketConn
	gone atomic.Bool // every question is answered with NXDOMAIN
}

func startNameServer(t *testing.T) *nameServer {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{PacketConn: conn}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := s.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = s.WriteTo(s.reply(question[:n]), from)
		}
	}()
	return s
}

// reply returns the answer to a question, see RFC 1035, section 4.
func (s *nameServer) reply(question []byte) []byte {
	const header, typeA = 12, 1
	end := header + bytes.IndexByte(question[header:], 0) + 1 // of the name
	asked := binary.BigEndian.Uint16(question[end:])
	reply := append([]byte{question[0], question[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question[header:end+4]...)
	switch {
	case s.gone.Load() || !bytes.HasPrefix(question[header:], []byte("\x06wechat")):
		reply[3] |= 3 // no such name
	case asked == typeA:
		reply[7] = 1
		reply = append(reply, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return reply
}

// resolve lets this process ask the name server for all names until the test ends.
func (s *nameServer) resolve(t *testing.T) {
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.LocalAddr().String())
	}}
}

// While WeChat's name cannot be resolved, the numbers stay. When it can be, the new ones
// come without a restart.
func TestNameIsGone(t *testing.T) {
	names := startNameServer(t)
	names.resolve(t)
	var all atomic.Bool // whether all days are published
	newest := time.Now().AddDate(0, 0, -2)
	wechat := &wechattest.Server{Published: func(_ string, day time.Time) time.Time {
		if day.After(newest) && !all.Load() {
			return day.AddDate(1, 0, 0)
		}
		return day
	}}
	api := httptest.NewServer(wechat)
	api.Config.SetKeepAlivesEnabled(false) // every call needs the name
	defer api.Close()
	_, port, err := net.SplitHostPort(api.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	setEnvironment(t, map[string]string{
		"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_API_URL": "http://wechat.default.svc:" + port,
		"WXAPP_ARCHIVE": filepath.Join(t.TempDir(), "archive"), "WXAPP_LISTEN_ADDRESS": "127.0.0.1:0", "WXAPP_LOG_LEVEL": "debug",
		"WXAPP_PUBLISH_HOUR": "0", "WXAPP_POLL_INTERVAL": "1s", "WXAPP_REQUEST_TIMEOUT": "10s",
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stderr, ended := newOutput(), make(chan error, 1)
	go func() { ended <- run(ctx, []string{"serve"}, newOutput(), stderr) }()
	address, _, _ := strings.Cut(stderr.waitFor(t, "msg=listening address="), " ")
	scrape := func() string {
		status, body := getPage(t, "http://"+address+"/metrics")
		if status != http.StatusOK {
			t.Errorf("a scrape answers %d", status)
		}
		return body
	}

	stderr.waitFor(t, `msg="new numbers"`)
	held := usersIn(scrape())
	names.gone.Store(true)
	told := stderr.waitFor(t, `msg="poll failed"`)
	all.Store(true) // a call that had the address by then has ended
	if !strings.Contains(told, "no such host") || !strings.Contains(told, "the name wechat.default.svc") {
		t.Errorf("the log says %s; want the name that cannot be resolved", told)
	}
	if now := usersIn(scrape()); len(held) == 0 || now != held {
		t.Error("the numbers have changed while the name is gone")
	}

	names.gone.Store(false)
	stderr.waitFor(t, `msg="poll succeeded again"`)
	if now := usersIn(scrape()); now == held || now == "" {
		t.Error("the new numbers are not shown")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the exporter ended with %v", err)
	}
	checkHushed(t, "the log", stderr.String())
}

// usersIn returns the lines of wxapp_users in a scrape.
func usersIn(scrape string) string {
	var lines strings.Builder
	for line := range strings.Lines(scrape) {
		if strings.HasPrefix(line, "wxapp_users{") {
			fmt.Fprint(&lines, line)
		}
	}
	return lines.String()
}
