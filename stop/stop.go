// Package stop runs the parts of a program side by side, and bounds how long they may take to end.
package stop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Parts are running parts of a program. The zero value has none.
type Parts struct {
	ending sync.WaitGroup

	mu      sync.Mutex
	running map[string]int // by name
}

// Go runs a part in a goroutine of its own. Its name is what Wait calls it, such as "the polls".
func (p *Parts) Go(name string, run func()) {
	p.count(name, 1)
	p.ending.Go(func() {
		defer p.count(name, -1)
		run()
	})
}

func (p *Parts) count(name string, change int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		p.running = map[string]int{}
	}
	if p.running[name] += change; p.running[name] == 0 {
		delete(p.running, name)
	}
}

// Wait waits until all parts have ended, but not longer than a time after the context has. The
// error names those that were left then. No part may be started after the context has ended.
func (p *Parts) Wait(ctx context.Context, timeout time.Duration) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.ending.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-ended:
		return nil
	case <-time.After(timeout):
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) == 0 { // just now
		return nil
	}
	return fmt.Errorf("still running after %s: %s", timeout, strings.Join(slices.Sorted(maps.Keys(p.running)), ", "))
}
