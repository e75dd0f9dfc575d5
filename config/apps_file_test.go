package config

import (
	"os"
	"strings"
	"testing"
)

func TestAppsFileIsBounded(t *testing.T) {
	t.Chdir(t.TempDir())
	app := "apps: [{appid: wx0123456789abcdef, secret: hush}]\n#"
	for size, want := range map[int]string{
		maxAppsFile:     "",
		maxAppsFile + 1: "WXAPP_APPS_FILE: apps.yaml: is larger than 1048576 bytes; name a readable YAML file",
	} {
		if err := os.WriteFile("apps.yaml", []byte(app+strings.Repeat("x", size-len(app))), 0o600); err != nil {
			t.Fatal(err)
		}
		setEnvironment(t, map[string]string{"WXAPP_APPS_FILE": "apps.yaml"})
		_, _, err := Read()
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
	for path, want := range map[string]string{
		"a\nb":     `WXAPP_APPS_FILE: "a\nb": cannot be read (no such file or directory); name a readable YAML file`,
		testSecret: `WXAPP_APPS_FILE: (not shown: it looks like a secret): cannot be read (no such file or directory); name a readable YAML file`,
	} {
		setEnvironment(t, map[string]string{"WXAPP_APPS_FILE": path})
		if _, _, err := Read(); err == nil || err.Error() != want {
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
			AppsFile{Path: "apps.yaml", TokenEndpoint: StableToken, OtherApp: "wx0123456789abcdef"},
			yamlFile{p.at("WXAPP_APPS_FILE"), "apps.yaml"},
		}
		apps := file.parse(file.apps([]byte(before + testSecret + after)))
		if len(apps) == 0 && len(p.errs) == 0 {
			t.Error("neither an app nor an error")
		}
		for _, app := range apps {
			if len(p.errs) == 0 && !validAppID.MatchString(app.ID) {
				t.Errorf("the appid %q was accepted", app.ID)
			}
		}
		lines := p.warnings
		for _, err := range p.errs {
			lines = append(lines, err.Error())
		}
		for _, line := range lines {
			if strings.Contains(line, testSecret) {
				t.Errorf("the secret is shown: %s", line)
			}
			if !strings.HasPrefix(line, "WXAPP_APPS_FILE: apps.yaml") || strings.Contains(line, "\n") {
				t.Errorf("not of the form of a problem: %q", line)
			}
		}
	})
}

// The apps file can be read on its own, as a reload does.
func TestAppsFileRead(t *testing.T) {
	writeFiles(t, map[string]string{
		"apps.yaml":  "apps:\n- {appid: wx0123456789abcdef, name: Teahouse, secret: hush}\n- {appid: demo, token_url: 'http://tokens/hush'}\n",
		"wrong.yaml": "apps:\n- {appid: wx0123456789abcdef}\n- {appid: demo, secret: hush}\n",
	})
	setEnvironment(t, nil)
	file := AppsFile{Path: "apps.yaml", TokenEndpoint: StableToken}
	apps, warnings, err := file.Read()
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, "apps", apps, []App{
		{ID: "wx0123456789abcdef", Name: "Teahouse", Secret: "hush"},
		{ID: "demo", Name: "demo", TokenURL: "http://tokens/hush"},
	})
	if apps[0].Secret.Reveal() != "hush" {
		t.Error("the secret was not read")
	}
	checkEqual(t, "warnings", warnings, []string{
		`WXAPP_APPS_FILE: apps.yaml:3: appid: "demo" does not look like an AppID; WeChat's are wx and 16 hex digits`,
		`WXAPP_APPS_FILE: apps.yaml:3: token_url: http sends secrets and tokens unencrypted; use https if you can`,
	})

	file.Path, file.OtherApp = "wrong.yaml", "demo"
	apps, warnings, err = file.Read()
	const want = `WXAPP_APPS_FILE: wrong.yaml:2: the app has no source of tokens; set secret, secret_file, token_file or token_url
WXAPP_APPS_FILE: wrong.yaml:3: appid: this app is also set by WXAPP_APPID; keep one of them`
	if apps != nil || err == nil || err.Error() != want || len(warnings) != 1 {
		t.Errorf("apps %v, warnings %q, error %v, want %s", apps, warnings, err, want)
	}

	// The configuration says where to read them again.
	setEnvironment(t, withAccount(map[string]string{"WXAPP_APPID": "wxfedcba9876543210", "WXAPP_APPS_FILE": "apps.yaml"}))
	c, _, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := c.AppsFile.Read()
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, "apps", again, c.Apps[1:])
}
