package wechat

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRemedies(t *testing.T) {
	answered := func(endpoint, body string) func(*testing.T) error {
		return func(t *testing.T) error {
			client := script(body).client()
			if endpoint == EndpointToken {
				_, err := (&SecretTokens{Secret: knownSecret("the secret"), HTTP: client}).Token(t.Context())
				return err
			}
			_, err := (&Client{HTTP: client}).Ask(t.Context(), statistic(t, "7d"), week(t))
			return err
		}
	}
	ask := func(t *testing.T, address string, client *http.Client) error {
		_, err := (&Client{BaseURL: address, HTTP: client}).Ask(t.Context(), statistic(t, "7d"), week(t))
		return err
	}
	through := func(t *testing.T, proxy, address string) error {
		client := NewHTTPClient(time.Minute, "")
		client.Transport.(*namedTransport).Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
		return ask(t, address, client)
	}
	throughProxy := func(address string, status int) func(*testing.T) error {
		return func(t *testing.T) error {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
			}))
			defer proxy.Close()
			return through(t, proxy.URL, address)
		}
	}
	for _, test := range []struct {
		name string
		call func(*testing.T) error
		says string
	}{
		{"allow-list", answered(EndpointToken, sample(t, "error-40164-recorded.json")), "add 203.0.113.30 to the app's IP allow-list"},
		{"allow-list without address", answered(EndpointToken, `{"errcode":61004}`), "from which this machine calls"},
		{"dates", answered(EndpointUserPortrait, sample(t, "error-61501-recorded.json")), "report the message as a bug"},
		{"secret", answered(EndpointToken, `{"errcode":40125}`), "AppSecret, which is wrong"},
		{"secret of another app", answered(EndpointToken, `{"errcode":40001}`), "AppSecret belongs to this AppID"},
		{"refused token", answered(EndpointUserPortrait, `{"errcode":40001}`), "/cgi-bin/token"},
		{"no token", answered(EndpointUserPortrait, `{"errcode":41001}`), "cloud hosting"},
		{"unknown", answered(EndpointUserPortrait, `{"errcode":12345}`), "errcode 12345 is not known to the exporter: see WeChat's documentation"},
		{"mini game", answered(EndpointUserPortrait, `{"errcode":61502}`), "mini game"},
		{"administrator", answered(EndpointToken, `{"errcode":89506}`), "24 hours"},
		{"quota", answered(EndpointUserPortrait, `{"errcode":45009}`), "next day in China"},
		{"no file", func(t *testing.T) error {
			_, err := (&FileTokens{Path: "testdata/none"}).Token(t.Context())
			return err
		}, "token file"},
		{"canceled", func(t *testing.T) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := (&Client{}).Ask(ctx, statistic(t, "7d"), week(t))
			return err
		}, "the exporter canceled the call"},
		{"unknown name", func(t *testing.T) error {
			_, err := (&Client{HTTP: wire(func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "wechat.invalid"}}
			}).client()}).Ask(t.Context(), statistic(t, "7d"), week(t))
			return err
		}, "resolve the name wechat.invalid"},
		{"proxy with a password", throughProxy("http://wechat.invalid", http.StatusProxyAuthRequired), "user name and password of the proxy"},
		{"tunnel with a password", throughProxy("https://wechat.invalid", http.StatusProxyAuthRequired), "user name and password of the proxy"},
		{"tunnel that the proxy refuses", throughProxy("https://wechat.invalid", http.StatusForbidden), "let the proxy of HTTPS_PROXY or HTTP_PROXY connect"},
		{"tunnel that fails", throughProxy("https://wechat.invalid", http.StatusServiceUnavailable), "repair it if its status is 5xx"},
		{"port of a proxy where nothing listens", func(t *testing.T) error {
			return through(t, "http://"+closedPort, "https://wechat.invalid")
		}, "start the proxy, or correct its host and port in HTTPS_PROXY"},
		{"proxy that answers nothing", func(t *testing.T) error {
			proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
			defer proxy.Close()
			return through(t, proxy.URL, "https://wechat.invalid")
		}, "check that the proxy of HTTPS_PROXY or HTTP_PROXY is running"},
		{"port where nothing listens", func(t *testing.T) error {
			return ask(t, "http://"+closedPort, NewHTTPClient(time.Minute, ""))
		}, "start the server: nothing listens there"},
		{"https to a port of http", func(t *testing.T) error {
			server := httptest.NewServer(http.NotFoundHandler())
			defer server.Close()
			return ask(t, strings.Replace(server.URL, "http:", "https:", 1), NewHTTPClient(time.Minute, ""))
		}, "the port answers without TLS"},
		{"no length", func(t *testing.T) error {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusLengthRequired) }))
			defer server.Close()
			return ask(t, server.URL, NewHTTPClient(time.Minute, ""))
		}, "removes Content-Length"},
		{"unknown certificate", func(t *testing.T) error {
			server := quietTLSServer()
			defer server.Close()
			_, err := (&Client{BaseURL: server.URL}).Ask(t.Context(), statistic(t, "7d"), week(t))
			return err
		}, "root certificates"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, ok := errors.AsType[*Error](test.call(t))
			if !ok || !strings.Contains(e.Remedy(), test.says) {
				t.Errorf("got %v, want its remedy to say %q", e, test.says)
				if ok {
					t.Log(e.Remedy())
				}
			}
		})
	}
}

func TestRemedyComparesClocks(t *testing.T) {
	for _, test := range []struct{ date, says string }{
		{"Sat, 01 Jan 2000 00:02:00 GMT", "report the message as a bug"},
		{"", "report the message as a bug"},
		{"yesterday", "report the message as a bug"},
		{
			"Fri, 31 Dec 1999 16:00:00 GMT",
			"it shows 2000-01-01T08:00:00+08:00, WeChat's shows 2000-01-01T00:00:00+08:00",
		},
		{
			"Sun, 02 Jan 2000 00:00:00 GMT",
			"it shows 2000-01-01T08:00:00+08:00, WeChat's shows 2000-01-02T08:00:00+08:00",
		},
	} {
		synctest.Test(t, func(t *testing.T) { // it is 2000-01-01T00:00:00Z
			client := &Client{HTTP: wire(func(*http.Request) (*http.Response, error) {
				a := answer(http.StatusOK, `{"errcode":61501,"errmsg":"date range error"}`)
				a.Header.Set("Date", test.date)
				return a, nil
			}).client()}
			_, err := client.Ask(t.Context(), statistic(t, "1d"), Window{DayOf(time.Now()), Range1Day})
			e, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(e.Remedy(), test.says) {
				t.Errorf("%q: got %q, want it to say %q", test.date, e.Remedy(), test.says)
			}
		})
	}
}

// closedPort is an address at which nobody listens: port 1 belongs to a service of the past.
const closedPort = "127.0.0.1:1"
