package config

import (
	"os"
	"testing"
)

// The resource is the same at every start, and the environment wins.
func TestOTLPResource(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		variables map[string]string
		want      map[string]string
	}{
		{to(grpcReceiver), map[string]string{"service.name": "wxapp_exporter", "service.instance.id": host + ":10120", "telemetry.sdk.language": "go"}},
		{
			to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "service.name=a,service.instance.id=%E8%8C%B6, deployment.environment.name = test"),
			map[string]string{"service.name": "a", "service.instance.id": "茶", "deployment.environment.name": "test"},
		},
		{
			to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "service.name=a,service.version=b", "OTEL_SERVICE_NAME", "c"),
			map[string]string{"service.name": "c", "service.version": "b"},
		},
	}
	for _, test := range tests {
		config, _, err := parseOTLPOf(test.variables)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, attribute := range config.Resource.Attributes() {
			got[string(attribute.Key)] = attribute.Value.AsString()
		}
		for name, value := range test.want {
			if got[name] != value {
				t.Errorf("%s: %s is %q, want %q", describe(test.variables), name, got[name], value)
			}
		}
		if got["service.version"] == "" {
			t.Errorf("%s: no service.version", describe(test.variables))
		}
	}
}
