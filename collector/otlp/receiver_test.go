package otlp

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// receiver is an OpenTelemetry receiver. It keeps the messages that it accepts.
type receiver struct {
	collectorpb.UnimplementedMetricsServiceServer
	// answer answers a message. Nil: all are accepted.
	answer func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error)

	mu       sync.Mutex
	messages []*collectorpb.ExportMetricsServiceRequest
}

func (r *receiver) Export(ctx context.Context, message *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
	response := &collectorpb.ExportMetricsServiceResponse{}
	if r.answer != nil {
		var err error
		if response, err = r.answer(ctx, message); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, message)
	return response, nil
}

// ServeHTTP speaks OTLP over HTTP. A refused message is answered with 400.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	content, err := io.ReadAll(body)
	message := &collectorpb.ExportMetricsServiceRequest{}
	if err != nil || request.URL.Path != "/v1/metrics" || proto.Unmarshal(content, message) != nil {
		http.Error(w, "not an OTLP message", http.StatusBadRequest)
		return
	}
	response, err := r.Export(request.Context(), message)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	content, _ = proto.Marshal(response)
	_, _ = w.Write(content)
}

// take returns the messages since the last time.
func (r *receiver) take() []*collectorpb.ExportMetricsServiceRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	messages := r.messages
	r.messages = nil
	return messages
}

// serveGRPC serves the receiver with the default limits of gRPC servers, such as 4 MiB for
// a message, and returns its endpoint.
func serveGRPC(t *testing.T, r *receiver, options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, listener, r, options...)
	return "http://" + listener.Addr().String()
}

// serveOn serves the receiver until the test ends or stop is called.
func serveOn(t *testing.T, listener net.Listener, r *receiver, options ...grpc.ServerOption) (stop func()) {
	server := grpc.NewServer(options...)
	collectorpb.RegisterMetricsServiceServer(server, r)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	stop = func() {
		server.Stop()
		serving.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// socket returns the path of a socket on which a receiver can stop and start again.
func socket(t *testing.T) string { return filepath.Join(t.TempDir(), "otlp.sock") }

func listen(t *testing.T, socket string) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serve serves the receiver by a protocol and returns its endpoint.
func serve(t *testing.T, protocol Protocol, r *receiver) string {
	t.Helper()
	if protocol == HTTP {
		return serveHTTP(t, r)
	}
	return serveGRPC(t, r)
}

// serveHTTP serves the receiver over HTTP and returns its endpoint.
func serveHTTP(t *testing.T, r *receiver) string {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return server.URL + "/v1/metrics"
}
