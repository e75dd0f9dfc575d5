package config

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEverySettingIsDescribed(t *testing.T) {
	for _, setting := range Settings() {
		if setting.English == "" || setting.Chinese == "" || !utf8.ValidString(setting.Chinese) {
			t.Errorf("%s is not described in both languages", setting.Name)
		}
	}
}

func TestNamesOfSettings(t *testing.T) {
	var names []string
	for _, setting := range Settings() {
		names = append(names, setting.Name)
		if !strings.HasPrefix(setting.Name, "WXAPP_") && !strings.HasPrefix(setting.Name, "OTEL_") {
			t.Errorf("%s has neither the prefix WXAPP_ nor OTEL_", setting.Name)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("a name is listed twice in %q", names)
	}
	if i, j := slices.Index(names, "OTEL_EXPORTER_OTLP_ENDPOINT"), slices.Index(names, "WXAPP_LOG_FORMAT"); i < j {
		t.Error("the settings of OpenTelemetry do not come last")
	}
}

// TestDefaultsAreTrue holds that the defaults that help shows are those that apply: to set
// one explicitly changes nothing.
func TestDefaultsAreTrue(t *testing.T) {
	t.Parallel()
	base := withAccount(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": httpReceiver, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"})
	show := func(more map[string]string) string {
		t.Helper()
		variables := maps.Clone(base)
		maps.Copy(variables, more)
		c, _, err := read(environmentOf(variables))
		if err != nil {
			t.Fatal(err)
		}
		pushed := *c.OTLP
		c.OTLP = nil
		return fmt.Sprintf("%#v %v %v %v %v %v %v", c, pushed.Endpoint, pushed.Protocol, pushed.Gzip, pushed.Interval, pushed.Timeout, pushed.Resource)
	}
	want := show(nil)
	for _, setting := range Settings() {
		if setting.Default == "" || setting.Name == "OTEL_EXPORTER_OTLP_PROTOCOL" {
			continue
		}
		names := []string{setting.Name}
		if form, ok := metricsForm(setting.Name); ok {
			names = append(names, form)
		}
		for _, name := range names {
			checkEqual(t, name+"="+setting.Default, show(map[string]string{name: setting.Default}), want)
		}
	}
}

// TestSettingsDoNotPrintSecrets also covers the settings as they were read.
func TestSettingsDoNotPrintSecrets(t *testing.T) {
	t.Parallel()
	e := environmentOf(map[string]string{
		"WXAPP_SECRET":               hushWord,
		"WXAPP_TOKEN_URL":            "https://" + hushWord,
		"WXAPP_API_URL":              "https://user:" + hushWord + "@example.com",
		"OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + hushWord,
	})
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		checkHushed(t, format, fmt.Sprintf(format, e.settings))
		checkHushed(t, format, fmt.Sprintf(format, &e.settings))
		checkHushed(t, format, fmt.Sprintf(format, []settings{e.settings}))
	}
	for name, handler := range map[string]func(*strings.Builder) slog.Handler{
		"logfmt": func(log *strings.Builder) slog.Handler { return slog.NewTextHandler(log, nil) },
		"json":   func(log *strings.Builder) slog.Handler { return slog.NewJSONHandler(log, nil) },
	} {
		for _, value := range []any{e.settings, &e.settings} {
			var log strings.Builder
			slog.New(handler(&log)).Info("message", "value", value)
			if !strings.Contains(log.String(), "value") {
				t.Errorf("%s: nothing was logged: %s", name, &log)
			}
			checkHushed(t, name, log.String())
		}
	}
	if e.Secret.Reveal() != hushWord {
		t.Error("the secret was not read, so this test proves nothing")
	}
}
