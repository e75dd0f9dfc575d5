package config

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// parseOTLPOf reads OpenTelemetry's variables as given, and no others.
func parseOTLPOf(variables map[string]string) (*otlp.Config, []string, error) {
	e := environmentOf(variables)
	p := &problems{given: e.given}
	config := parseOTLP(p, e)
	return config, p.allWarnings(), p.err()
}

// to returns variables with an endpoint.
func to(endpoint string, more ...string) map[string]string {
	variables := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
	for i := 0; i < len(more); i += 2 {
		variables[more[i]] = more[i+1]
	}
	return variables
}

const (
	grpcReceiver = "http://127.0.0.1:4317"
	httpReceiver = "http://127.0.0.1:4318"
)

// Every error stops the start with a line that names the variable, and shows no
// secret.
func TestOTLPErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"empty.pem": "",
		"text.pem":  "not a certificate",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const (
		protocol = "OTEL_EXPORTER_OTLP_PROTOCOL"
		headers  = "OTEL_EXPORTER_OTLP_HEADERS"
	)
	tests := []struct {
		variables map[string]string
		want      string
	}{
		{to("localhost:4317"), "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317"},
		{to("127.0.0.1:4317"), "OTEL_EXPORTER_OTLP_ENDPOINT: is not a URL; use one like http://127.0.0.1:4317"},
		{to("collector"), "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317"},
		{to("dns:///collector:4317"), "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317"},
		{to("http://:4317"), "OTEL_EXPORTER_OTLP_ENDPOINT: has no host; use a URL like http://127.0.0.1:4317"},
		{to("http://h:99999"), "OTEL_EXPORTER_OTLP_ENDPOINT: has a port that is not a number from 0 to 65535; use a URL like http://127.0.0.1:4317"},
		{to("unix:otlp.sock"), "OTEL_EXPORTER_OTLP_ENDPOINT: has no absolute path of a socket; use a URL like unix:///run/otlp.sock"},
		{to("unix:///run/otlp.sock", protocol, "http/protobuf"), "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4318"},
		{to("https://ann:hush@h:4317"), "OTEL_EXPORTER_OTLP_ENDPOINT: must not contain a user or password; put credentials into OTEL_EXPORTER_OTLP_HEADERS"},
		{to("https://h:4317/?token=hush"), "OTEL_EXPORTER_OTLP_ENDPOINT: must not contain a query or fragment, which would not be sent; use a URL like http://127.0.0.1:4317"},
		{to("http://h:9090/api/v1/otlp"), "OTEL_EXPORTER_OTLP_ENDPOINT: has a path, which gRPC does not use; remove it, or set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf"},
		{to("http://h:4318/v1/metrics", protocol, "http/protobuf"), "OTEL_EXPORTER_OTLP_ENDPOINT: must not end in /v1/metrics, because the exporter appends it; remove it"},
		{map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "h:4317"}, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317"},

		{to("https://h:4317", "OTEL_EXPORTER_OTLP_INSECURE", "true"), "OTEL_EXPORTER_OTLP_INSECURE: true contradicts the https:// of the endpoint; remove it, or use http:// for plaintext"},
		{to("https://h:4317", "OTEL_EXPORTER_OTLP_METRICS_INSECURE", "TRUE"), "OTEL_EXPORTER_OTLP_METRICS_INSECURE: true contradicts the https:// of the endpoint; remove it, or use http:// for plaintext"},

		{to(grpcReceiver, protocol, "http/json"), `OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is unknown; set it to grpc or http/protobuf`},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http"), `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http" is unknown; set it to grpc or http/protobuf`},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"), `OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" is unknown; set it to gzip or none`},
		{to(grpcReceiver, "OTEL_METRICS_EXPORTER", "prometheus"), `OTEL_METRICS_EXPORTER: "prometheus" is unknown; set it to otlp or none`},

		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), `OTEL_EXPORTER_OTLP_TIMEOUT: "10s" is not a number of milliseconds; use a value like 10000 for ten seconds`},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "-1"), `OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "-1" is not a number of milliseconds; use a value like 10000 for ten seconds`},
		{to(grpcReceiver, "OTEL_METRIC_EXPORT_INTERVAL", "1m"), `OTEL_METRIC_EXPORT_INTERVAL: "1m" is not a number of milliseconds; use a value like 10000 for ten seconds`},
		{to(grpcReceiver, "OTEL_METRIC_EXPORT_INTERVAL", "0"), `OTEL_METRIC_EXPORT_INTERVAL: "0" is not an interval; use a value like 60000 for one minute`},
		{to(grpcReceiver, "OTEL_METRIC_EXPORT_TIMEOUT", "1e4"), `OTEL_METRIC_EXPORT_TIMEOUT: "1e4" is not a number of milliseconds; use a value like 10000 for ten seconds`},

		{to(grpcReceiver, headers, "hush"), "OTEL_EXPORTER_OTLP_HEADERS: item 1 has no =; use the form name=value,name=value"},
		{to(grpcReceiver, headers, "a=1,"), "OTEL_EXPORTER_OTLP_HEADERS: item 2 has no =; use the form name=value,name=value"},
		{to(grpcReceiver, headers, "a=1,=hush"), "OTEL_EXPORTER_OTLP_HEADERS: item 2 has a name that cannot be sent; use the form name=value,name=value"},
		{to(grpcReceiver, headers, "Authorization: hush=hush"), "OTEL_EXPORTER_OTLP_HEADERS: item 1 has a name that cannot be sent; use the form name=value,name=value"},
		{to(grpcReceiver, headers, "grpc-hush=1"), "OTEL_EXPORTER_OTLP_HEADERS: item 1 has a name that cannot be sent; use the form name=value,name=value"},
		{to(grpcReceiver, headers, "a=hush%zz"), "OTEL_EXPORTER_OTLP_HEADERS: item 1 has a value that is not URL-encoded; write %25 for a percent sign"},
		{to(grpcReceiver, headers, "a=hush%0Ahush"), "OTEL_EXPORTER_OTLP_HEADERS: item 1 has a value that cannot be sent; remove control characters and, with gRPC, characters that are not ASCII"},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=茶hush"), "OTEL_EXPORTER_OTLP_METRICS_HEADERS: item 1 has a value that cannot be sent; remove control characters and, with gRPC, characters that are not ASCII"},

		{to("https://h", "OTEL_EXPORTER_OTLP_CERTIFICATE", "absent.pem"), `OTEL_EXPORTER_OTLP_CERTIFICATE: "absent.pem" cannot be read (no such file or directory); use a readable file of certificates in PEM form`},
		{to("https://h", "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "text.pem"), `OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: "text.pem" contains no certificate in PEM form`},
		{to("https://h", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "text.pem"), `OTEL_EXPORTER_OTLP_CLIENT_KEY: is required with OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE; set both or neither`},
		{to("https://h", "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "text.pem"), `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: is required with OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY; set both or neither`},
		{
			to("https://h", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "absent.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY", "text.pem"),
			`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "absent.pem" cannot be read (no such file or directory); use a readable certificate in PEM form`,
		},
		{
			to("https://h", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "text.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY", "empty.pem"),
			`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: "text.pem" and "empty.pem" cannot be used (tls: failed to find any PEM data in certificate input); use a certificate and its key in PEM form`,
		},

		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "team"), `OTEL_RESOURCE_ATTRIBUTES: "team" is not of the form name=value; use a list like deployment.environment.name=test,service.instance.id=a`},
		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "a=1,=2"), `OTEL_RESOURCE_ATTRIBUTES: "=2" is not of the form name=value; use a list like deployment.environment.name=test,service.instance.id=a`},
		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "a=%zz"), `OTEL_RESOURCE_ATTRIBUTES: "a=%zz" has a value that is not URL-encoded; write %25 for a percent sign`},
		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "a=%ff"), `OTEL_RESOURCE_ATTRIBUTES: "a=%ff" is not valid UTF-8`},
		{to(grpcReceiver, "OTEL_SERVICE_NAME", "a\xff"), `OTEL_SERVICE_NAME: "a\xff" is not valid UTF-8`},

		{
			to("h:4317", "OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "OTEL_METRIC_EXPORT_INTERVAL", "60s", headers, "hush"), // all at once
			`OTEL_EXPORTER_OTLP_ENDPOINT: must begin with https:// or http://, for example http://127.0.0.1:4317
OTEL_EXPORTER_OTLP_COMPRESSION: "zip" is unknown; set it to gzip or none
OTEL_EXPORTER_OTLP_HEADERS: item 1 has no =; use the form name=value,name=value
OTEL_METRIC_EXPORT_INTERVAL: "60s" is not a number of milliseconds; use a value like 10000 for ten seconds`,
		},
	}
	for _, test := range tests {
		t.Run(describe(test.variables), func(t *testing.T) {
			_, warnings, err := parseOTLPOf(test.variables)
			if got := fmt.Sprint(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			checkHushed(t, "the error", fmt.Sprint(err, warnings))
		})
	}
}

