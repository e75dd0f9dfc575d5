package doctor

import (
	"crypto/tls"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// trace is how far a request has come on its way, and when. The hooks of net/http may call
// it from several goroutines, even after the request has ended.
type trace struct {
	mu sync.Mutex

	dialed    string // host:port of what is connected to: the proxy's, if there is one
	addresses []string

	resolving, resolved   time.Time
	connecting, connected time.Time
	shaking, shaken       time.Time

	resolveErr, connectErr error

	// got says that a connection to the target itself is there, through the proxy if there is
	// one, and after its handshake.
	got bool
}

func (t *trace) hooks() *httptrace.ClientTrace {
	locked := func(f func()) {
		t.mu.Lock()
		defer t.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		GetConn: func(address string) { locked(func() { t.dialed = address }) },
		GotConn: func(httptrace.GotConnInfo) { locked(func() { t.got = true }) },
		DNSStart: func(httptrace.DNSStartInfo) {
			locked(func() { t.resolving = time.Now() })
		},
		DNSDone: func(info httptrace.DNSDoneInfo) {
			locked(func() {
				t.resolved, t.resolveErr = time.Now(), info.Err
				for _, address := range info.Addrs {
					t.addresses = append(t.addresses, address.String())
				}
			})
		},
		ConnectStart: func(_, _ string) {
			locked(func() {
				if t.connecting.IsZero() {
					t.connecting = time.Now()
				}
			})
		},
		ConnectDone: func(_, _ string, err error) {
			locked(func() {
				switch {
				case err == nil && t.connected.IsZero():
					t.connected = time.Now()
				case err != nil:
					t.connectErr = err
				}
			})
		},
		// With a proxy of https, the first handshake is the proxy's.
		TLSHandshakeStart: func() {
			locked(func() {
				if t.shaking.IsZero() {
					t.shaking = time.Now()
				}
				t.shaken = time.Time{}
			})
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			locked(func() {
				if err == nil {
					t.shaken = time.Now()
				}
			})
		},
	}
}

// host returns the name in a host:port.
func host(address string) string {
	if i := strings.LastIndexByte(address, ':'); i >= 0 {
		address = address[:i]
	}
	return strings.Trim(address, "[]")
}
