package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// healthcheckTimeout is the total time that a healthcheck may take.
const healthcheckTimeout = 3 * time.Second

// Healthcheck returns nil if a server on the listen address is alive. Any HTTP status of
// /-/healthy but 500 counts, because the server may require a password, and so does a TLS
// handshake that is completed or refused, because it may require a certificate. A server
// that cannot use its web configuration or certificate is not alive: it answers 500, or has
// an internal error in the handshake. A wildcard address is asked on the loopback addresses,
// and unix:PATH on that socket.
func Healthcheck(ctx context.Context, listenAddress string) error {
	endpoints, err := endpointsOf(listenAddress)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	var failure error
	for _, asked := range endpoints {
		err := asked.health(ctx)
		switch {
		case err == nil:
			return nil
		case failure == nil:
			failure = err
		default:
			failure = fmt.Errorf("%w, %w", failure, err)
		}
	}
	return fmt.Errorf("the exporter is not alive: %w", failure)
}

// endpoint is where a server is asked.
type endpoint struct {
	network, address string
	host             string // of requests
}

// endpointsOf returns where a server with this listen address can be reached.
func endpointsOf(listenAddress string) ([]endpoint, error) {
	if path, ok := strings.CutPrefix(listenAddress, UnixPrefix); ok {
		return []endpoint{{"unix", path, "localhost"}}, nil
	}
	host, port, err := net.SplitHostPort(listenAddress)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", listenAddress, err)
	}
	if strings.Trim(port, "0") == "" {
		return nil, errors.New("port 0 means any free port, so the healthcheck cannot find the exporter")
	}

	hosts := []string{host}
	if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
		hosts = []string{"127.0.0.1", "::1"}
	}
	var endpoints []endpoint
	for _, host := range hosts {
		address := net.JoinHostPort(host, port)
		endpoints = append(endpoints, endpoint{"tcp", address, address})
	}
	return endpoints, nil
}

// dial is the DialContext of an http.Transport.
func (e endpoint) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, e.network, e.address)
}

// health asks one endpoint. Plain HTTP comes first, because a Go server that speaks TLS
// answers it with a 400.
func (e endpoint) health(ctx context.Context) error {
	client := http.Client{
		// Without a proxy: the server is on this machine.
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: e.dial},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	target := url.URL{Scheme: "http", Host: e.host, Path: "/-/healthy"}
	// Some TLS servers keep waiting when a client sends plain HTTP.
	httpContext, cancel := context.WithTimeout(ctx, healthcheckTimeout*2/3)
	defer cancel()
	request, err := http.NewRequestWithContext(httpContext, http.MethodGet, target.String(), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", e.address, err)
	}
	response, err := client.Do(request)
	if err == nil {
		_ = response.Body.Close()
		return e.judge(ctx, response.StatusCode)
	}
	if urlError, ok := errors.AsType[*url.Error](err); ok {
		err = urlError.Err
	}
	switch e.handshake(ctx) {
	case handshakeFine:
		return nil
	case handshakeBroken:
		return e.unusable()
	case handshakeNone:
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("timeout")
	}
	return fmt.Errorf("%s does not answer (%w)", e.address, err)
}

// judge says whether a server is alive that has answered plain HTTP.
func (e endpoint) judge(ctx context.Context, status int) error {
	switch {
	case status == http.StatusInternalServerError,
		status == http.StatusBadRequest && e.handshake(ctx) == handshakeBroken:
		return e.unusable()
	}
	return nil
}

// ErrUnusable is the error of a server that runs, but cannot use its web configuration or
// certificate.
var ErrUnusable = errors.New("its web configuration or certificate cannot be used; the log of the exporter says why")

func (e endpoint) unusable() error { return fmt.Errorf("%s answers, but %w", e.address, ErrUnusable) }

// handshakeResult is how a server takes a TLS handshake.
type handshakeResult int

const (
	handshakeNone   handshakeResult = iota // it speaks no TLS
	handshakeFine                          // it completes it, or refuses it with an alert
	handshakeBroken                        // it has an internal error, as without a certificate
)

// internalError is the alert of a server that cannot use its own configuration.
const internalError = tls.AlertError(80)

func (e endpoint) handshake(ctx context.Context) handshakeResult {
	dialer := tls.Dialer{Config: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent; any answer is proof of life
	}}
	connection, err := dialer.DialContext(ctx, e.network, e.address)
	if err == nil {
		_ = connection.Close()
		return handshakeFine
	}
	operation, ok := errors.AsType[*net.OpError](err)
	switch {
	case !ok || operation.Op != "remote error":
		return handshakeNone
	case operation.Err.Error() == internalError.Error(): // its type is not exported
		return handshakeBroken
	}
	return handshakeFine
}
