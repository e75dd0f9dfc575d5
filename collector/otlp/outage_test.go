package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"weak"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// A receiver that is absent at the start appears, stops and comes back.
func TestReceiverComesAndGoes(t *testing.T) {
	socket := socket(t)
	p := newPushing(t, storeOf(t, 1), "unix://"+socket, Config{Gzip: true})
	batches := float64(p.inSmallBatches(t))
	receiver := &receiver{}

	p.pushUntilFailed(t)
	p.pushUntilFailed(t)
	p.check(t, counts(2*batches, 2*batches, 0))
	p.checkLog(t, failed)

	stop := serveOn(t, listen(t, socket), receiver)
	p.push(t.Context())
	p.check(t, succeeded(counts(3*batches, 2*batches, 0)))
	p.checkLog(t, failed, recovered)
	first := received(t, receiver.take())

	stop()
	p.pushUntilFailed(t)
	p.check(t, succeeded(counts(4*batches, 3*batches, 0)))
	p.checkLog(t, failed, recovered, failed)

	serveOn(t, listen(t, socket), receiver)
	p.push(t.Context())
	p.check(t, succeeded(counts(5*batches, 3*batches, 0)))
	p.checkLog(t, failed, recovered, failed, recovered)
	again := received(t, receiver.take())
	for series := range first {
		if _, ok := again[series]; !ok {
			t.Errorf("%s does not arrive after the outage", series)
		}
	}
	for _, words := range []string{"Unavailable", fmt.Sprintf("%[1]v of %[1]v batches", batches), "remedy="} {
		if !strings.Contains(p.log.String(), words) {
			t.Errorf("the log does not say %q: %s", words, p.log)
		}
	}
}

// A receiver that hangs is waited for once per push, not once per batch.
func TestSlowReceiver(t *testing.T) {
	for _, protocol := range []Protocol{GRPC, HTTP} {
		t.Run(string(protocol), func(t *testing.T) {
			deadline := newManualDeadline(t.Context())
			var asked atomic.Int64
			receiver := &receiver{answer: func(ctx context.Context, _ *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
				asked.Add(1)
				deadline.pass()
				<-ctx.Done()
				return nil, ctx.Err()
			}}
			p := newPushing(t, storeOf(t, 1), serve(t, protocol, receiver), Config{Protocol: protocol})
			batches := float64(p.inSmallBatches(t))
			p.push(deadline)
			p.check(t, counts(batches, batches, 0))
			if n := asked.Load(); n != 1 {
				t.Errorf("the receiver was asked %d times", n)
			}
			p.checkLog(t, failed)
		})
	}
}

// A receiver that is absent is waited for with HTTP, too.
func TestAbsentReceiverOfHTTP(t *testing.T) {
	p := newPushing(t, storeOf(t, 1), "http://127.0.0.1:1/v1/metrics", Config{Protocol: HTTP})
	p.pushUntilFailed(t)
	p.check(t, counts(2, 2, 0))
	p.checkLog(t, failed)
	if !strings.Contains(p.log.String(), "connection refused") {
		t.Errorf("the log does not say why: %s", p.log)
	}
}

// A batch that is refused does not affect the others.
func TestRefusedBatch(t *testing.T) {
	for _, protocol := range []Protocol{GRPC, HTTP} {
		for _, code := range []codes.Code{codes.InvalidArgument, codes.ResourceExhausted, codes.Internal} {
			t.Run(string(protocol)+" "+code.String(), func(t *testing.T) {
				var asked atomic.Int64
				receiver := &receiver{answer: func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
					if asked.Add(1) == 3 {
						return nil, status.Error(code, "not this one")
					}
					return &collectorpb.ExportMetricsServiceResponse{}, nil
				}}
				p := newPushing(t, storeOf(t, 1), serve(t, protocol, receiver), Config{Protocol: protocol})
				batches := float64(p.inSmallBatches(t))
				p.push(t.Context())
				p.check(t, counts(batches, 1, 0))
				if n := float64(len(receiver.take())); n != batches-1 {
					t.Errorf("%v batches arrived", n)
				}
				p.checkLog(t, failed)
				for _, word := range []string{"not this one", fmt.Sprintf("1 of %v batches", batches)} {
					if !strings.Contains(p.log.String(), word) {
						t.Errorf("the log does not say %q: %s", word, p.log)
					}
				}
			})
		}
	}
}