func describe(variables map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		parts = append(parts, strings.TrimPrefix(name, otlpPrefix)+"="+variables[name])
	}
	return strings.Join(parts, " ")
}

func TestOTLPWarnings(t *testing.T) {
	const nothing = ": is set, but OTEL_EXPORTER_OTLP_ENDPOINT is not, so nothing is pushed"
	tests := []struct {
		variables map[string]string
		want      []string
	}{
		{to(grpcReceiver, "OTEL_METRIC_EXPORT_INTERVAL", "240000"), nil},
		{to(grpcReceiver, "OTEL_METRIC_EXPORT_INTERVAL", "240001"), []string{"OTEL_METRIC_EXPORT_INTERVAL: 240001 is more than 4 minutes, so series disappear from Prometheus between pushes; set it to 240000 or less"}},
		{to("http://h:4318"), []string{"OTEL_EXPORTER_OTLP_ENDPOINT: port 4318 is usually for OTLP over HTTP; if nothing arrives, set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf"}},
		{to("http://h:4317", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), []string{"OTEL_EXPORTER_OTLP_ENDPOINT: port 4317 is usually for OTLP over gRPC; if nothing arrives, set OTEL_EXPORTER_OTLP_PROTOCOL to grpc"}},
		{
			map[string]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://h:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
			[]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: has no path, so points are posted to /; most receivers expect /v1/metrics, which is appended to OTEL_EXPORTER_OTLP_ENDPOINT only"},
		},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_INSECURE", "true"), nil},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_INSECURE", "false"), []string{"OTEL_EXPORTER_OTLP_INSECURE: false has no effect, because the http:// of the endpoint means plaintext; use https:// for TLS"}},
		{to("https://h", "OTEL_EXPORTER_OTLP_INSECURE", "yes"), []string{`OTEL_EXPORTER_OTLP_INSECURE: "yes" is treated as false; set it to true or false`}},
		{to(grpcReceiver, "OTEL_SDK_DISABLED", "1"), []string{`OTEL_SDK_DISABLED: "1" is treated as false; set it to true or false`}},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"), []string{`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" is ignored; the push always uses cumulative`}},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Cumulative"), nil},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"), []string{`OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram" is ignored; the push always uses explicit_bucket_histogram`}},
		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "团队=%E8%8C%B6,__=1"), []string{
			`OTEL_RESOURCE_ATTRIBUTES: "团队=%E8%8C%B6" has a name without an ASCII letter or digit, of which Prometheus cannot make a label: it refuses every message; use a name like team`,
			`OTEL_RESOURCE_ATTRIBUTES: "__=1" has a name without an ASCII letter or digit, of which Prometheus cannot make a label: it refuses every message; use a name like team`,
		}},
		{to(grpcReceiver, "OTEL_RESOURCE_ATTRIBUTES", "团队a=1,7=2"), nil},
		{to(grpcReceiver, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "x", "OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x"), nil}, // of other programs
		{
			to(grpcReceiver, "OTEL_EXPORTER_OTLP_HEADRES", "hush", "OTEL_EXPORTER_OTLP_QUITE_ANOTHER_THING", "hush"),
			[]string{
				"OTEL_EXPORTER_OTLP_HEADRES: is unknown and ignored; did you mean OTEL_EXPORTER_OTLP_HEADERS?",
				"OTEL_EXPORTER_OTLP_QUITE_ANOTHER_THING: is unknown and ignored; wxapp_exporter --help lists all settings",
			},
		},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPIONT": grpcReceiver}, []string{"OTEL_EXPORTER_OTLP_ENDPIONT: is unknown and ignored; did you mean OTEL_EXPORTER_OTLP_ENDPOINT?"}},
		{
			map[string]string{"OTEL_EXPORTER_OTLP_METRICS_HEADERS": "a=hush", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
			[]string{"OTEL_EXPORTER_OTLP_PROTOCOL" + nothing, "OTEL_EXPORTER_OTLP_METRICS_HEADERS" + nothing},
		},
		{map[string]string{"OTEL_SERVICE_NAME": "for all programs", "OTEL_METRIC_EXPORT_INTERVAL": "1m"}, nil},
	}
	for _, test := range tests {
		t.Run(describe(test.variables), func(t *testing.T) {
			_, warnings, err := parseOTLPOf(test.variables)
			if err != nil {
				t.Error(err)
			}
			checkEqual(t, "warnings", warnings, test.want)
			checkHushed(t, "a warning", fmt.Sprint(warnings))
		})
	}
}

