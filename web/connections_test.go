package web

import (
	"net"
	"net/http"
	"testing"
)

// A connection that was closed to make room takes no place of another one, even if it had
// sent a request by then.
func TestClosedConnectionTakesNoPlace(t *testing.T) {
	c := newConnections(2)
	var conns []*closable
	for range 3 {
		conn := &closable{}
		conns = append(conns, conn)
		c.changed(conn, http.StateNew)
	}
	if !conns[0].closed {
		t.Fatal("the connection on which nothing has happened for longest stays open")
	}
	c.changed(conns[0], http.StateActive)
	if conns[1].closed || conns[2].closed {
		t.Error("another connection was closed")
	}
	c.changed(conns[0], http.StateClosed)
	if len(c.since) != 2 {
		t.Errorf("%d connections are known", len(c.since))
	}
}

type closable struct {
	net.Conn
	closed bool
}

func (c *closable) Close() error {
	c.closed = true
	return nil
}
