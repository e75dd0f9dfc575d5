package otlp

import (
	"context"
	"net/url"
	"strings"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestCheck(t *testing.T) {
	const token = "0penSesame"
	refusing := func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
		return nil, status.Error(codes.Unauthenticated, "the token "+token+" is unknown")
	}
	warning := func(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
		return &collectorpb.ExportMetricsServiceResponse{
			PartialSuccess: &collectorpb.ExportMetricsPartialSuccess{ErrorMessage: "old protocol"},
		}, nil
	}
	for _, protocol := range []Protocol{GRPC, HTTP} {
		t.Run(string(protocol), func(t *testing.T) {
			check := func(r *receiver) error {
				endpoint, err := url.Parse(serve(t, protocol, r))
				if err != nil {
					t.Fatal(err)
				}
				return Check(t.Context(), Config{
					Protocol: protocol, Endpoint: endpoint, Gzip: true,
					Headers: map[string]wechat.Secret{"authorization": "Bearer " + token},
				})
			}
			good := &receiver{}
			if err := check(good); err != nil {
				t.Error(err)
			}
			if got := good.take(); len(got) != 1 {
				t.Errorf("%d messages, want one", len(got))
			}
			if err := check(&receiver{answer: warning}); err != nil {
				t.Errorf("a warning: %v", err)
			}
			if err := check(&receiver{answer: refusing}); err == nil || strings.Contains(err.Error(), token) {
				t.Errorf("a refusal: %v", err)
			}
		})
	}
}
