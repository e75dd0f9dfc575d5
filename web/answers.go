package web

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long an answer may wait for its client to read while others wait for the
// place that it takes.
const patience = 250 * time.Millisecond

// answers bounds how many requests are answered at once, over all connections. An answer is
// made in milliseconds and takes memory until its client has read it. When all places are
// taken, further requests wait, and the connection whose client has kept its answer waiting
// for longest is closed: no client can keep the others out by not reading.
type answers struct {
	most int

	mu      sync.Mutex
	running map[*response]bool // whether the connection of each was closed
	waiting []*response        // the newest last
}

func newAnswers(most int) *answers {
	return &answers{most: most, running: map[*response]bool{}}
}

// response is the answer to one request.
type response struct {
	http.ResponseWriter
	conn  *receiver
	turn  chan struct{} // closed when the answer may begin
	stuck atomic.Int64  // since when a write lasts, in Unix nanoseconds; 0: none does
}

// Write implements http.ResponseWriter.
func (r *response) Write(content []byte) (int, error) {
	r.stuck.Store(time.Now().UnixNano())
	defer r.stuck.Store(0)
	return r.ResponseWriter.Write(content)
}

// Unwrap is for http.ResponseController.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// limit returns a handler that answers by another one when it is its turn.
func (a *answers) limit(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &response{ResponseWriter: w, conn: receiverOf(r), turn: make(chan struct{})}
		if a.begin(r.Context(), answer) {
			defer a.end(answer)
			handler.ServeHTTP(answer, r)
		}
	})
}

// begin waits until an answer may begin. It reports false if the client has gone before.
func (a *answers) begin(ctx context.Context, answer *response) bool {
	a.mu.Lock()
	a.waiting = append(a.waiting, answer)
	a.next()
	a.mu.Unlock()
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		a.hurry()
		select {
		case <-answer.turn:
			return true
		case <-ctx.Done():
			return !a.leave(answer)
		case <-tick.C:
		}
	}
}

// end gives the place of an answer to the next one.
func (a *answers) end(answer *response) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.running, answer)
	a.next()
}

// next lets answers begin while there are places. The newest comes first: who has waited for
// long has often gone, and those that one client has queued delay no other one. a.mu is held.
func (a *answers) next() {
	for len(a.running) < a.most && len(a.waiting) > 0 {
		last := len(a.waiting) - 1
		answer := a.waiting[last]
		a.waiting[last] = nil
		a.waiting = a.waiting[:last]
		a.running[answer] = false
		close(answer.turn)
	}
}

// leave removes an answer that waits. It reports false if its turn has come meanwhile.
func (a *answers) leave(answer *response) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.Index(a.waiting, answer)
	if i < 0 {
		return false
	}
	a.waiting = slices.Delete(a.waiting, i, i+1)
	return true
}

// hurry closes the connection of the answer that has waited for its client for longest, if
// an answer waits for a place and that one has waited for longer than patience.
func (a *answers) hurry() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) == 0 {
		return
	}
	var (
		slowest *response
		since   = time.Now().Add(-patience).UnixNano()
	)
	for answer, closed := range a.running {
		if stuck := answer.stuck.Load(); !closed && stuck != 0 && stuck < since && answer.conn != nil {
			slowest, since = answer, stuck
		}
	}
	if slowest != nil {
		a.running[slowest] = true
		_ = slowest.conn.Close()
	}
}
