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
// /-/healthy counts, because the server may require a password, and so does a TLS
// handshake that is completed or refused, because it may require a certificate. A wildcard
// address is asked on the loopback addresses, and unix:PATH on that socket.
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
		return response.Body.Close()
	}
	if urlError, ok := errors.AsType[*url.Error](err); ok {
		err = urlError.Err
	}
	if e.speaksTLS(ctx) {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("timeout")
	}
	return fmt.Errorf("%s does not answer (%w)", e.address, err)
}

// speaksTLS reports whether a server completes a TLS handshake or refuses it with an
// alert.
func (e endpoint) speaksTLS(ctx context.Context) bool {
	dialer := tls.Dialer{Config: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent; any answer is proof of life
	}}
	connection, err := dialer.DialContext(ctx, e.network, e.address)
	if err == nil {
		_ = connection.Close()
		return true
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "remote error"
}
