package exposition

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// pipes is a listener whose connections stay in memory, and so in a bubble of synctest.
type pipes struct {
	connections chan net.Conn
	close       func()
}

func newPipes() *pipes {
	connections := make(chan net.Conn)
	return &pipes{connections, sync.OnceFunc(func() { close(connections) })}
}

func (p *pipes) Accept() (net.Conn, error) {
	if connection, ok := <-p.connections; ok {
		return connection, nil
	}
	return nil, net.ErrClosed
}

func (p *pipes) Close() error { p.close(); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// dial serves a handler at /metrics, and an answer without a deadline elsewhere, until the
// test ends. It returns a connection to the server. The time that each scrape takes is sent
// to took.
func dial(t *testing.T, handler http.Handler, took chan<- time.Duration) net.Conn {
	listener := newPipes()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			_, _ = io.WriteString(w, "a page")
			return
		}
		begin := time.Now()
		handler.ServeHTTP(w, r)
		took <- time.Since(begin)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	client, connection := net.Pipe()
	listener.connections <- connection
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
		serving.Wait()
	})
	return client
}

// longSelf are 6.5 MB of text that is sent without compression.
func longSelf() *gatherer {
	self := &gatherer{}
	for i := range 100 {
		family, help := gauge(fmt.Sprint("go_", i), isOne()), strings.Repeat("h", 64<<10)
		family.Help = &help
		self.families = append(self.families, family)
	}
	return self
}

// A client that stops reading, or reads too slowly, is cut off. One that is slow within
// the limits gets its answer, and the deadline of that does not end later answers on the
// same connection.
func TestDeadlines(t *testing.T) {
	tests := []struct {
		name  string
		read  int64         // bytes that the client reads at a time
		pause time.Duration // before each time
		took  time.Duration // until the client is cut off; 0: it gets everything
	}{
		{"reads nothing", 1, 10 * maxAnswer, maxStall},
		{"reads a little now and then", 1000, time.Second, maxStall},
		{"reads for too long", pieceSize / 16, 1500 * time.Millisecond, maxAnswer},
		{"is slow", pieceSize / 4, 4 * time.Second, 0},
		{"is fast", 16 << 20, 0, 0},
	}
	for _, test := range tests {
		for _, encoding := range []string{"gzip", "identity"} {
			t.Run(test.name+" "+encoding, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					took := make(chan time.Duration, 1)
					client := dial(t, newHandler(t, &collector.Store{}, longSelf()), took)
					reader := bufio.NewReader(&slowReader{connection: client, size: test.read, pause: test.pause})
					for range 2 {
						ask(t, client, "/metrics", encoding)
						if got := whole(reader); got != (test.took == 0) {
							t.Errorf("got the whole answer: %t", got)
						}
						if took := <-took; test.took != 0 && took != test.took {
							t.Errorf("the client was cut off after %s, want %s", took, test.took)
						}
						if test.took != 0 {
							return
						}
						time.Sleep(2 * maxAnswer)
						if ask(t, client, "/page", encoding); !whole(reader) {
							t.Error("the deadline of a scrape ended another answer")
						}
					}
				})
			})
		}
	}
}

func ask(t *testing.T, server io.Writer, path, encoding string) {
	t.Helper()
	if _, err := fmt.Fprintf(server, "GET %s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: %s\r\n\r\n", path, encoding); err != nil {
		t.Fatal(err)
	}
}

// slowReader reads some bytes from a connection, pauses, and reads on.
type slowReader struct {
	connection net.Conn
	size       int64
	pause      time.Duration
	left       int64 // bytes until the next pause
}

// Read implements io.Reader.
func (r *slowReader) Read(content []byte) (int, error) {
	if r.left == 0 {
		time.Sleep(r.pause)
		r.left = r.size
	}
	n, err := r.connection.Read(content[:min(int64(len(content)), r.left)])
	r.left -= int64(n)
	return n, err
}

// whole reads an answer and reports whether it came to its end.
func whole(reader *bufio.Reader) bool {
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && response.Body.Close() == nil
}
