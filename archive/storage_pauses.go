package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// longestPause is the longest pause that a storage is believed to want.
const longestPause = 5 * time.Minute

// isThrottling reports whether an answer of the storage asks for fewer requests.
func isThrottling(status int, code string) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	}
	return slices.Contains([]string{
		"SlowDown", "SlowDownRead", "SlowDownWrite", "ServiceUnavailable", "TooManyRequests",
		"RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException",
	}, code)
}

// refusals are what the storage has refused during one access, which may be several requests.
type refusals struct {
	mu     sync.Mutex
	status int // of the last answer, if it asked for fewer requests; otherwise 0
	pause  time.Duration
	last   *http.Response // the one that named a pause
	body   []byte         // of it
}

type refusalsKey struct{}

// noteRefusals returns a context with which requests note what is refused.
func noteRefusals(ctx context.Context) (context.Context, *refusals) {
	noted := &refusals{}
	return context.WithValue(ctx, refusalsKey{}, noted), noted
}

// heedPauses sends no further request within an access when the storage has named a pause: the
// clients, which know nothing of pauses, get the same answer again.
func heedPauses(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		noted, ok := request.Context().Value(refusalsKey{}).(*refusals)
		if !ok {
			return next.RoundTrip(request)
		}
		if again := noted.again(request); again != nil {
			if request.Body != nil {
				_ = request.Body.Close()
			}
			return again, nil
		}
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		return response, noted.add(response)
	})
}

// add notes an answer.
func (r *refusals) add(response *http.Response) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = 0
	if isThrottling(response.StatusCode, "") {
		r.status = response.StatusCode
	}
	if response.StatusCode < http.StatusBadRequest {
		return nil
	}
	if r.pause = retryAfter(response.Header, time.Now()); r.pause == 0 {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.last, r.body = response, body
	return nil
}

// again returns the answer that named a pause, or nil.
func (r *refusals) again(request *http.Request) *http.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return nil
	}
	again := *r.last
	again.Request, again.Body = request, io.NopCloser(bytes.NewReader(r.body))
	return &again
}

// asked returns the status of the last answer, if it asked for fewer requests, and the pause that
// the storage named.
func (r *refusals) asked() (status int, pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status, r.pause
}

// retryAfter returns the pause that an answer names, in seconds or as a date, by the clock of the
// storage if it tells that: 0 if it names none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	var pause time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		pause = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			now = date
		}
		pause = at.Sub(now)
	}
	return min(max(0, pause), longestPause)
}
