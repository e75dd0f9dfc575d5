package config

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

func TestAppsFileIsBounded(t *testing.T) {
	t.Chdir(t.TempDir())
	app := "apps: [{appid: wx0123456789abcdef, secret: hush}]\n#"
	for size, want := range map[int]string{
		maxAppsFile:     "",
		maxAppsFile + 1: "WXAPP_APPS_FILE: apps.yaml: is larger than 1048576 bytes; use a readable YAML file",
	} {
		if err := os.WriteFile("apps.yaml", []byte(app+strings.Repeat("x", size-len(app))), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := read(environmentOf(map[string]string{"WXAPP_APPS_FILE": "apps.yaml"}))
		got := ""
		if err != nil {
			got = err.Error()
		}
		checkEqual(t, "error", got, want)
	}
}

// TestAppsFileOfUnusualPath holds that a path cannot break a line of the report or show
// a secret that was put in its place.
func TestAppsFileOfUnusualPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"a\nb":     `WXAPP_APPS_FILE: "a\nb": cannot be read (no such file or directory); use a readable YAML file`,
		testSecret: `WXAPP_APPS_FILE: (not shown: it looks like a secret): cannot be read (no such file or directory); use a readable YAML file`,
	} {
		if _, _, err := read(environmentOf(map[string]string{"WXAPP_APPS_FILE": path})); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// FuzzAppsFile holds that no file makes the parser panic, that no message shows the
// secret in it, wherever it stands, and that each is a line of the known form.
func FuzzAppsFile(f *testing.F) {
	for _, seed := range []struct{ before, after string }{
		{"apps: [{appid: wx0123456789abcdef, secret: ", "}]"},
		{"apps:\n- appid: ", "\n  secret: x\n"},
		{"apps:\n- appid: wx/", "\n  secret_file: x\n"},
		{"apps:\n- {appid: a, token_url: 'https://", ":x'}\n- &a {appid: a, <<: *a}\n"},
		{"apps:\n- {appid: a, secret_file: ", "}\n- *b\n"},
		{"", ": {}\napps: {}"},
		{"apps:\n- {", ": x}"},
		{"apps: *", "\n"},
		{"apps: &", " [*a]\n---\n"},
		{"%", "\n"},
		{"apps:\n- secret: \"", "\\q\"\n"},
		{"apps:\n- secret: !", " x\n"},
		{"\xff\xfe", "\x00"},
	} {
		f.Add(seed.before, seed.after)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		p := &problems{}
		file := appsReader{
			appsFile{path: "apps.yaml", tokenEndpoint: StableToken, otherApp: "wx0123456789abcdef"},
			yamlFile{p.at("WXAPP_APPS_FILE"), "apps.yaml"},
		}
		apps := file.parse(file.apps([]byte(before+testSecret+after)), Files{})
		if len(apps) == 0 && p.err() == nil {
			t.Error("neither an app nor an error")
		}
		for _, app := range apps {
			if p.err() == nil && !wechat.IsAppID(app.ID) {
				t.Errorf("the appid %q was accepted", app.ID)
			}
		}
		for _, found := range slices.Concat(p.warnings.kept, p.errs.kept) {
			line := found.text
			if strings.Contains(line, testSecret) {
				t.Errorf("the secret is shown: %s", line)
			}
			if !strings.HasPrefix(line, "WXAPP_APPS_FILE: apps.yaml") || strings.Contains(line, "\n") {
				t.Errorf("not of the form of a problem: %q", line)
			}
		}
	})
}
