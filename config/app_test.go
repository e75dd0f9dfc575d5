package config

import (
	"os"
	"strings"
	"testing"
)

// TestAppNames holds what a name may consist of: whatever a label value can.
func TestAppNames(t *testing.T) {
	for _, name := range []string{"小店", "a b", "全角\u3000空格", "👨‍👩‍👧", `"quoted"`} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		got, _, err := Read()
		if err != nil || got.Apps[0].Name != name {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a\nb", "a\xffb", "a\x1bb"} {
		setEnvironment(t, withAccount(map[string]string{"WXAPP_APP_NAME": name}))
		_, _, err := Read()
		if err == nil {
			t.Errorf("%q was taken", name)
			continue
		}
		checkEqual(t, name, err.Error(), "WXAPP_APP_NAME: contains a control character, such as a line break, or invalid UTF-8; remove it")
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
		{content: "hush\nhush", wrong: `"secret" holds more than one word of printable ASCII; write nothing but the secret into it`},
		{content: "h\x00u\x00s\x00h\x00", wrong: `"secret" holds more than one word of printable ASCII; write nothing but the secret into it`},
		{content: strings.Repeat("hush", 2000), wrong: `"secret" is larger than 4096 bytes; name a readable file that holds the secret`},
	}
	for _, test := range tests {
		if err := os.WriteFile("secret", []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		secret, err := ReadSecretFile("secret")
		wrong := ""
		if err != nil {
			wrong = err.Error()
			checkHushed(t, "the error", wrong)
		}
		if secret.Reveal() != test.want || wrong != test.wrong {
			t.Errorf("%q:\n got %q, %s\nwant %q, %s", test.content, secret.Reveal(), wrong, test.want, test.wrong)
		}
	}
	if _, err := ReadSecretFile("absent"); err == nil || !strings.Contains(err.Error(), `"absent" cannot be read (no such file or directory)`) {
		t.Errorf("an absent file: %v", err)
	}
}
