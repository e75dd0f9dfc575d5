package config

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// writeFiles writes files into a new folder, which becomes the working directory.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What is not a regular file is refused at once. To open a named pipe would block until
// somebody writes to it.
func TestFilesMustBeRegular(t *testing.T) {
	certificate, key := writeCertificate(t)
	writeFiles(t, map[string]string{
		"cert.yaml":   "tls_server_config: {cert_file: thing, key_file: " + key + "}\n",
		"key.yaml":    "tls_server_config: {cert_file: " + certificate + ", key_file: thing}\n",
		"client.yaml": "tls_server_config: {cert_file: " + certificate + ", key_file: " + key + ", client_ca_file: thing, client_auth_type: RequireAndVerifyClientCert}\n",
		"secret.yaml": "apps: [{appid: wx0123456789abcdef, secret_file: thing}]\n",
		"token.yaml":  "apps: [{appid: wx0123456789abcdef, token_file: thing}]\n",
	})
	const appid = "WXAPP_APPID=wx0123456789abcdef"
	tests := []struct {
		environment []string
		want        string // %s is the kind of the file
	}{
		{[]string{appid, "WXAPP_SECRET_FILE=thing"}, `WXAPP_SECRET_FILE: "thing" is %s, not a regular file; use a readable file that holds the secret`},
		{[]string{appid, "WXAPP_TOKEN_FILE=thing"}, `WXAPP_TOKEN_FILE: "thing" is %s, not a regular file; use the path of the token file`},
		{[]string{"WXAPP_APPS_FILE=thing"}, `WXAPP_APPS_FILE: thing: is %s, not a regular file; use a readable YAML file`},
		{[]string{"WXAPP_APPS_FILE=secret.yaml"}, `WXAPP_APPS_FILE: secret.yaml:1: secret_file: "thing" is %s, not a regular file; use a readable file that holds the secret`},
		{[]string{"WXAPP_APPS_FILE=token.yaml"}, `WXAPP_APPS_FILE: token.yaml:1: token_file: "thing" is %s, not a regular file; use the path of the token file`},
		{[]string{"WXAPP_WEB_CONFIG_FILE=thing"}, `WXAPP_WEB_CONFIG_FILE: "thing" is %s, not a regular file; use a readable YAML file`},
		{[]string{"WXAPP_WEB_CONFIG_FILE=cert.yaml"}, `WXAPP_WEB_CONFIG_FILE: "cert.yaml": cert_file: "thing" is %s, not a regular file; use a readable file in PEM form`},
		{[]string{"WXAPP_WEB_CONFIG_FILE=key.yaml"}, `WXAPP_WEB_CONFIG_FILE: "key.yaml": key_file: "thing" is %s, not a regular file; use a readable file in PEM form`},
		{[]string{"WXAPP_WEB_CONFIG_FILE=client.yaml"}, `WXAPP_WEB_CONFIG_FILE: "client.yaml": client_ca_file: "thing" is %s, not a regular file; use a readable file in PEM form`},
		{[]string{"OTEL_EXPORTER_OTLP_CERTIFICATE=thing"}, `OTEL_EXPORTER_OTLP_CERTIFICATE: "thing" is %s, not a regular file; use a readable file of certificates in PEM form`},
		{
			[]string{"OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE=thing", "OTEL_EXPORTER_OTLP_CLIENT_KEY=" + key},
			`OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: "thing" is %s, not a regular file; use a readable certificate in PEM form`,
		},
		{
			[]string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=" + certificate, "OTEL_EXPORTER_OTLP_CLIENT_KEY=thing"},
			`OTEL_EXPORTER_OTLP_CLIENT_KEY: "thing" is %s, not a regular file; use a readable key in PEM form`,
		},
	}
	for kind, create := range map[string]func() error{
		"a folder":     func() error { return os.Mkdir("thing", 0o700) },
		"a named pipe": func() error { return exec.CommandContext(t.Context(), "mkfifo", "thing").Run() },
		"a device":     func() error { return os.Symlink(os.DevNull, "thing") },
	} {
		if err := create(); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			variables := map[string]string{}
			for _, variable := range test.environment {
				name, value, _ := strings.Cut(variable, "=")
				variables[name] = value
			}
			switch variable := test.environment[0]; {
			case strings.HasPrefix(variable, "OTEL_"):
				variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "https://localhost"
				variables = withAccount(variables)
			case strings.HasPrefix(variable, "WXAPP_WEB"):
				variables = withAccount(variables)
			}
			want := fmt.Sprintf(test.want, kind)
			if _, _, err := read(environmentOf(variables)); err == nil || err.Error() != want {
				t.Errorf("%v:\n got %v\nwant %s", test.environment, err, want)
			}
		}
		if err := os.Remove("thing"); err != nil {
			t.Fatal(err)
		}
	}
}

