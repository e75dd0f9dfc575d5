package wechat

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// checkProxyAnswer says why a proxy makes no connection to the server.
func checkProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return proxyAnswer(answer.StatusCode)
	}
	return nil
}

// proxyAnswer is the status with which a proxy refuses to connect to the server.
type proxyAnswer int

func (status proxyAnswer) Error() string {
	return strings.TrimSpace("the proxy does not connect to the server: HTTP " + strconv.Itoa(int(status)) + " " + http.StatusText(int(status)))
}

// proxyError is the name of a variable that cannot be used.
type proxyError string

func (name proxyError) Error() string {
	return "the proxy address in the environment variable " + string(name) + " cannot be used"
}

// proxyFailure is the error of a call that came no further than to a proxy.
type proxyFailure struct{ error }

func (f proxyFailure) Unwrap() error { return f.error }

// route is how far a call came. The hooks of net/http may run in other goroutines.
type route struct {
	dialed atomic.Value // host:port, a string: the proxy's, if there is one
	got    atomic.Bool  // a connection to the server, after its handshake
}

func (r *route) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(address string) { r.dialed.Store(address) },
		GotConn: func(httptrace.GotConnInfo) { r.got.Store(true) },
	})
}

// explain returns the error of a call to an address, marked if it is about a proxy.
func (r *route) explain(err error, target *url.URL) error {
	port := cmp.Or(target.Port(), map[string]string{"http": "80", "https": "443"}[target.Scheme])
	dialed, _ := r.dialed.Load().(string)
	if dialed == "" || r.got.Load() || strings.EqualFold(dialed, net.JoinHostPort(target.Hostname(), port)) {
		return err
	}
	return proxyFailure{err}
}

// The conditions of the table about connections.

func isProxyLogin(e *Error) bool {
	status, ok := errors.AsType[proxyAnswer](e.Err)
	return ok && status == http.StatusProxyAuthRequired
}

// isRefused reports whether nothing listens on the port. Windows has a number of its own for that.
func isRefused(e *Error) bool {
	const windows = syscall.Errno(10061)
	return errors.Is(e.Err, syscall.ECONNREFUSED) || errors.Is(e.Err, windows)
}

// isUnconnected reports whether a call came no further than to a proxy. That its certificate is not
// trusted is no fault of its.
func isUnconnected(e *Error) bool { return hasCause[proxyFailure](e) && !isUntrusted(e) }

func isRefusedByProxy(e *Error) bool { return hasCause[proxyFailure](e) && isRefused(e) }
