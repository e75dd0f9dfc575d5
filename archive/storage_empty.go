package archive

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
)

// noteKey is the key of what noting adds to a context.
type noteKey struct{}

// noting returns a context for the request of an object, and whether the answer to it was
// whole and empty. The clients report the end of an empty object as an error, the same as for
// a connection that was cut.
func noting(ctx context.Context) (noted context.Context, isEmpty func() bool) {
	empty := &atomic.Bool{}
	return context.WithValue(ctx, noteKey{}, empty), empty.Load
}

// noteEmpty notes which answers are whole and empty.
func noteEmpty(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if empty, ok := request.Context().Value(noteKey{}).(*atomic.Bool); ok {
			empty.Store(err == nil && response.StatusCode == http.StatusOK && isEmpty(response))
		}
		return response, err
	})
}

// isEmpty reports whether the body of an answer is whole and empty. A connection that ends is
// no end of a body, unless the protocol says so.
func isEmpty(response *http.Response) bool {
	if response.ContentLength >= 0 {
		return response.ContentLength == 0
	}
	if response.ProtoMajor < 2 && !slices.Contains(response.TransferEncoding, "chunked") {
		return false
	}
	buffered := bufio.NewReader(response.Body)
	_, err := buffered.Peek(1)
	response.Body = struct {
		io.Reader
		io.Closer
	}{buffered, response.Body}
	return errors.Is(err, io.EOF)
}
