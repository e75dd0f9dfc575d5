package otlp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func newHTTPExporter(c Config, headers map[string]string, failed func(error)) (exporter, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = c.TLS
	retryable := &retryableTransport{Transport: transport, failed: failed, secrets: hideSecrets(c)}
	var roundTripper http.RoundTripper = retryable
	if c.Gzip {
		roundTripper = &gzipTransport{next: roundTripper}
	}
	client := &http.Client{
		Transport: roundTripper,
		// A redirect would turn the POST into a GET, which sends no points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	exporter, err := otlpmetrichttp.New(context.Background(),
		otlpmetrichttp.WithEndpointURL(c.Endpoint.String()),
		otlpmetrichttp.WithHTTPClient(client),
		otlpmetrichttp.WithHeaders(headers),
		otlpmetrichttp.WithCompression(otlpmetrichttp.NoCompression), // the transport compresses
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: maxRetry}),
	)
	if err != nil {
		return nil, err
	}
	return &httpExporter{exporter, retryable}, nil
}

// httpExporter closes its connections at the end. The SDK leaves them open.
type httpExporter struct {
	*otlpmetrichttp.Exporter
	transport *retryableTransport
}

// Export returns the answer with the error of the SDK, which has it as a text only.
func (e *httpExporter) Export(ctx context.Context, metrics *metricdata.ResourceMetrics) error {
	err := e.Exporter.Export(ctx, metrics)
	if refused := e.transport.refused.Swap(nil); err != nil && refused != nil {
		return refusedError{err, *refused}
	}
	return err
}

// refusedError is an error of the SDK about a message that was not accepted.
type refusedError struct {
	error
	status statusError
}

func (e refusedError) Unwrap() []error { return []error{e.error, e.status} }

func (e *httpExporter) Shutdown(ctx context.Context) error {
	e.transport.CloseIdleConnections()
	return e.Exporter.Shutdown(ctx)
}

// gzipTransport compresses what is sent. The SDK would do it without a Content-Length, and
// some receivers refuse what has none, with 411 or 400.
type gzipTransport struct {
	next http.RoundTripper
	idle sync.Pool // of *gzipWriter
}

func (t *gzipTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	var compressed bytes.Buffer
	err := t.compress(&compressed, request.Body)
	_ = request.Body.Close() // as a RoundTripper has to
	if err != nil {
		return nil, err
	}
	request = request.Clone(request.Context()) // a RoundTripper may not change its request
	request.Header.Set("Content-Encoding", "gzip")
	request.ContentLength = int64(compressed.Len())
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(compressed.Bytes())), nil }
	request.Body, _ = request.GetBody()
	return t.next.RoundTrip(request)
}

func (t *gzipTransport) compress(to io.Writer, from io.Reader) error {
	writer := newGzipWriter(to, &t.idle)
	if _, err := io.Copy(writer, from); err != nil {
		return fmt.Errorf("compress a message: %w", err)
	}
	return writer.Close()
}

// retryableTransport makes the SDK send a message again after the connection broke, as it
// does with gRPC. With HTTP it does so only after errors that call themselves temporary.
type retryableTransport struct {
	*http.Transport
	failed  func(error)
	secrets *strings.Replacer
	refused atomic.Pointer[statusError] // the last answer, unless it was a good one
}

func (t *retryableTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	t.refused.Store(nil)
	response, err := t.Transport.RoundTrip(request)
	if err != nil {
		t.failed(err)
		return nil, temporaryError{err}
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		refused := statusError{response.StatusCode, response.Status, said(response, t.secrets)}
		t.refused.Store(&refused)
		t.failed(refused)
	}
	return response, nil
}

type temporaryError struct{ error }

func (e temporaryError) Temporary() bool { return true }
func (e temporaryError) Unwrap() error   { return e.error }
