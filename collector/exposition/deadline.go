package exposition

import (
	"net/http"
	"time"
)

// How long a client may take. Prometheus gives up on a scrape much earlier.
const (
	maxStall  = 30 * time.Second // for pieceSize bytes of an answer
	maxAnswer = 2 * time.Minute  // for the whole of it
)

// pieceSize is the largest number of bytes that are written at a time. Smaller pieces cost
// processor time: with 256 KiB a scrape of 1,000 apps takes a fifth more.
const pieceSize = 1 << 20

// deadlineWriter writes to a client, but gives up if a piece takes longer than maxStall or
// the whole longer than maxAnswer. Without it, every client that stops reading would hold
// memory and a goroutine until it disconnects. The server lifts the deadline for the next
// answer on the same connection.
type deadlineWriter struct {
	client     http.ResponseWriter
	controller *http.ResponseController
	last       time.Time // when the whole answer has to be written
}

func newDeadlineWriter(client http.ResponseWriter) *deadlineWriter {
	return &deadlineWriter{client, http.NewResponseController(client), time.Now().Add(maxAnswer)}
}

// Write implements io.Writer.
func (w *deadlineWriter) Write(content []byte) (written int, err error) {
	for written < len(content) && err == nil {
		deadline := time.Now().Add(maxStall)
		if deadline.After(w.last) {
			deadline = w.last
		}
		_ = w.controller.SetWriteDeadline(deadline) // where there is no connection, nobody is slow
		n := 0
		n, err = w.client.Write(content[written:min(written+pieceSize, len(content))])
		written += n
	}
	return written, err
}
