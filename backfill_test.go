package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What keeps a backfill from starting is said in terms of the settings.
func TestBackfillRefuses(t *testing.T) {
	folder, ofDemo := filepath.Join(t.TempDir(), "archive"), t.TempDir()
	if err := os.WriteFile(filepath.Join(ofDemo, "archive.json"), []byte(`{"version":2,"demo":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		variable, value, args, want string
	}{
		{"WXAPP_TOKEN_ENDPOINT", "token", "", "WXAPP_TOKEN_ENDPOINT: requesting a token would "},
		{"WXAPP_ARCHIVE", "", "", "WXAPP_ARCHIVE: is empty; set it to the folder of the archive"},
		{"WXAPP_ARCHIVE", ofDemo, "", "WXAPP_ARCHIVE: the archive contains the made-up numbers of a demo; set WXAPP_ARCHIVE to another folder"},
		{"WXAPP_APPID", "wx0123456789abcdef", "--app wxfedcba9876543210", "--app: no such app; the settings have 1"},
		{"WXAPP_SECRET", "", "", "invalid configuration:\n  WXAPP_APPID: the app has no source of tokens"},
	} {
		settings := map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET": testSecret, "WXAPP_ARCHIVE": folder}
		settings[test.variable] = test.value
		setEnvironment(t, settings)
		err := run(t.Context(), append([]string{"backfill"}, strings.Fields(test.args)...), io.Discard, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s=%s: %v, want %s", test.variable, test.value, err, test.want)
		}
	}
}

func TestLocale(t *testing.T) {
	for values, want := range map[[3]string]string{
		{"", "", "zh_CN.UTF-8"}: "zh_CN.UTF-8", {"C", "", "zh_CN.UTF-8"}: "C", {"", "zh_TW", "en_US"}: "zh_TW",
	} {
		for i, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			t.Setenv(name, values[i])
		}
		if got := locale(); got != want {
			t.Errorf("%q: %s, want %s", values, got, want)
		}
	}
}
