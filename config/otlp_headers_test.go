package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestOTLPHeaders(t *testing.T) {
	t.Parallel()
	config, _, err := parseOTLPOf(to(grpcReceiver, "OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20aHVzaA==, x-scope-orgid = 1 ,empty="))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, value := range config.Headers {
		got[name] = value.Reveal()
	}
	checkEqual(t, "headers", got, map[string]string{"Authorization": "Basic aHVzaA==", "x-scope-orgid": "1", "empty": ""})
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{*config, config, config.Headers} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, "aHVzaA") {
				t.Errorf("%s shows a header: %s", format, text)
			}
		}
	}
}
