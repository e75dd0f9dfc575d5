package archive

import (
	"context"
	"io"
	"net/http"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// tellAlive tells whoever waits for a request that it makes progress: when its answer begins, and
// with each part of both bodies.
func tellAlive(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		ctx := request.Context()
		if request.Body != nil && request.Body != http.NoBody {
			request = request.WithContext(ctx) // a copy
			request.Body = aliveBody{request.Body, ctx}
		}
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		poller.Alive(ctx)
		response.Body = aliveBody{response.Body, ctx}
		return response, nil
	})
}

// aliveBody is a body whose parts are progress.
type aliveBody struct {
	io.ReadCloser
	ctx context.Context //nolint:containedctx // of the request to which the body belongs
}

func (b aliveBody) Read(p []byte) (n int, err error) {
	if n, err = b.ReadCloser.Read(p); n > 0 {
		poller.Alive(b.ctx)
	}
	return n, err
}
