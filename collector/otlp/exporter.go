package otlp

import (
	"context"
	"crypto/tls"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
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
	// StopTimeout limits the last push, which is made when the program stops.
	StopTimeout time.Duration
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
		otlpmetricgrpc.WithTimeout(0),        // only the context of Export limits the time
		otlpmetricgrpc.WithMaxRequestSize(0), // batches are small; measuring them once more costs a tenth of the push
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
