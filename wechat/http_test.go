package wechat

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestUserAgent(t *testing.T) {
	agents := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		_, _ = io.WriteString(w, emptyPortrait)
	}))
	defer server.Close()
	for want, client := range map[string]*http.Client{
		"wxapp_exporter":       nil,
		"wxapp_exporter/1.2.3": NewHTTPClient(30*time.Second, "wxapp_exporter/1.2.3"),
	} {
		if _, err := (&Client{BaseURL: server.URL, HTTP: client}).Ask(t.Context(), statistic(t, "7d"), week(t)); err != nil {
			t.Fatal(err)
		}
		if got := <-agents; got != want {
			t.Errorf("User-Agent %q, want %q", got, want)
		}
	}
}

func TestProxyAddresses(t *testing.T) {
	for _, address := range []string{"proxy", "proxy:3128", "http://proxy", "https://user:p%2Fw@proxy:3128", "socks5://proxy", "user:password@proxy:3128"} {
		if !isProxyAddress(address) {
			t.Errorf("%s is refused", address)
		}
	}
}

func TestWrongProxyVariable(t *testing.T) {
	for _, address := range []string{"http://user:" + token + "@proxy:3128", "user:" + token + "@proxy", "http://", "a b", token + "\x7f"} {
		for scheme, name := range map[string]string{"http": "HTTP_PROXY", "https": "HTTPS_PROXY"} {
			t.Run(name+"="+address, func(t *testing.T) {
				t.Setenv(name, address)
				_, err := (&Client{BaseURL: scheme + "://wechat.invalid"}).Ask(t.Context(), statistic(t, "7d"), week(t))
				checkHidden(t, err, token)
				e, ok := errors.AsType[*Error](err)
				if !ok || !strings.Contains(e.Error(), name) || !strings.Contains(e.Remedy(), name) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestProxyVariableDoesNotMatterOnLoopback(t *testing.T) {
	t.Setenv("HTTP_PROXY", "a b")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, emptyPortrait) }))
	defer server.Close()
	if _, err := (&Client{BaseURL: server.URL}).Ask(t.Context(), statistic(t, "7d"), week(t)); err != nil {
		t.Error(err)
	}
}