// Nothing is pushed, and no error counts, unless an endpoint or otlp is asked for.
func TestOTLPOff(t *testing.T) {
	for _, variables := range []map[string]string{
		{},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
		to("wrong", "OTEL_SDK_DISABLED", "True"),
		to("wrong", "OTEL_METRICS_EXPORTER", "none"),
		{"OTEL_METRICS_EXPORTER": "none"},
	} {
		config, warnings, err := parseOTLPOf(variables)
		if config != nil || warnings != nil || err != nil {
			t.Errorf("%v: config %v, warnings %q, error %v", variables, config, warnings, err)
		}
	}
}

// What the variables mean.
func TestOTLPConfig(t *testing.T) {
	t.Parallel()
	tests := []struct {
		variables map[string]string
		want      otlp.Config // the fields that are compared
		endpoint  string
	}{
		{to(grpcReceiver), otlp.Config{Protocol: otlp.GRPC, Gzip: true, Interval: time.Minute, Timeout: 10 * time.Second}, grpcReceiver},
		{map[string]string{"OTEL_METRICS_EXPORTER": "otlp"}, otlp.Config{Protocol: otlp.GRPC, Gzip: true, Interval: time.Minute, Timeout: 10 * time.Second}, grpcReceiver},
		{
			map[string]string{"OTEL_METRICS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
			otlp.Config{Protocol: otlp.HTTP, Gzip: true, Interval: time.Minute, Timeout: 10 * time.Second},
			httpReceiver + "/v1/metrics",
		},
		{
			to("HTTPS://otlp.example.com", "OTEL_EXPORTER_OTLP_COMPRESSION", "none", "OTEL_METRIC_EXPORT_INTERVAL", "15000", "OTEL_EXPORTER_OTLP_TIMEOUT", "20000"),
			otlp.Config{Protocol: otlp.GRPC, Interval: 15 * time.Second, Timeout: 20 * time.Second},
			"https://otlp.example.com:443",
		},
		{
			to("http://collector/", "OTEL_EXPORTER_OTLP_TIMEOUT", "0", "OTEL_METRIC_EXPORT_TIMEOUT", "7000"),
			otlp.Config{Protocol: otlp.GRPC, Gzip: true, Interval: time.Minute, Timeout: 7 * time.Second},
			"http://collector:80/",
		},
		{
			to("unix:///run/otlp.sock", "OTEL_EXPORTER_OTLP_TIMEOUT", "0", "OTEL_METRIC_EXPORT_TIMEOUT", "0"),
			otlp.Config{Protocol: otlp.GRPC, Gzip: true, Interval: time.Minute, Timeout: time.Minute},
			"unix:///run/otlp.sock",
		},
		{
			to("http://h:9090/api/v1/otlp/", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
			otlp.Config{Protocol: otlp.HTTP, Gzip: true, Interval: time.Minute, Timeout: 10 * time.Second},
			"http://h:9090/api/v1/otlp/v1/metrics",
		},
		{ // the forms for metrics win
			to("wrong",
				"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", " http://h/opentelemetry/api ",
				"OTEL_EXPORTER_OTLP_PROTOCOL", "wrong", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf",
				"OTEL_EXPORTER_OTLP_COMPRESSION", "wrong", "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none",
				"OTEL_EXPORTER_OTLP_TIMEOUT", "wrong", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "3000",
				"OTEL_EXPORTER_OTLP_INSECURE", "true", "OTEL_EXPORTER_OTLP_METRICS_INSECURE", "true",
				"OTEL_EXPORTER_OTLP_HEADERS", "wrong", "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=1",
				"OTEL_EXPORTER_OTLP_CERTIFICATE", ""),
			otlp.Config{Protocol: otlp.HTTP, Interval: time.Minute, Timeout: 3 * time.Second},
			"http://h/opentelemetry/api",
		},
	}
	for _, test := range tests {
		t.Run(describe(test.variables), func(t *testing.T) {
			config, warnings, err := parseOTLPOf(test.variables)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("error %v, warnings %q", err, warnings)
			}
			if endpoint := config.Endpoint.String(); endpoint != test.endpoint {
				t.Errorf("endpoint %s, want %s", endpoint, test.endpoint)
			}
			if path := config.Endpoint.Path; config.Protocol == otlp.HTTP && !strings.HasPrefix(path, "/") {
				t.Errorf("the path %s lacks its slash", path)
			}
			got := otlp.Config{Protocol: config.Protocol, Gzip: config.Gzip, Interval: config.Interval, Timeout: config.Timeout}
			checkEqual(t, "config", got, test.want)
		})
	}
}

// The errors stop serve and demo alike.
func TestOTLPErrorsStopTheStart(t *testing.T) {
	t.Parallel()
	e := environmentOf(withAccount(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"}))
	for name, read := range map[string]func(environment) (Config, []string, error){"serve": read, "demo": readDemo} {
		if _, _, err := read(e); err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_ENDPOINT") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
