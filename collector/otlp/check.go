package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Check sends a message without points, as a push sends its batches, and returns why the
// receiver did not accept it. It sends it once only, and waits until the context ends at
// most. The error shows neither a header nor the user of the endpoint.
func Check(ctx context.Context, config Config) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		first   sync.Once
		attempt error
	)
	// Only an attempt says what is wrong; after the retries there would be a timeout.
	exporter, err := newExporter(config, func(err error) {
		first.Do(func() { attempt = err })
		stop()
	})
	if err != nil {
		return fmt.Errorf("make a client for the OpenTelemetry receiver: %w", err)
	}
	err = exporter.Export(ctx, &metricdata.ResourceMetrics{Resource: config.Resource})
	_ = exporter.Shutdown(context.WithoutCancel(ctx)) // closes the connection
	first.Do(func() {})                               // what comes later does not count
	if rejected, ok := partialSuccess(err); ok && rejected == 0 {
		err = nil
	}
	if err == nil {
		return nil
	}
	if attempt != nil {
		err = attempt
	}
	err = withoutURL(err)
	return &checkError{hideSecrets(config).Replace(err.Error()), err}
}

// checkError says why a receiver did not accept a message, without secrets.
type checkError struct {
	text  string
	cause error // which may show secrets
}

func (e *checkError) Error() string { return e.text }

// withoutURL returns the error without the URL that net/http wraps around it.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// hideSecrets returns a replacer of all that is secret in the configuration.
func hideSecrets(c Config) *strings.Replacer {
	var secrets []string
	for _, value := range c.Headers {
		for word := range strings.FieldsSeq(value.Reveal()) {
			secrets = append(secrets, word, "[secret]")
		}
	}
	if user := c.Endpoint.User; user != nil && user.String() != "" {
		secrets = append(secrets, user.String(), "[secret]")
	}
	return strings.NewReplacer(secrets...)
}
