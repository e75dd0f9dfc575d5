package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestPush(t *testing.T) {
	for status, remedy := range map[int]string{
		http.StatusOK:                   "",
		http.StatusUnauthorized:         "correct the credentials",
		http.StatusForbidden:            "correct the credentials",
		http.StatusNotFound:             "most take them at /v1/metrics",
		http.StatusProxyAuthRequired:    "password of the proxy",
		http.StatusLengthRequired:       "removes Content-Length",
		http.StatusPreconditionFailed:   "set no condition",
		http.StatusServiceUnavailable:   "failing or overloaded",
		http.StatusMisdirectedRequest:   "check that the receiver is running",
		http.StatusUnsupportedMediaType: "turn off compression",
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(r.Header.Get("Authorization")))
			}))
			defer receiver.Close()
			steps := pushingTo(t, receiver.URL, otlp.HTTP)
			step := found(t, steps, "push")
			if status == http.StatusOK {
				if step.Status != doctor.OK {
					t.Errorf("%+v", step)
				}
				return
			}
			if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, http.StatusText(status)) ||
				!strings.Contains(step.Remedy.English, remedy) || doctor.Judge(steps).ExitCode != 22 {
				t.Errorf("%+v", step)
			}
		})
	}
	for name, protocol := range map[string]otlp.Protocol{"closed, grpc": otlp.GRPC, "closed, http": otlp.HTTP} {
		t.Run(name, func(t *testing.T) {
			step := found(t, pushingTo(t, "http://"+closedPort, protocol), "push")
			if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, "connection refused") || !strings.Contains(step.Remedy.English, "start the receiver") {
				t.Errorf("%+v", step)
			}
		})
	}
}

// What is wrong with the port of a receiver has a remedy of its own.
func TestPushToAnotherPort(t *testing.T) {
	for _, test := range []struct {
		scheme   string
		protocol otlp.Protocol
		remedy   string
	}{
		{"https", otlp.HTTP, "write http:// instead of https://"},
		{"https", otlp.GRPC, "write http:// instead of https://"},
		{"http", otlp.GRPC, "4317 is for grpc and 4318 for http/protobuf"},
	} {
		receiver := httptest.NewServer(http.NotFoundHandler())
		step := found(t, pushingTo(t, strings.Replace(receiver.URL, "http", test.scheme, 1), test.protocol), "push")
		if step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, test.remedy) {
			t.Errorf("%+v: %+v", test, step)
		}
		receiver.Close()
	}
}

// pushingTo looks at a set-up that pushes to a receiver.
func pushingTo(t *testing.T, receiver string, protocol otlp.Protocol) []doctor.Step {
	t.Helper()
	endpoint, err := url.Parse(receiver)
	if err != nil {
		t.Fatal(err)
	}
	endpoint.User = url.UserPassword("alice", "0penSesame")
	p := healthy(t)
	p.settings().OTLP = &otlp.Config{
		Protocol: protocol, Endpoint: endpoint, Resource: resource.Empty(),
		Headers: map[string]wechat.Secret{"Authorization": "Bearer 0penSesame"},
	}
	steps := p.examine(t)
	for _, s := range steps {
		if text := s.Cause.English + s.Remedy.English; strings.Contains(text, "alice") || strings.Contains(text, "0penSesame") {
			t.Errorf("%s shows credentials: %s", s.Name, text)
		}
	}
	return steps
}
