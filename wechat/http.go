package wechat

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// NewHTTPClient returns an HTTP client for calls to WeChat. A call, the body of its
// answer included, may take timeout; 0 sets no limit. All requests carry userAgent, such
// as "wxapp_exporter/1.2.3". Proxies are those of the environment (HTTPS_PROXY,
// HTTP_PROXY, NO_PROXY); one that is not an address is an error of every call. Redirects
// are not followed, because they would carry the token to wherever they point.
func NewHTTPClient(timeout time.Duration, userAgent string) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: keepRedirect,
		Transport: &namedTransport{userAgent: userAgent, Transport: &http.Transport{
			Proxy:                  environmentProxy,
			OnProxyConnectResponse: checkProxyAnswer,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxIdleConns:           16,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		}},
	}
}

// namedTransport sets the User-Agent of requests.
type namedTransport struct {
	*http.Transport
	userAgent string
}

// RoundTrip sends the request with the User-Agent.
func (t *namedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context()) // a RoundTripper may not change its request
	r.Header.Set("User-Agent", t.userAgent)
	return t.Transport.RoundTrip(r)
}

func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// environmentProxy is http.ProxyFromEnvironment, except that a malformed address is an
// error, instead of a call without a proxy or one through a host called http. The error
// does not print the address, which may hold a password.
func environmentProxy(r *http.Request) (*url.URL, error) {
	names := []string{"HTTP_PROXY", "http_proxy"}
	if r.URL.Scheme == "https" {
		names = []string{"HTTPS_PROXY", "https_proxy"}
	}
	for _, name := range names {
		if address := os.Getenv(name); address != "" {
			if !isProxyAddress(address) && !IsLoopback(r.URL.Hostname()) {
				return nil, proxyError(name)
			}
			break
		}
	}
	proxy, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, proxyError(names[0])
	}
	return proxy, nil
}

func isProxyAddress(address string) bool {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && !strings.HasSuffix(u.Host, ":")
}

// IsLoopback reports whether the host of a URL is this machine: localhost or an address
// such as 127.0.0.1 or ::1, without a look at the resolver.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

// defaultUserAgent is the User-Agent of clients that were given no HTTP client.
const defaultUserAgent = "wxapp_exporter"

// fallbackHTTP makes the HTTP client of those who were given none.
type fallbackHTTP struct {
	once   sync.Once
	client *http.Client
}

// or returns given, or else the fallback.
func (f *fallbackHTTP) or(given *http.Client) *http.Client {
	if given != nil {
		return given
	}
	f.once.Do(func() { f.client = NewHTTPClient(30*time.Second, defaultUserAgent) })
	return f.client
}
