package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// checkLines holds that every message is a line about the setting, without the secret.
func checkLines(t *testing.T, p *problems, setting string) {
	t.Helper()
	for _, found := range slices.Concat(p.warnings.kept, p.errs.kept) {
		line := found.text
		if strings.Contains(line, testSecret) || !strings.HasPrefix(line, setting+":") || strings.Contains(line, "\n") {
			t.Errorf("the message %q", line)
		}
	}
}

// FuzzHeaders holds that no list of headers makes the parser panic, shows a secret or is
// taken although it cannot be sent.
func FuzzHeaders(f *testing.F) {
	for _, seed := range []struct{ before, after string }{
		{"Authorization=Basic%20", ""},
		{"", "=x"},
		{"a=", ",a=1"},
		{"a=%", ""},
		{"a=%zz", ""},
		{"grpc-x=", ""},
		{"host=", ""},
		{"=", ""},
		{"a=b;c=", ""},
		{" a = ", " , "},
		{"0", strings.Repeat(",", 20)}, // more mistakes than are kept
		{"a=\x00", ""},
		{"a-bin=", ""},
		{"\xff=", "\xff"},
	} {
		f.Add(seed.before, seed.after)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, protocol := range []otlp.Protocol{otlp.GRPC, otlp.HTTP} {
			p := &problems{}
			headers := parseHeaders(p.at("OTEL_EXPORTER_OTLP_HEADERS"), wechat.Secret(before+testSecret+after), protocol)
			checkLines(t, p, "OTEL_EXPORTER_OTLP_HEADERS")
			for name, value := range headers {
				if p.err() == nil && (name == "" || strings.ContainsAny(name+value.Reveal(), "\r\n\x00")) {
					t.Errorf("the header %q is taken", name)
				}
			}
		}
	})
}

// FuzzObjectStorage holds the same of the configuration of an object storage.
func FuzzObjectStorage(f *testing.F) {
	for _, seed := range []struct{ before, after string }{
		{"type: S3\nconfig: {bucket: a, endpoint: b, access_key: ", ", secret_key: x}\n"},
		{"type: COS\nconfig: {bucket: a, region: b, app_id: c, secret_id: d, secret_key: ", "}\n"},
		{"type: ", "\nconfig: {}\n"},
		{"type: S3\nconfig: {", ": x}\n"},
		{"", ""},
		{"- ", ""},
		{"type: S3\nprefix: ", ""},
		{"type: S3\nconfig: {bucket: [", "]}"},
		{"type: [", "]"},
		{"config: &a {b: *a, c: ", "}"},
		{"\xff\xfe", ""},
	} {
		f.Add(seed.before, seed.after)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		p := &problems{}
		storageReader{yamlFile{p.at(archiveConfigSetting), "bucket.yaml"}}.check([]byte(before + testSecret + after))
		checkLines(t, p, archiveConfigSetting)
	})
}
