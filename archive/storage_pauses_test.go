package archive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// A storage that wants fewer requests is told from one that is away, with the pause that it names.
// When it names one, nothing is sent again before the caller knows.
func TestStorageThatThrottles(t *testing.T) {
	const now = "Tue, 24 Nov 2026 01:02:03 GMT"
	for _, test := range []struct {
		status           int
		code, retryAfter string
		throttled        bool
		pause            time.Duration
		requests         int64 // of one access that is tried twice
		want             string
	}{
		{503, "SlowDown", "", true, 0, 2, "the object storage returned 503"},
		{503, "ServiceUnavailable", "7", true, 7 * time.Second, 1, "the object storage returned 503 (ServiceUnavailable)"},
		{429, "TooManyRequests", "Tue, 24 Nov 2026 01:03:03 GMT", true, time.Minute, 1, "the object storage returned 429 (TooManyRequests)"},
		{429, "", "90000", true, 5 * time.Minute, 1, "the object storage returned 429"},
		{503, "SlowDown", "Tue, 24 Nov 2026 01:02:02 GMT", true, 0, 2, "the object storage returned 503"},
		{503, "SlowDown", "soon", true, 0, 2, "the object storage returned 503"},
		{400, "RequestLimitExceeded", "", true, 0, 0, "the object storage returned 400 (RequestLimitExceeded)"},
		{500, "InternalError", "", false, 0, 2, "the object storage returned 500"},
		{403, "AccessDenied", "", false, 0, 1, "the object storage returned 403 (AccessDenied)"},
	} {
		for _, kind := range []string{"S3", "COS"} {
			t.Run(fmt.Sprint(kind, " ", test.status, " ", test.code, " ", test.retryAfter), func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int64
				bucket := inStorageTried(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					requests.Add(1)
					w.Header().Set("Date", now)
					if test.retryAfter != "" {
						w.Header().Set("Retry-After", test.retryAfter)
					}
					w.WriteHeader(test.status)
					fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", test.code)
				}), 2)[kind]
				for what, use := range map[string]func() error{
					"get":  func() error { _, err := bucket.Get(t.Context(), "key"); return err },
					"list": func() error { _, err := bucket.List(t.Context(), "folder", ""); return err },
					"put":  func() error { return bucket.Put(t.Context(), "doctor-probe", []byte("{}")) },
				} {
					requests.Store(0)
					err := use()
					throttled, ok := errors.AsType[*poller.Throttled](err)
					if ok != test.throttled || ok && throttled.Pause != test.pause || !strings.HasPrefix(fmt.Sprint(err), test.want) {
						t.Errorf("%s: %v, %+v", what, err, throttled)
					}
					if got := requests.Load(); test.requests > 0 && got != test.requests {
						t.Errorf("%s: %d requests, want %d", what, got, test.requests)
					}
				}
			})
		}
	}
}

// watched is a context that hears what poller.Alive tells.
type watched struct {
	context.Context
	alive chan struct{}
}

func (w watched) Value(key any) any {
	if fmt.Sprintf("%T", key) == "poller.aliveKey" {
		return func() { w.alive <- struct{}{} }
	}
	return w.Context.Value(key)
}

// Whoever waits learns of what is sent, of the beginning of the answer and of its parts.
func TestStorageThatIsSlow(t *testing.T) {
	next := make(chan struct{})
	server := &storage{objects: map[string]string{}}
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			server.ServeHTTP(w, r)
			return
		}
		w.Header().Set("ETag", `"0"`)
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 01:02:03 GMT")
		w.Header().Set("Content-Length", "3")
		w.WriteHeader(http.StatusOK)
		for range 3 {
			_ = http.NewResponseController(w).Flush()
			<-next
			_, _ = io.WriteString(w, "x")
		}
	})
	for kind, bucket := range inStorage(t, slow) {
		ctx := watched{t.Context(), make(chan struct{}, 100)}
		if err := bucket.Put(ctx, "doctor-probe", []byte("{}")); err != nil || len(ctx.alive) < 2 {
			t.Errorf("%s, put: %d signs of life, %v", kind, len(ctx.alive), err)
		}
		ctx.alive = make(chan struct{}, 100)
		got := make(chan string, 1)
		go func() {
			content, err := bucket.Get(ctx, "key")
			got <- fmt.Sprint(string(content), err)
		}()
		for range 3 {
			<-ctx.alive // the beginning, or the part before this one
			next <- struct{}{}
		}
		<-ctx.alive
		if result := <-got; result != "xxx<nil>" {
			t.Errorf("%s, get: %s", kind, result)
		}
	}
}
