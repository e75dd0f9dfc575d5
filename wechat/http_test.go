package wechat

import (
	"io"
	"net/http"
	"net/http/httptest"
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
		if _, err := (&Client{BaseURL: server.URL, HTTP: client}).UserPortrait(t.Context(), week(t)); err != nil {
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
