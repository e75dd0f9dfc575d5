package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestShown holds that what may be a secret is not shown, and that long values do
// not flood a message.
func TestShown(t *testing.T) {
	const hiddenText = "(not shown: it looks like a secret)"
	for value, want := range map[string]string{
		"wx0123456789abcdef":          `"wx0123456789abcdef"`,
		"a\nb":                        `"a\nb"`,
		"x" + testSecret:              hiddenText,
		"/run/" + testSecret:          hiddenText,
		strings.Repeat("Zz-_", 16):    hiddenText,
		strings.Repeat("ab ", 40):     `"` + strings.Repeat("ab ", 33) + `a"…`,
		"/run/secrets/wxapp-exporter": `"/run/secrets/wxapp-exporter"`,
	} {
		checkEqual(t, value, shown(value), want)
	}
}

// Of many mistakes and warnings the first 20 are listed, and the others are counted. Doctor
// still knows which settings are wrong.
func TestManyProblems(t *testing.T) {
	const rows = 20_000
	t.Chdir(t.TempDir())
	wrong := strings.Repeat("- {appid: demo, sekret: "+hushWord+"}\n", rows)
	unusual := "apps:\n"
	for i := range 1000 {
		unusual += fmt.Sprintf("- {appid: a%d, secret: %s}\n", i, testSecret)
	}
	writeFiles(t, map[string]string{"wrong.yaml": "apps:\n" + wrong, "unusual.yaml": unusual})

	variables := map[string]string{"WXAPP_APPS_FILE": "wrong.yaml", "WXAPP_ARCHIVE_CONFIG_FILE": "absent"}
	_, warnings, err := read(environmentOf(variables))
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	checkEqual(t, "lines of the error", len(lines), 21)
	checkEqual(t, "the first", lines[0], "WXAPP_APPS_FILE: wrong.yaml:2: the key sekret is unknown; did you mean secret?")
	checkEqual(t, "the second", lines[1], "WXAPP_APPS_FILE: wrong.yaml:2: the app has no source of tokens; set secret, secret_file, token_file or token_url")
	checkEqual(t, "the last", lines[20], "and 59,980 more mistakes; mend these first") // three for each row but the first, and the archive
	checkEqual(t, "warnings", len(warnings), 21)
	checkEqual(t, "the last warning", warnings[20], "and 19,980 more warnings")
	if found := inspect(environmentOf(variables)); !found.WrongArchive || found.WrongAPI || len(found.Mistakes) != 21 || len(found.Warnings) != 21 {
		t.Errorf("the archive is wrong: %t, the API: %t, %d mistakes, %d warnings", found.WrongArchive, found.WrongAPI, len(found.Mistakes), len(found.Warnings))
	}

	_, warnings, err = read(environmentOf(map[string]string{"WXAPP_APPS_FILE": "unusual.yaml"}))
	if err != nil || len(warnings) != 21 || warnings[20] != "and 980 more warnings" {
		t.Errorf("error %v, %d warnings", err, len(warnings))
	}
}
