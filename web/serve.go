package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// Server serves a handler on any number of listeners.
type Server struct {
	Handler http.Handler
	Limits  Limits
	// ExternalPath is a path below which every path is served, too. Empty: none.
	ExternalPath string
	// ConfigFile is a web configuration of the Prometheus exporter toolkit, read again for
	// every connection. Empty: plain HTTP for everybody.
	ConfigFile string
	// Await is called with every request before it takes one of the places of Limits.Answers,
	// and may wait until the context of the request ends. May be nil.
	Await func(*http.Request)
	// ConnContext is that of http.Server. May be nil.
	ConnContext func(context.Context, net.Conn) context.Context
	// StopTimeout is how long running requests may take to end when the context of Serve has.
	StopTimeout time.Duration
	// Log gets what clients do wrong, at the level debug.
	Log *slog.Logger
}

// Serve serves until the context ends, and then for as long as running requests take, but
// not longer than StopTimeout. If one listener fails, all are closed, and the error says
// why. Serve closes the listeners.
func (s *Server) Serve(ctx context.Context, listeners []net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		shared  = newConnections(s.Limits.Connections)
		large   = newLargeRequests(s.Limits.LargeHeaders)
		handler = large.limit(under(s.ExternalPath, s.awaiting(newAnswers(s.Limits.Answers).limit(s.Handler))), s.Limits.HeaderFields)
		// The toolkit logs at every start what others log, and at every request what is wrong
		// with its configuration, with values in it.
		toolkitLog = slog.New(slog.DiscardHandler)
		errs       = make([]error, len(listeners))
		serving    sync.WaitGroup
	)
	for i, listener := range listeners {
		// A server of its own for each listener: the toolkit changes the server that it is
		// given, so that its ServeMultiple has a data race.
		server := newServer(handler, s.Limits, slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), shared)
		server.ConnContext = s.connContext
		serving.Go(func() {
			defer cancel()
			errs[i] = toolkit.Serve(receivers{listener, large}, server, &toolkit.FlagConfig{WebConfigFile: &s.ConfigFile}, toolkitLog)
			_ = listener.Close() // the toolkit leaves it open when it does not begin to serve
		})
		serving.Go(func() {
			<-ctx.Done()
			stop(context.WithoutCancel(ctx), server, s.StopTimeout)
		})
	}
	serving.Wait()
	for i, err := range errs {
		if errors.Is(err, http.ErrServerClosed) {
			errs[i] = nil
		} else if err != nil {
			errs[i] = fmt.Errorf("serve on %s: %w", listeners[i].Addr(), err)
		}
	}
	return errors.Join(errs...)
}

// AwaitOn returns what lets the requests of a path wait.
func AwaitOn(path string, wait func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		if r.URL.Path == path {
			wait(r)
		}
	}
}

// awaiting returns a handler that calls Await first.
func (s *Server) awaiting(handler http.Handler) http.Handler {
	if s.Await == nil {
		return handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Await(r)
		handler.ServeHTTP(w, r)
	})
}

func (s *Server) connContext(ctx context.Context, conn net.Conn) context.Context {
	if s.ConnContext != nil {
		ctx = s.ConnContext(ctx, conn)
	}
	return withReceiver(ctx, conn)
}

// stop lets running requests end, but not for long.
func stop(ctx context.Context, server *http.Server, timeout time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close()
	}
}
