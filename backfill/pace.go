package backfill

import (
	"cmp"
	"net/http"
	"sync"
	"time"
)

// Pace returns a client that does what the given one does, but begins at most one request a
// second.
func Pace(client *http.Client) *http.Client {
	paced := *client
	paced.Timeout += apart // a request waits for its turn
	paced.Transport = &pace{RoundTripper: cmp.Or[http.RoundTripper](client.Transport, http.DefaultTransport), apart: apart}
	return &paced
}

// pace is an http.RoundTripper whose requests begin at least a time apart.
type pace struct {
	http.RoundTripper
	apart time.Duration

	mu   sync.Mutex
	next time.Time // when the next request may begin
}

// RoundTrip sends the request when it may begin.
func (p *pace) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	begin := time.Now()
	if p.next.After(begin) {
		begin = p.next
	}
	p.next = begin.Add(p.apart)
	p.mu.Unlock()
	if err := sleepUntil(r.Context(), begin); err != nil {
		return nil, err
	}
	return p.RoundTripper.RoundTrip(r)
}
