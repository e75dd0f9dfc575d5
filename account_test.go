package main

import (
	"os"
	"strings"
	"testing"
)

// TestAppNames holds what a name may consist of: whatever a label value can.
func TestAppNames(t *testing.T) {
	for _, name := range []string{"小店", "a b", "全角\u3000空格", "👨‍👩‍👧", `"quoted"`} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		got, _, err := readConfig()
		if err != nil || got.apps[0].name != name {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a\nb", "a\xffb", "a\x1bb"} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		_, _, err := readConfig()
		if err == nil {
			t.Errorf("%q was taken", name)
			continue
		}
		checkEqual(t, name, err.Error(), "WXAPP_APP_NAME: holds a control character, such as a line break, or broken UTF-8; write it anew without")
	}
}

func TestReadSecretFile(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct{ content, want, wrong string }{
		{content: "hush", want: "hush"},
		{content: "\ufeff hush\r\n\n", want: "hush"},
		{content: "hush-" + testSecret + "/+=", want: "hush-" + testSecret + "/+="},
		{content: "", wrong: `"secret" is empty; write the secret into it`},
		{content: " \r\n\t", wrong: `"secret" is empty; write the secret into it`},
		{content: "hush\nhush", wrong: `"secret" holds more than one word of plain characters; write the secret alone into it`},
		{content: "h\x00u\x00s\x00h\x00", wrong: `"secret" holds more than one word of plain characters; write the secret alone into it`},
		{content: strings.Repeat("hush", 2000), wrong: `"secret" cannot be read (more than 4096 bytes); name a readable file that holds the secret`},
	}
	for _, test := range tests {
		if err := os.WriteFile("secret", []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		secret, err := readSecretFile("secret")
		wrong := ""
		if err != nil {
			wrong = err.Error()
			checkHushed(t, "the error", wrong)
		}
		if secret.Reveal() != test.want || wrong != test.wrong {
			t.Errorf("%q:\n got %q, %s\nwant %q, %s", test.content, secret.Reveal(), wrong, test.want, test.wrong)
		}
	}
	if _, err := readSecretFile("absent"); err == nil || !strings.Contains(err.Error(), `"absent" cannot be read (no such file or directory)`) {
		t.Errorf("an absent file: %v", err)
	}
}
