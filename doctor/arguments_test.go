package doctor_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

func TestArguments(t *testing.T) {
	for text, want := range map[string]doctor.Arguments{
		"":                      {},
		"--json":                {JSON: true},
		"--app " + appid:        {App: appid},
		"--json --app=" + appid: {App: appid, JSON: true},
	} {
		got, err := doctor.ParseArguments(strings.Fields(text))
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := doctor.ParseArguments([]string{"--help"}); !errors.Is(err, arguments.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
}

func TestRefusedArguments(t *testing.T) {
	const help = "; see wxapp_exporter doctor --help"
	for text, want := range map[string]string{
		"--app":              "--app: has no value; write --app VALUE or --app=VALUE",
		"--app=":             "invalid arguments:\n  --app: has no value; give it one, or leave it out",
		"--secret=" + secret: "unknown argument --secret" + help,
		"--" + secret:        "unknown argument" + help,
		secret:               "unknown argument" + help,
		"json":               "unknown argument json" + help,
		"--json=" + secret:   "--json: takes no value; write --json alone",
	} {
		if _, err := doctor.ParseArguments([]string{text}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
