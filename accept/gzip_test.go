package accept_test

import (
	"net/http"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/accept"
)

func TestGzip(t *testing.T) {
	for field, want := range map[string]bool{
		"":                              false,
		"gzip":                          true,
		"GZIP":                          true,
		"gzip, deflate, br":             true,
		"br;q=1.0, gzip;q=0.8, *;q=0.1": true,
		"gzip ; Q=0.3":                  true,
		"deflate, br":                   false,
		"zippy":                         false,
		"identity":                      false,
		"gzip;q=0":                      false,
		"gzip;q=0.000, *":               false, // a name goes before the asterisk
		"gzip;q=0.2, *;q=0.5":           false,
		"gzip;q=nonsense":               false,
		"gzip;q=NaN":                    false,
		"gzip;q=2":                      false,
		"gzip;q=-1":                     false,
		"gzip;q=0.1, identity":          false,
		"identity, gzip;q=0.5":          false,
		"gzip;q=1.0, identity; q=0.5":   true,
		"gzip, identity":                false, // no preference
		"*":                             false,
		"*;q=0":                         false,
		"identity;q=0":                  false,
		"identity;q=0, *;q=0.5":         true,
		"identity;q=0.2, *;q=0.5":       true,
	} {
		if got := accept.Gzip(http.Header{"Accept-Encoding": {field}}); got != want {
			t.Errorf("%q: %t, want %t", field, got, want)
		}
	}
	if !accept.Gzip(http.Header{"Accept-Encoding": {"br", "identity;q=0.5, gzip"}}) {
		t.Error("of two fields, only the first was read")
	}
}

func TestGzipWithoutHeader(t *testing.T) {
	if accept.Gzip(http.Header{}) {
		t.Error("a client that says nothing gets gzip")
	}
	if allocations := testing.AllocsPerRun(100, func() { accept.Gzip(http.Header{"Accept-Encoding": {"gzip, deflate, br"}}) }); allocations > 1 {
		t.Errorf("%v allocations", allocations)
	}
}
