package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHealthcheckOfWrongAddress(t *testing.T) {
	for address, want := range map[string]string{
		"10120": `WXAPP_LISTEN_ADDRESS: "10120" is not host:port; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`,
		":0":    "port 0 means any free port, so the healthcheck cannot find the exporter; start it, or set WXAPP_LISTEN_ADDRESS to its address",
	} {
		setEnvironment(t, map[string]string{"WXAPP_LISTEN_ADDRESS": address})
		if err := healthcheck(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", address, err, want)
		}
	}
}

// TestHealthcheckCommand checks that only the listen address matters.
func TestHealthcheckCommand(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	setEnvironment(t, map[string]string{
		"WXAPP_LISTEN_ADDRESS": " " + server.Listener.Addr().String() + "\n",
		"WXAPP_APPID":          "no appid!",
		"WXAPP_LOG_LEVEL":      "wrong",
	})
	if err := healthcheck(t.Context()); err != nil {
		t.Error(err)
	}
	t.Setenv("WXAPP_LISTEN_ADDRESS", ":0")
	if err := healthcheck(t.Context()); err == nil {
		t.Error("the listen address was not read")
	}
}