// Kubernetes mounts secrets as links to files in a linked folder.
func TestLinkedFiles(t *testing.T) {
	writeFiles(t, map[string]string{"apps": "apps: [{appid: wx0123456789abcdef, secret_file: link}]\n"})
	if err := os.Mkdir("..2025", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("..2025/secret", []byte(testSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"..data": "..2025", "link": "..data/secret", "apps.yaml": "apps"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	c, warnings, err := read(environmentOf(map[string]string{"WXAPP_APPS_FILE": "apps.yaml"}))
	if err != nil || len(warnings) > 0 || len(c.Apps) != 1 || c.Apps[0].Tokens.WatchedFile() != "link" {
		t.Errorf("apps %v, warnings %q, error %v", c.Apps, warnings, err)
	}
}

// A token file may come later or be unreadable for a while.
func TestUnreadableTokenFile(t *testing.T) {
	writeFiles(t, map[string]string{"token": strings.Repeat("x", wechat.MaxTokenFile+1)})
	_, warnings, err := read(environmentOf(map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_TOKEN_FILE": "token"}))
	want := []string{`WXAPP_TOKEN_FILE: "token" is larger than 65536 bytes; there is no data for this app until it can be read`}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, error %v, want %q", warnings, err, want)
	}
}

// Files with secrets that every user can read are worth a warning.
func TestFilesThatOthersCanRead(t *testing.T) {
	const others = " can be read by every user of this machine; run chmod 600 on it"
	writeFiles(t, map[string]string{
		"secret":      testSecret,
		"inline.yaml": "apps: [{appid: wx0123456789abcdef, secret: " + testSecret + "}]\n",
		"url.yaml":    "apps: [{appid: wx0123456789abcdef, token_url: https://tokens.example.com/hush}]\n",
		"files.yaml":  "apps: [{appid: wx0123456789abcdef, secret_file: secret}]\n",
	})
	tests := []struct {
		variables map[string]string
		open      string
		want      []string
	}{
		{map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_SECRET_FILE": "secret"}, "secret", []string{`WXAPP_SECRET_FILE: "secret"` + others}},
		{map[string]string{"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_TOKEN_FILE": "secret"}, "secret", []string{`WXAPP_TOKEN_FILE: "secret"` + others}},
		{map[string]string{"WXAPP_APPS_FILE": "files.yaml"}, "secret", []string{`WXAPP_APPS_FILE: files.yaml:1: secret_file: "secret"` + others}},
		{map[string]string{"WXAPP_APPS_FILE": "files.yaml"}, "files.yaml", nil}, // holds no secret
		{map[string]string{"WXAPP_APPS_FILE": "inline.yaml"}, "inline.yaml", []string{"WXAPP_APPS_FILE: inline.yaml: holds secrets and" + others}},
		{map[string]string{"WXAPP_APPS_FILE": "url.yaml"}, "url.yaml", []string{"WXAPP_APPS_FILE: url.yaml: holds secrets and" + others}},
	}
	for _, test := range tests {
		for mode, want := range map[os.FileMode][]string{0o644: test.want, 0o604: test.want, 0o640: nil, 0o600: nil} {
			if err := os.Chmod(test.open, mode); err != nil {
				t.Fatal(err)
			}
			if _, warnings, err := read(environmentOf(test.variables)); err != nil || !slices.Equal(warnings, want) {
				t.Errorf("%v with %s %o:\n got %q, error %v\nwant %q", test.variables, test.open, mode, warnings, err, want)
			}
		}
		if err := os.Chmod(test.open, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadSecretFile(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct{ content, want, wrong string }{
		{content: "hush", want: "hush"},
		{content: "\ufeff hush\r\n\n", want: "hush"},
		{content: "hush-" + testSecret + "/+=", want: "hush-" + testSecret + "/+="},
		{content: `"hush"`, wrong: `"secret" holds the secret in quotation marks; remove them`},
		{content: "'" + testSecret + "'\n", wrong: `"secret" holds the secret in quotation marks; remove them`},
		{content: `"`, want: `"`},
		{content: "", wrong: `"secret" is empty; write the secret into it`},
		{content: " \r\n\t", wrong: `"secret" is empty; write the secret into it`},
		{content: "hush\nhush", wrong: `"secret" contains more than one word of printable ASCII; write only the secret into it`},
		{content: "h\x00u\x00s\x00h\x00", wrong: `"secret" contains more than one word of printable ASCII; write only the secret into it`},
		{content: strings.Repeat("hush", 2000), wrong: `"secret" is larger than 4096 bytes; use a readable file that holds the secret`},
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
