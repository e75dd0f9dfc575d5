package wechat

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// tokenCache holds a token while it is valid. Concurrent callers share one request.
type tokenCache struct {
	mu     sync.Mutex
	held   atomic.Pointer[Token] // guarded by mu, too; no verb of fmt prints what it points to
	until  time.Time
	flight *tokenFlight // the one that has not ended yet
}

// tokenFlight is a request for a token and those who wait for it.
type tokenFlight struct {
	waiting int // guarded by the cache's mu; 0: all have left, and the flight is stopped
	stop    context.CancelFunc
	done    chan struct{} // closed when token and err are set
	token   Token
	err     error
}

// fetchToken returns a token and until when it may be held.
type fetchToken func(context.Context) (Token, time.Time, error)

// get returns the token that is held, or else that of a flight. It returns when ctx
// ends, whether or not the flight does.
func (c *tokenCache) get(ctx context.Context, fetch fetchToken) (Token, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Token{}, stoppedError(err)
		}
		c.mu.Lock()
		if held := c.held.Load(); held != nil && time.Now().Before(c.until) {
			c.mu.Unlock()
			return *held, nil
		}
		flight := c.flight
		// The next flight begins when a stopped one has ended: a read of a dead file
		// system never does, and each further one would cost a thread.
		stopped := flight != nil && flight.waiting == 0
		if !stopped {
			if flight == nil {
				flight = c.start(ctx, fetch)
			}
			flight.waiting++
		}
		c.mu.Unlock()

		select {
		case <-flight.done:
			if !stopped {
				return flight.token, flight.err
			}
		case <-ctx.Done():
			if !stopped {
				c.leave(flight)
			}
			return Token{}, stoppedError(ctx.Err())
		}
	}
}

// start starts a flight that outlives the caller. c.mu is held.
func (c *tokenCache) start(ctx context.Context, fetch fetchToken) *tokenFlight {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	flight := &tokenFlight{stop: stop, done: make(chan struct{})}
	c.flight = flight
	go func() {
		defer stop()
		token, until, err := fetch(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		flight.token, flight.err = token, err
		if err == nil {
			c.held.Store(&token)
			c.until = until
		}
		c.flight = nil
		close(flight.done)
	}()
	return flight
}

// leave stops the flight when its last caller leaves.
func (c *tokenCache) leave(flight *tokenFlight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if flight.waiting--; flight.waiting == 0 {
		flight.stop()
	}
}

// invalidate forgets the token if it is the one that is held.
func (c *tokenCache) invalidate(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if held := c.held.Load(); held != nil && held.Value == token.Value {
		c.held.Store(nil)
	}
}

func stoppedError(err error) *Error {
	return &Error{Reason: ReasonBusy, Endpoint: EndpointToken, Code: codeNetwork, Message: err.Error(), Err: err}
}
