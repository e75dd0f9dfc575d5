package otlp

import (
	"context"
	"crypto/tls"
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

// scopeName is the scope under which all metrics are sent.
const scopeName = "github.com/wxapp-exporter/wxapp_exporter"

// Protocol is how messages travel.
type Protocol string

// The protocols, as the specification of OpenTelemetry names them.
const (
	GRPC Protocol = "grpc"
	HTTP Protocol = "http/protobuf"
)

// Config says where to push to, and how. All fields are needed but TLS and Headers.
type Config struct {
	Protocol Protocol
	// Endpoint is where the receiver is. Its scheme, https or http, decides whether TLS
	// is spoken. GRPC needs a port, may have the scheme unix and ignores the path; HTTP
	// posts to the path as it is.
	Endpoint *url.URL
	// TLS is used with https only. Nil: the authorities that the system trusts.
	TLS *tls.Config
	// Headers are sent with every message.
	Headers map[string]wechat.Secret
	// Gzip says whether messages are compressed.
	Gzip bool
	// Interval is the pause from the begin of a push to the next.
	Interval time.Duration
	// Timeout is how long to go on trying to send one batch.
	Timeout time.Duration
	// Resource describes the program that the points come from.
	Resource *resource.Resource
	// Version is the version of that program.
	Version string
}

// exporter sends messages. Those of OpenTelemetry's SDK keep nothing of a message when
// Export returns.
type exporter interface {
	Export(context.Context, *metricdata.ResourceMetrics) error
	Shutdown(context.Context) error
}

// A message that the receiver may yet take is sent again after these pauses, for as
// long as the context of Export allows.
const (
	firstRetry = time.Second
	maxRetry   = 5 * time.Second
)

// maxReconnect bounds the pause between two attempts to connect. By default it grows
// to two minutes, which is how long points would stay away after an outage has ended.
const maxReconnect = 10 * time.Second

func newExporter(c Config) (exporter, error) {
	headers := make(map[string]string, len(c.Headers))
	for name, value := range c.Headers {
		headers[name] = value.Reveal()
	}
	if c.Protocol == HTTP {
		return newHTTPExporter(c, headers)
	}
	return newGRPCExporter(c, headers)
}

// newGRPCExporter leaves nothing to the environment, which the SDK reads too, and
// forgivingly.
func newGRPCExporter(c Config, headers map[string]string) (exporter, error) {
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
		otlpmetricgrpc.WithTimeout(0), // the context's
		otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: maxRetry}),
		otlpmetricgrpc.WithDialOption(grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           reconnect,
			MinConnectTimeout: maxReconnect,
		})),
	}
	if c.Gzip {
		options = append(options, otlpmetricgrpc.WithCompressor("gzip"))
	}
	return otlpmetricgrpc.New(context.Background(), options...)
}

func newHTTPExporter(c Config, headers map[string]string) (exporter, error) {
	compression := otlpmetrichttp.NoCompression
	if c.Gzip {
		compression = otlpmetrichttp.GzipCompression
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = c.TLS
	client := &http.Client{
		Transport: &patientTransport{transport},
		// A redirected POST becomes a GET, whose success says nothing.
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

// httpExporter closes its connections, which the SDK's leaves open.
type httpExporter struct {
	*otlpmetrichttp.Exporter
	client *http.Client
}

func (e *httpExporter) Shutdown(ctx context.Context) error {
	e.client.CloseIdleConnections()
	return e.Exporter.Shutdown(ctx)
}

// patientTransport lets the SDK send again what a broken connection lost, as it does
// with gRPC. With HTTP it does so only for errors that call themselves temporary.
type patientTransport struct{ *http.Transport }

func (t *patientTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Transport.RoundTrip(request)
	if err != nil {
		return nil, temporaryError{err}
	}
	return response, nil
}

type temporaryError struct{ error }

func (e temporaryError) Temporary() bool { return true }
func (e temporaryError) Unwrap() error   { return e.error }
