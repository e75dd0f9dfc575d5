package pollertest

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// Spool is a spool in memory, which outlives a Poller as a disk does. The zero Spool is empty and
// ready to use.
type Spool struct {
	mu      sync.Mutex
	answers map[string]map[poller.AnswerKey][]byte
	full    bool
	saved   int
	slow    time.Duration
}

// Slow makes the spool take so long to read an answer.
func (s *Spool) Slow(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = by
}

// Fill makes the spool refuse answers, or take them again.
func (s *Spool) Fill(full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = full
}

// Count returns how many answers it keeps, and how many it ever took.
func (s *Spool) Count() (kept, taken int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, answers := range s.answers {
		kept += len(answers)
	}
	return kept, s.saved
}

// Save implements poller.Spool.
func (s *Spool) Save(appid string, key poller.AnswerKey, packed []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full {
		return errors.New("no space left")
	}
	if s.answers == nil {
		s.answers = map[string]map[poller.AnswerKey][]byte{}
	}
	if s.answers[appid] == nil {
		s.answers[appid] = map[poller.AnswerKey][]byte{}
	}
	key.Answered = key.Answered.Round(0).UTC() // as a time that is read from a name
	s.answers[appid][key] = slices.Clone(packed)
	s.saved++
	return nil
}

// Saved implements poller.Spool.
func (s *Spool) Saved() (map[string][]poller.AnswerKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved := map[string][]poller.AnswerKey{}
	for appid, answers := range s.answers {
		for key := range answers {
			saved[appid] = append(saved[appid], key)
		}
		slices.SortFunc(saved[appid], func(a, b poller.AnswerKey) int { return a.Answered.Compare(b.Answered) })
	}
	return saved, nil
}

// Answer implements poller.Spool.
func (s *Spool) Answer(appid string, key poller.AnswerKey) ([]byte, error) {
	s.mu.Lock()
	slow := s.slow
	s.mu.Unlock()
	time.Sleep(slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	key.Answered = key.Answered.Round(0).UTC()
	if answer, ok := s.answers[appid][key]; ok {
		return answer, nil
	}
	return nil, errors.New("no such answer")
}

// Remove implements poller.Spool.
func (s *Spool) Remove(appid string, key poller.AnswerKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key.Answered = key.Answered.Round(0).UTC()
	delete(s.answers[appid], key)
	if len(s.answers[appid]) == 0 {
		delete(s.answers, appid)
	}
	return nil
}
