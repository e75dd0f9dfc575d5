package otlp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// scopeName is the instrumentation scope of all metrics.
const scopeName = "github.com/wxapp-exporter/wxapp_exporter"

// Protocol is how messages are sent.
type Protocol string

// The protocols, as the specification of OpenTelemetry names them.
const (
	GRPC Protocol = "grpc"
	HTTP Protocol = "http/protobuf"
)

// Config says where to push to, and how. TLS, Headers, Gzip and WithoutLocations are
// optional.
type Config struct {
	Protocol Protocol
	// Endpoint is the address of the receiver. The scheme https means TLS, http none. With
	// GRPC it needs a port, the scheme may be unix, and the path is ignored; with HTTP the
	// path is used as it is.
	Endpoint *url.URL
	// TLS is used with https only. Nil: the system decides which certificates are trusted.
	TLS *tls.Config
	// Headers are sent with every message.
	Headers map[string]wechat.Secret
	// Gzip says whether messages are compressed.
	Gzip bool
	// Interval is the time from the beginning of a push to the next.
	Interval time.Duration
	// Timeout limits the attempts to send one batch.
	Timeout time.Duration
	// WithoutLocations leaves out wxapp_location_info, where the provinces are.
	WithoutLocations bool
	// Resource describes the program that the points come from.
	Resource *resource.Resource
	// Version is the version of that program.
	Version string
}

// exporter sends messages. It does not use a message any more when Export has returned.
type exporter interface {
	Export(context.Context, *metricdata.ResourceMetrics) error
	Shutdown(context.Context) error
}

// A message that the receiver may accept later is sent again after these pauses, until
// the context of Export ends.
const (
	firstRetry = time.Second
	maxRetry   = 5 * time.Second
)

// maxReconnect limits the pause between two attempts to connect. By default it grows to
// two minutes, and that long no points would arrive after an outage has ended.
const maxReconnect = 10 * time.Second

// newExporter returns an exporter that reports every failed attempt to send a message,
// from any goroutine.
func newExporter(c Config, failed func(error)) (exporter, error) {
	headers := make(map[string]string, len(c.Headers))
	for name, value := range c.Headers {
		headers[name] = value.Reveal()
	}
	if c.Protocol == HTTP {
		return newHTTPExporter(c, headers, failed)
	}
	return newGRPCExporter(c, headers, failed)
}

// newGRPCExporter sets every option. The SDK would read those that are missing from the
// environment, and ignore mistakes in it.
func newGRPCExporter(c Config, headers map[string]string, failed func(error)) (exporter, error) {
	target, security := c.Endpoint.Host, insecure.NewCredentials()
	switch c.Endpoint.Scheme {
	case "https":
		security = credentials.NewTLS(c.TLS)
	case "unix":
		target = c.Endpoint.String()
	}
	reconnect := backoff.DefaultConfig
	reconnect.MaxDelay = maxReconnect
	options := []otlpmetricgrpc.Option{
		otlpmetricgrpc.WithEndpoint(target),
		otlpmetricgrpc.WithTLSCredentials(security),
		otlpmetricgrpc.WithHeaders(headers),
		otlpmetricgrpc.WithTimeout(0), // only the context of Export limits the time
		otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: maxRetry}),
		otlpmetricgrpc.WithDialOption(
			grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: maxReconnect}),
			grpc.WithUnaryInterceptor(reportFailures(failed)),
		),
	}
	if c.Gzip {
		options = append(options, otlpmetricgrpc.WithCompressor("gzip"))
	}
	return otlpmetricgrpc.New(context.Background(), options...)
}

// reportFailures reports every call that fails.
func reportFailures(failed func(error)) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		err := invoke(ctx, method, request, reply, conn, options...)
		if err != nil {
			failed(err)
		}
		return err
	}
}

func newHTTPExporter(c Config, headers map[string]string, failed func(error)) (exporter, error) {
	compression := otlpmetrichttp.NoCompression
	if c.Gzip {
		compression = otlpmetrichttp.GzipCompression
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = c.TLS
	client := &http.Client{
		Transport: &retryableTransport{transport, failed},
		// A redirect would turn the POST into a GET, which sends no points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	exporter, err := otlpmetrichttp.New(context.Background(),
		otlpmetrichttp.WithEndpointURL(c.Endpoint.String()),
		otlpmetrichttp.WithHTTPClient(client),
		otlpmetrichttp.WithHeaders(headers),
		otlpmetrichttp.WithCompression(compression),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: maxRetry}),
	)
	if err != nil {
		return nil, err
	}
	return &httpExporter{exporter, client}, nil
}

// httpExporter closes its connections at the end. The SDK leaves them open.
type httpExporter struct {
	*otlpmetrichttp.Exporter
	client *http.Client
}

func (e *httpExporter) Shutdown(ctx context.Context) error {
	e.client.CloseIdleConnections()
	return e.Exporter.Shutdown(ctx)
}

// retryableTransport makes the SDK send a message again after the connection broke, as it
// does with gRPC. With HTTP it does so only after errors that call themselves temporary.
type retryableTransport struct {
	*http.Transport
	failed func(error)
}

func (t *retryableTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Transport.RoundTrip(request)
	if err != nil {
		t.failed(err)
		return nil, temporaryError{err}
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		t.failed(fmt.Errorf("HTTP %s", response.Status))
	}
	return response, nil
}

type temporaryError struct{ error }

func (e temporaryError) Temporary() bool { return true }
func (e temporaryError) Unwrap() error   { return e.error }
