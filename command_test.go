package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	setEnvironment(t, nil)
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}, {"version"}, {"--version"}} {
		var stdout bytes.Buffer
		if err := run(t.Context(), args, &stdout, io.Discard); err != nil || !strings.Contains(stdout.String(), "wxapp_exporter") {
			t.Errorf("%v: %v, %q", args, err, &stdout)
		}
	}
	for args, want := range map[string]string{
		"":      "WXAPP_APPID: is not set",
		"serve": "WXAPP_APPID: is not set",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

// An argument that is refused is shown only if it is a plain name, and never with its
// value: people pass secrets that way.
func TestRefusedArguments(t *testing.T) {
	const (
		commandsAre = "; the commands are serve, demo, doctor, export, backfill, healthcheck, version and help, see wxapp_exporter --help"
		settingsAre = "; settings are environment variables, see wxapp_exporter --help"
	)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"serv"}, `unknown command "serv"` + commandsAre},
		{[]string{"secret=" + hushWord}, `unknown command "secret"` + commandsAre},
		{[]string{"wx:" + hushWord}, "unknown command" + commandsAre},
		{[]string{testSecret}, "unknown command" + commandsAre},
		{[]string{"demo", "--port"}, "unknown argument --port" + settingsAre},
		{[]string{"demo", "--port", hushWord}, "unknown argument --port" + settingsAre},
		{[]string{"serve", "--secret=" + hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"--secret=" + hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"--secret", hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"serve", testSecret}, "unknown argument" + settingsAre},
		{[]string{"serve", "--" + testSecret + "=1"}, "unknown argument" + settingsAre},
		{[]string{"serve", "https://" + hushWord}, "unknown argument" + settingsAre},
		{[]string{"serve", "a\nb"}, "unknown argument" + settingsAre},
		{[]string{"healthcheck", "now"}, "unknown argument now" + settingsAre},
		{[]string{"version", "--help"}, "unknown argument --help" + settingsAre},
		{[]string{"serve", ""}, "unknown argument" + settingsAre},
	} {
		setEnvironment(t, nil)
		err := run(t.Context(), test.args, io.Discard, io.Discard)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
}
