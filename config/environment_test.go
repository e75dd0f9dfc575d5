package config

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// environmentOf returns an environment of some variables and no others. TestEnvironment
// holds that the one of the process is read in the same way.
func environmentOf(variables map[string]string) environment {
	var s settings
	for field, value := range reflect.ValueOf(&s).Elem().Fields() {
		text, ok := variables[field.Tag.Get("envconfig")]
		if !ok {
			text = field.Tag.Get("default")
		}
		value.SetString(text)
	}
	var list []string
	for name, value := range variables {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return newEnvironment(s, list, func(name string) string { return variables[name] })
}

// The environment of the process is read like that of the other tests, and by all that read
// settings. Names without the prefix are not read.
func TestEnvironment(t *testing.T) {
	for name, value := range withAccount(map[string]string{
		"APPID": "other", "SECRET": "other", "TOP": "other", "RANGES": "other",
		"WXAPP_ARCHIVE": "", "WXAPP_TOP": " device:5 ", "WXAPP_RANGES": " ", "WXAPP_LISTEN_ADDRESS": "127.0.0.1:1", "WXAPP_SECERT": hushWord,
		"OTEL_EXPORTER_OTLP_ENDPOINT": "wrong", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": grpcReceiver,
	}) {
		t.Setenv(name, value)
	}
	variables := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	got, err := readEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	want := environmentOf(variables)
	if got.AppID != "wx0123456789abcdef" || got.Secret.Reveal() != testSecret || got.Top != "device:5" || got.Ranges != defaultOf("WXAPP_RANGES") || got.Archive != "" {
		t.Errorf("read %+v", got)
	}
	slices.Sort(got.variables)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v\nwant %+v", got, want)
	}
}

// All that read settings read the environment of the process.
func TestEverythingReadsTheProcess(t *testing.T) {
	for name, value := range withAccount(map[string]string{"WXAPP_ARCHIVE": "kept", "WXAPP_LISTEN_ADDRESS": "127.0.0.1:1", "WXAPP_SECERT": hushWord}) {
		t.Setenv(name, value)
	}
	e, err := readEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		process     func() (Config, []string, error)
		environment func(environment) (Config, []string, error)
	}{"Read": {Read, read}, "ReadDemo": {ReadDemo, readDemo}, "ReadExport": {ReadExport, readExport}} {
		got, gotWarnings, err := test.process()
		want, wantWarnings, wantErr := test.environment(e)
		if err != nil || wantErr != nil || got.Archive.Folder != "kept" || len(gotWarnings) != 1 {
			t.Errorf("%s: archive %+v, warnings %q, errors %v, %v", name, got.Archive, gotWarnings, err, wantErr)
		}
		checkEqual(t, name, got, want)
		checkEqual(t, "warnings of "+name, gotWarnings, wantWarnings)
	}
	checkEqual(t, "Inspect", Inspect(), inspect(e))
	again, err := ReadApps()
	if err != nil || len(again.Apps) != 1 || again.Apps[0].Tokens.Value.Reveal() != testSecret {
		t.Errorf("ReadApps: %v, %v", again.Apps, err)
	}
	addresses, err := ReadListenAddresses()
	if err != nil || !slices.Equal(addresses, []string{"127.0.0.1:1"}) {
		t.Errorf("ReadListenAddresses: %q, %v", addresses, err)
	}
}
