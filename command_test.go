package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
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

// Every command has a help of lines that are not too long, which names its arguments.
func TestHelpOfCommands(t *testing.T) {
	setEnvironment(t, nil)
	for _, name := range program().Names() {
		var long, short bytes.Buffer
		for args, into := range map[string]*bytes.Buffer{name + " --help": &long, "help " + name: &short} {
			if err := run(t.Context(), strings.Fields(args), into, io.Discard); err != nil {
				t.Errorf("%s: %v", args, err)
			}
		}
		if long.String() != short.String() {
			t.Errorf("%s: --help writes\n%s\nhelp writes\n%s", name, &long, &short)
		}
		for _, want := range []string{"Usage: wxapp_exporter " + name, "  --help"} {
			if !strings.Contains(long.String(), want) {
				t.Errorf("the help of %s has no %q:\n%s", name, want, &long)
			}
		}
		for line := range strings.Lines(long.String()) {
			if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 100 {
				t.Errorf("%s: %d columns: %s", name, width, line)
			}
		}
	}
}

// An argument that is refused is shown only if it is a plain name, and never with its
// value: people pass secrets that way.
func TestRefusedArguments(t *testing.T) {
	const (
		commandsAre = "; the commands are serve, demo, doctor, export, backfill, healthcheck, completion, version and help, see wxapp_exporter --help"
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
		{[]string{"demo", "--port"}, "unknown argument --port; see wxapp_exporter demo --help"},
		{[]string{"demo", "--port", hushWord}, "unknown argument --port; see wxapp_exporter demo --help"},
		{[]string{"serve", "--secret=" + hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"--secret=" + hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"--secret", hushWord}, "unknown argument --secret" + settingsAre},
		{[]string{"serve", testSecret}, "unknown argument" + settingsAre},
		{[]string{"serve", "--" + testSecret + "=1"}, "unknown argument" + settingsAre},
		{[]string{"serve", "https://" + hushWord}, "unknown argument" + settingsAre},
		{[]string{"serve", "a\nb"}, "unknown argument" + settingsAre},
		{[]string{"healthcheck", "now"}, "unknown argument now" + settingsAre},
		{[]string{"--web.listen-address=" + hushWord}, "invalid arguments:\n  --web.listen-address: is no argument of this program; set WXAPP_LISTEN_ADDRESS instead"},
		{
			[]string{"serve", "-log.level", hushWord, "--config.file=" + hushWord},
			"invalid arguments:\n  --log.level: is no argument of this program; set WXAPP_LOG_LEVEL instead" +
				"\n  --config.file: is no argument of this program; set WXAPP_APPS_FILE, which lists the apps, instead",
		},
		{[]string{"completion"}, "completion needs the name of a shell: bash, zsh, fish"},
		{[]string{"completion", hushWord}, "completion takes one of bash, zsh, fish"},
		{[]string{"doctor", "--app"}, "--app: has no value; write --app VALUE or --app=VALUE"},
		{[]string{"doctor", "--app="}, "invalid arguments:\n  --app: has no value; add one, or omit it"},
		{[]string{"doctor", "--json=" + hushWord}, "--json: takes no value; write --json alone"},
		{[]string{"doctor", testSecret}, "unknown argument; see wxapp_exporter doctor --help"},
		{[]string{"serve", ""}, "unknown argument" + settingsAre},
	} {
		setEnvironment(t, nil)
		err := run(t.Context(), test.args, io.Discard, io.Discard)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: %v, want %s", test.args, err, test.want)
		}
	}
}
