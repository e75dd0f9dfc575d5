package web

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// largeHeader is from how many bytes on the header of a request is large. In memory it takes up
// to 36 times as much, when it consists of short fields.
const largeHeader = 4 << 10

// muchReceived is from how many bytes on what has arrived of a request may be a large header: a
// TLS handshake with a client certificate takes some, too.
const muchReceived = 6 << 10

// largeRequests bounds how many requests with a large header there are at once: those that
// arrive, and those that are answered or wait for it. Only queries for very many apps have one.
type largeRequests struct {
	most  int
	taken chan struct{} // holds one value for each that has arrived

	mu       sync.Mutex
	arriving map[*receiver]time.Time // since when
}

func newLargeRequests(most int) *largeRequests {
	return &largeRequests{most: most, taken: make(chan struct{}, most), arriving: map[*receiver]time.Time{}}
}

// receiver is a connection that counts what has arrived on it since its last request began.
type receiver struct {
	net.Conn
	large    *largeRequests
	received atomic.Int64
}

// NetConn returns the connection below.
func (r *receiver) NetConn() net.Conn { return r.Conn }

// Read implements net.Conn.
func (r *receiver) Read(content []byte) (int, error) {
	n, err := r.Conn.Read(content)
	if now := r.received.Add(int64(n)); now > muchReceived && now-int64(n) <= muchReceived {
		r.large.arrives(r)
	}
	return n, err
}

// Close implements net.Conn.
func (r *receiver) Close() error {
	r.large.forget(r)
	return r.Conn.Close()
}

// arrives notes that a large header arrives. If there are too many, the connection on which
// one has been arriving for longest is closed.
func (l *largeRequests) arrives(r *receiver) {
	l.mu.Lock()
	l.arriving[r] = time.Now()
	var oldest *receiver
	if len(l.arriving) > l.most {
		for other, since := range l.arriving {
			if oldest == nil || since.Before(l.arriving[oldest]) {
				oldest = other
			}
		}
	}
	l.mu.Unlock()
	if oldest != nil {
		_ = oldest.Close()
	}
}

func (l *largeRequests) forget(r *receiver) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.arriving, r)
}

// limit returns a handler that refuses requests with a large header while there are too many,
// and all with more header fields than a limit.
func (l *largeRequests) limit(handler http.Handler, mostFields int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn := receiverOf(r); conn != nil {
			conn.received.Store(0)
			l.forget(conn)
		}
		if len(r.Header) > mostFields {
			refuse(w, http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		if headerSize(r) > largeHeader {
			select {
			case l.taken <- struct{}{}:
				defer func() { <-l.taken }()
			default:
				w.Header().Set("Retry-After", "1")
				refuse(w, http.StatusServiceUnavailable)
				return
			}
		}
		handler.ServeHTTP(w, r)
	})
}

// refuse answers without a body, which would keep the request in memory until it is read.
func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}

func headerSize(r *http.Request) int {
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size
}

// receivers is a listener whose connections are receivers.
type receivers struct {
	net.Listener
	large *largeRequests
}

// Accept implements net.Listener.
func (l receivers) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &receiver{Conn: conn, large: l.large}, nil
}

// receiverKey is the key of a request's connection in its context.
type receiverKey struct{}

func withReceiver(ctx context.Context, conn net.Conn) context.Context {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	return context.WithValue(ctx, receiverKey{}, conn)
}

func receiverOf(r *http.Request) *receiver {
	conn, _ := r.Context().Value(receiverKey{}).(*receiver)
	return conn
}
