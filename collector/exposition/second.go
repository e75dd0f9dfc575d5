package exposition

import (
	"sync"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// second renders snapshots a second time, one after the other, when the first text of every app is
// there. The goroutine that does so ends when none is left.
type second struct {
	started <-chan struct{} // nil: at once

	mu      sync.Mutex
	waiting []*collector.Snapshot
	running bool
}

// add adds a snapshot, which render renders.
func (s *second) add(snapshot *collector.Snapshot, render func(*collector.Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, snapshot)
	if !s.running {
		s.running = true
		go s.run(render)
	}
}

func (s *second) run(render func(*collector.Snapshot)) {
	if s.started != nil {
		<-s.started
	}
	for next := s.next(); next != nil; next = s.next() {
		render(next)
	}
}

// next returns a snapshot that waits, or nil if there is none: then the goroutine has to end.
func (s *second) next() *collector.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		s.waiting, s.running = nil, false
		return nil
	}
	next := s.waiting[0]
	s.waiting[0] = nil
	s.waiting = s.waiting[1:]
	return next
}