// A batch that the receiver may accept later is sent again.
func TestBusyReceiver(t *testing.T) {
	var asked atomic.Int64
	receiver := &receiver{answer: func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
		if asked.Add(1) == 1 {
			return nil, status.Error(codes.Unavailable, "busy")
		}
		return &collectorpb.ExportMetricsServiceResponse{}, nil
	}}
	p := newPushing(t, storeOf(t, 1), serveGRPC(t, receiver), Config{})
	p.push(t.Context())
	p.check(t, succeeded(counts(2, 0, 0)))
	p.checkLog(t)
}

// Points that a receiver rejects are counted.
func TestPartialSuccess(t *testing.T) {
	for _, protocol := range []Protocol{GRPC, HTTP} {
		t.Run(string(protocol), func(t *testing.T) {
			partial := &collectorpb.ExportMetricsPartialSuccess{RejectedDataPoints: 7, ErrorMessage: "too (old)\nby far"}
			receiver := &receiver{answer: func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
				return &collectorpb.ExportMetricsServiceResponse{PartialSuccess: partial}, nil
			}}
			p := newPushing(t, storeOf(t, 1), serve(t, protocol, receiver), Config{Protocol: protocol})
			p.push(t.Context())
			p.check(t, counts(2, 2, 14))
			p.checkLog(t, "too (old)")

			partial = &collectorpb.ExportMetricsPartialSuccess{ErrorMessage: "take care"} // a warning
			p.push(t.Context())
			p.check(t, succeeded(counts(4, 2, 14)))
			p.checkLog(t, failed, recovered)
		})
	}
}

// A redirect is an error: it would turn the POST into a GET, which sends no points.
func TestRedirect(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); r.URL.Path == "/v1/metrics" {
			http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
		}
	}))
	defer server.Close()
	p := newPushing(t, &collector.Store{}, server.URL+"/v1/metrics", Config{Protocol: HTTP})
	p.push(t.Context())
	p.check(t, counts(2, 2, 0))
	p.checkLog(t, "301 Moved Permanently")
	if n := asked.Load(); n != 2 {
		t.Errorf("%d requests for 2 batches", n)
	}
}

// Headers are sent, and are not logged even if a receiver repeats them.
func TestHeaders(t *testing.T) {
	headers := map[string]wechat.Secret{"Authorization": "Bearer hush-hush", "x-scope-orgid": "12"}
	t.Run("grpc", func(t *testing.T) {
		receiver := &receiver{answer: func(ctx context.Context, _ *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
			sent, _ := metadata.FromIncomingContext(ctx)
			return nil, status.Errorf(codes.Unauthenticated, "bad credentials: %v %v", sent["authorization"], sent["x-scope-orgid"])
		}}
		p := newPushing(t, &collector.Store{}, serveGRPC(t, receiver), Config{Headers: headers})
		p.push(t.Context())
		p.checkLog(t, "bad credentials: [[secret] [secret]] [[secret]]")
	})
	t.Run("http", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "bad credentials: "+r.Header.Get("Authorization")+r.Header.Get("X-Scope-OrgID"), http.StatusUnauthorized)
		}))
		defer server.Close()
		p := newPushing(t, &collector.Store{}, server.URL+"/v1/metrics", Config{Protocol: HTTP, Headers: headers})
		p.push(t.Context())
		p.checkLog(t, "bad credentials: [secret] [secret][secret]")
	})
}

// What is not delivered is not kept: the next push has newer points.
func TestNothingPilesUpWhileDown(t *testing.T) {
	p := newPushing(t, storeOf(t, 2), "http://127.0.0.1:1", Config{})
	p.replaceExporter(func(context.Context) error { return errors.New("down") })

	p.push(t.Context())
	capacity := func() (points int) {
		for _, family := range p.series.batch.families {
			points += cap(family.points)
		}
		return points
	}
	before := capacity()
	var replaced []weak.Pointer[collector.Snapshot]
	for range 20 {
		for _, snapshot := range p.store.Snapshots() {
			replaced = append(replaced, weak.Make(snapshot))
			next := *snapshot
			p.store.Put(&next)
		}
		p.push(t.Context())
	}
	if after := capacity(); after != before {
		t.Errorf("a capacity of %d points after 20 failed pushes, of %d after one", after, before)
	}
	runtime.GC()
	for _, snapshot := range replaced {
		if snapshot.Value() != nil {
			t.Fatal("a replaced snapshot is still in memory")
		}
	}
}
