package main

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

// healthcheckTimeout is the time that one healthcheck may take in all.
const healthcheckTimeout = 3 * time.Second

// healthcheckCommand asks the exporter of this environment whether it is alive. It
// heeds WXAPP_LISTEN_ADDRESS only, so that no other setting can make a living
// exporter look dead.
func healthcheckCommand(ctx context.Context) error {
	s, err := readSettings()
	if err != nil {
		return err
	}
	return healthcheck(ctx, s.ListenAddress)
}

// healthcheck returns nil when a server on the listen address is alive: when it
// answers /-/healthy with any HTTP status, since it may demand a password, or when
// it completes or refuses a TLS handshake, since it may demand a certificate. A
// wildcard address is asked on the loopback addresses.
func healthcheck(ctx context.Context, listenAddress string) error {
	var found findings
	parseListenAddress(found.at("WXAPP_LISTEN_ADDRESS"), listenAddress)
	if err := errors.Join(found.mistakes...); err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(listenAddress)
	if strings.Trim(port, "0") == "" {
		return errors.New("WXAPP_LISTEN_ADDRESS: port 0 stands for any free port, so the healthcheck cannot know it; set a fixed one, as in :10120")
	}

	hosts := []string{host}
	if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
		hosts = []string{"127.0.0.1", "::1"}
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	var failure error
	for _, host := range hosts {
		err := askHealth(ctx, net.JoinHostPort(host, port))
		switch {
		case err == nil:
			return nil
		case failure == nil:
			failure = err
		default:
			failure = fmt.Errorf("%w, %w", failure, err)
		}
	}
	return fmt.Errorf("the exporter is not alive: %w; start it, or set WXAPP_LISTEN_ADDRESS to its address", failure)
}

// askHealth asks one address, by HTTP first: a Go server that speaks TLS answers
// plain HTTP with a 400.
func askHealth(ctx context.Context, address string) error {
	client := http.Client{
		// Without a proxy: the server is on this machine.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	target := url.URL{Scheme: "http", Host: address, Path: "/-/healthy"}
	// Some TLS servers wait for more when they are spoken to in HTTP.
	httpContext, cancel := context.WithTimeout(ctx, healthcheckTimeout*2/3)
	defer cancel()
	request, err := http.NewRequestWithContext(httpContext, http.MethodGet, target.String(), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	response, err := client.Do(request)
	if err == nil {
		return response.Body.Close()
	}
	if urlError, ok := errors.AsType[*url.Error](err); ok {
		err = urlError.Err
	}
	if speaksTLS(ctx, address) {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("time-out")
	}
	return fmt.Errorf("%s does not answer (%w)", address, err)
}

// speaksTLS reports whether a server completes a TLS handshake or refuses it by an
// alert.
func speaksTLS(ctx context.Context, address string) bool {
	dialer := tls.Dialer{Config: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent: only life matters
	}}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		_ = connection.Close()
		return true
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "remote error"
}
