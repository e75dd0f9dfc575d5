package exposition_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector/exposition"
)

// A scrape of all apps waits no longer than its own time-out allows, one of some apps as long as
// its client does, and one whose time-out is unknown until all is there.
func TestAwait(t *testing.T) {
	const restored, patience = time.Minute, 40 * time.Second // the client goes away after the latter
	tests := []struct {
		query, timeout string
		appids         []string
		waits          time.Duration
	}{
		{"", "10", nil, 8 * time.Second},
		{"", "0.5", nil, 400 * time.Millisecond},
		{"", "1e9", nil, patience},
		{"", "30", nil, 24 * time.Second},
		{"", "", nil, patience},
		{"", "NaN", nil, patience},
		{"", "-1", nil, patience},
		{"", "soon", nil, patience},
		{"?appid=wxb&appid=wxa", "10", []string{"wxa", "wxb"}, patience},
		{"?appid=.", "10", []string{}, patience},
		{"?appid=", "10", nil, 0}, // is answered with an error
	}
	for _, test := range tests {
		t.Run(test.query+" "+test.timeout, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics"+test.query, nil)
				request.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", test.timeout)
				began := time.Now()
				exposition.Await(func(ctx context.Context, appids []string, all bool) {
					if !slices.Equal(appids, test.appids) || all != (test.appids == nil) {
						t.Errorf("waits for %q, all %v", appids, all)
					}
					select {
					case <-ctx.Done():
					case <-time.After(restored):
					}
				})(request)
				if waited := time.Since(began); waited != test.waits {
					t.Errorf("waited for %s, want %s", waited, test.waits)
				}
			})
		})
	}
}
