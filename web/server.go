package web

import (
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits bound what a client may cost, however slow or hostile it is.
type Limits struct {
	Header time.Duration // to send the header of a request
	Body   time.Duration // to send a whole request
	Answer time.Duration // to read the answer; a handler may extend it
	Idle   time.Duration // from one request of a connection to the next

	HeaderBytes  int   // of a request; net/http adds 4 KiB
	HeaderFields int   // of a request
	LargeHeaders int   // how many requests at once may have a header of more than 4 KiB
	BodyBytes    int64 // of a request

	// Connections is how many may be open at once. Of more, the one on which nothing has
	// happened for longest is closed: no client can keep the others out by holding
	// connections.
	Connections int
	// Streams is how many requests a connection of HTTP/2 may have open at once. Clients wait
	// or open another connection.
	Streams int
	// Answers is how many requests are answered at once, over all connections. Others wait,
	// and of these answers the one whose client has not read for longest is cut off.
	Answers int
}

// DefaultLimits returns the limits of the exporter. Together they keep what all connections
// cost below 256 MB of memory, whatever their clients do. A query for 1,000 apps needs a header
// of 25 KB.
func DefaultLimits() Limits {
	return Limits{
		Header:       10 * time.Second,
		Body:         30 * time.Second,
		Answer:       2 * time.Minute,
		Idle:         2 * time.Minute,
		HeaderBytes:  32 << 10,
		HeaderFields: 64,
		LargeHeaders: 32,
		BodyBytes:    64 << 10,
		Connections:  maxConnections(),
		Streams:      4,
		Answers:      32,
	}
}

// maxConnections returns 512, or half of the files that the process may have open if that
// is less: the other half is for calls, the archive and the push.
func maxConnections() int {
	files, err := maxOpenFiles()
	if err != nil {
		return 64
	}
	return int(min(512, files/2))
}

// newServer returns a server that keeps to the limits, that of connections together with
// others. It writes what clients do wrong to errors.
func newServer(handler http.Handler, limits Limits, errors *log.Logger, connections *connections) *http.Server {
	return &http.Server{
		Handler: http.MaxBytesHandler(handler, limits.BodyBytes),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: limits.Streams,
			// Bodies that nobody reads stay in these buffers; net/http has a megabyte by default.
			MaxReceiveBufferPerConnection: 64 << 10,
			MaxReceiveBufferPerStream:     64 << 10,
			MaxReadFrameSize:              16 << 10,
			// A client that does not read at all also blocks what would end its requests.
			WriteByteTimeout: limits.Body,
		},
		ReadHeaderTimeout: limits.Header,
		ReadTimeout:       limits.Body,
		WriteTimeout:      limits.Answer,
		IdleTimeout:       limits.Idle,
		MaxHeaderBytes:    limits.HeaderBytes,
		ErrorLog:          errors,
		ConnState:         connections.changed,
	}
}

// connections are the open connections of all servers that share them.
type connections struct {
	most int

	mu    sync.Mutex
	since map[net.Conn]time.Time // when the state of each has changed last
}

func newConnections(most int) *connections {
	return &connections{most: most, since: map[net.Conn]time.Time{}}
}

// changed is the ConnState of an http.Server.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(c.since, conn)
		return
	}
	if _, open := c.since[conn]; !open && state != http.StateNew {
		return // it was closed to make room, and had a request already
	}
	c.since[conn] = time.Now()
	if len(c.since) > c.most {
		oldest := c.oldest()
		delete(c.since, oldest)
		closeNow(oldest)
	}
}

func (c *connections) oldest() (oldest net.Conn) {
	var at time.Time
	for conn, since := range c.since {
		if oldest == nil || since.Before(at) {
			oldest, at = conn, since
		}
	}
	return oldest
}

// closeNow closes a connection without a farewell, which TLS would wait to send.
func closeNow(conn net.Conn) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	_ = conn.Close()
}
