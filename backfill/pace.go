package backfill

import (
	"net/http"
	"sync"
	"time"
)

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
