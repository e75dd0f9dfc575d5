package arguments_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
)

func TestSet(t *testing.T) {
	set := arguments.New("do")
	text, other := set.Text("text", "WORD", "default", ""), set.Text("other", "WORD", "default", "")
	on, off, list := set.Switch("on", ""), set.Switch("off", ""), set.List("list", "WORD", "")
	if err := set.Parse([]string{"--text", "a b", "--on", "--list=1", "--list", ""}); err != nil {
		t.Fatal(err)
	}
	if *text != "a b" || *other != "default" || !*on || *off || strings.Join(*list, "|") != "1|" || set.Err() != nil {
		t.Errorf("%q %q %t %t %q, %v", *text, *other, *on, *off, *list, set.Err())
	}
}

func TestRefused(t *testing.T) {
	for args, want := range map[string]string{
		"more":               "unknown argument more; see wxapp_exporter do --help",
		"--secret=hush":      "unknown argument --secret; see wxapp_exporter do --help",
		"--se_cret=hush":     "unknown argument; see wxapp_exporter do --help",
		"--text":             "--text: has no value; write --text VALUE or --text=VALUE",
		"--on=hush":          "--on: takes no value; write --on alone",
		"--text= --more":     "unknown argument --more; see wxapp_exporter do --help",
		"-list=a":            "unknown argument -list; write --list",
		"-pHUSH":             "unknown argument -p; see wxapp_exporter do --help",
		"---hush":            "unknown argument; see wxapp_exporter do --help",
		"-h":                 arguments.ErrHelp.Error(),
		"--text=":            "invalid arguments:\n  --text: has no value; add one, or omit it",
		"--list /hush":       "invalid arguments:\n  --list: is not an AppID; AppIDs contain letters, digits, _ and - only, usually wx and 16 hex digits",
		"--text hush":        "invalid arguments:\n  --text: is not a duration; use a value like 1m (there is no unit for days)",
		"--text 61m":         "invalid arguments:\n  --text: is not a number of whole minutes from 1m to 1h",
		"--text 1m --list a": "",
	} {
		set := arguments.New("do")
		text, list := set.Text("text", "DURATION", "1m", ""), set.List("list", "APPID", "")
		set.Switch("on", "")
		err := set.Parse(strings.Fields(args))
		if err == nil {
			set.AppIDs("list", *list)
			set.Duration("text", *text, time.Minute, time.Hour)
			err = set.Err()
		}
		if want == "" && err == nil {
			continue
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
	if err := arguments.New("do").Parse([]string{"--help"}); !errors.Is(err, arguments.ErrHelp) {
		t.Errorf("help: %v", err)
	}
}

func TestHours(t *testing.T) {
	for duration, want := range map[time.Duration]string{24 * time.Hour: "24h", 90 * time.Minute: "1h30m", time.Minute: "1m", 90 * time.Second: "1m30s"} {
		if got := arguments.Hours(duration); got != want {
			t.Errorf("%v: %s, want %s", duration, got, want)
		}
	}
}
