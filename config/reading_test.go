package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"
)

// A reload reads the same apps as a start, and the same mistakes.
func TestReadApps(t *testing.T) {
	writeFiles(t, map[string]string{
		"apps.yaml":  "apps:\n- {appid: wx0123456789abcdef, name: Teahouse, secret: hush}\n- {appid: demo, token_url: 'http://tokens/hush'}\n- {appid: wx00000000000000aa, secret_file: file}\n",
		"wrong.yaml": "apps:\n- {appid: wx0123456789abcdef}\n- {appid: demo, secret: hush}\n- {appid: wx00000000000000aa, secret_file: file}\n",
		"file":       "hush",
		"own":        "hush",
		"empty":      "",
	})
	variables := map[string]string{"WXAPP_APPS_FILE": "apps.yaml", "WXAPP_APPID": "wxfedcba9876543210", "WXAPP_SECRET_FILE": "own"}
	started, warnings, err := read(environmentOf(variables))
	if err != nil {
		t.Fatal(err)
	}
	again, err := readAgain(environmentOf(variables))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Apps, started.Apps) || len(again.Apps) != 4 {
		t.Errorf("apps %v, at the start %v", again.Apps, started.Apps)
	}
	if !again.Files.Equal(started.Files) || !again.Files.Equal(started.Files.ReadAgain()) {
		t.Error("the files have changed")
	}
	checkEqual(t, "files", slices.Sorted(maps.Keys(again.Files)), []string{"apps.yaml", "file", "own"})
	checkEqual(t, "warnings", again.Warnings, warnings)

	variables = map[string]string{"WXAPP_APPS_FILE": "wrong.yaml", "WXAPP_APPID": "demo", "WXAPP_SECRET_FILE": "empty"}
	_, _, want := read(environmentOf(variables))
	wrong, err := readAgain(environmentOf(variables))
	if want == nil || err == nil || err.Error() != want.Error() {
		t.Errorf("error %v, at a start %v", err, want)
	}
	checkHushed(t, "the error", err.Error())
	if wrong.Apps != nil || len(wrong.Warnings) == 0 {
		t.Errorf("beside an error: apps %v, warnings %q", wrong.Apps, wrong.Warnings)
	}
	checkEqual(t, "files beside an error", slices.Sorted(maps.Keys(wrong.Files)), []string{"empty", "file", "wrong.yaml"})
}

// Files are told apart by their contents alone.
func TestFilesReadAgain(t *testing.T) {
	writeFiles(t, map[string]string{"apps.yaml": "apps: [{appid: wx0123456789abcdef, secret_file: secret}]", "secret": "hush", "other": "hush"})
	before, err := readAgain(environmentOf(map[string]string{"WXAPP_APPS_FILE": "apps.yaml"}))
	if err != nil {
		t.Fatal(err)
	}
	when := time.Unix(1, 0)
	same := func(secret string) bool {
		t.Helper()
		if err := errors.Join(os.WriteFile("secret", []byte(secret), 0o600), os.Chtimes("secret", when, when)); err != nil {
			t.Fatal(err)
		}
		now := before.Files.ReadAgain()
		if now.Equal(before.Files) != now.Same(before.Files, "secret") || !now.Same(before.Files, "apps.yaml") {
			t.Error("another file has changed")
		}
		return now.Equal(before.Files)
	}
	if !same("hush") {
		t.Error("the same content is another file")
	}
	if same("hash") {
		t.Error("another content of the same size and time is the same file")
	}
	if !same("hush") {
		t.Error("the first content is another file")
	}
	if err := errors.Join(os.Remove("secret"), os.Symlink("other", "secret")); err != nil {
		t.Fatal(err)
	}
	if !before.Files.ReadAgain().Equal(before.Files) {
		t.Error("a link to the same content is another file")
	}
	if err := os.Remove("other"); err != nil {
		t.Fatal(err)
	}
	absent := before.Files.ReadAgain()
	if absent.Same(before.Files, "secret") || !absent.Equal(absent.ReadAgain()) {
		t.Error("an absent file is not told apart, or changes all the time")
	}
}

// BenchmarkFilesReadAgain is what a look at the secret files of 1,000 apps costs.
func BenchmarkFilesReadAgain(b *testing.B) {
	b.Chdir(b.TempDir())
	files := Files{}
	for i := range 1000 {
		name := fmt.Sprintf("secret-%d", i)
		if err := os.WriteFile(name, []byte(testSecret), 0o600); err != nil {
			b.Fatal(err)
		}
		files[name] = digest{limit: maxSecretFile}
	}
	for b.Loop() {
		files.ReadAgain()
	}
}
