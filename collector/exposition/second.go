package exposition

import (
	"sync"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// second renders snapshots a second time, one after the other, when the first text of every app is
// there. The goroutine that does so ends when none is left.
type second struct {
	started <-chan struct{} // nil: nothing is rendered twice
	render  func(*collector.Snapshot)

	mu      sync.Mutex
	waiting []*collector.Snapshot
	running bool
}

// begun reports whether the first text of every app is there.
func (s *second) begun() bool {
	select {
	case <-s.started:
		return true
	default:
		return s.started == nil
	}
}

// add adds a snapshot.
func (s *second) add(snapshot *collector.Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, snapshot)
	if !s.running {
		s.running = true
		go s.run()
	}
}

func (s *second) run() {
	<-s.started
	for next := s.next(); next != nil; next = s.next() {
		s.render(next)
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
