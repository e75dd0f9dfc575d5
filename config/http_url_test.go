package config

import (
	"os"
	"slices"
	"testing"
)

// Secrets and tokens cross the internet in plain text only if the owner allowed it.
func TestPlainHTTP(t *testing.T) {
	const (
		refusal = ": http would send secrets and tokens unencrypted to a public host; use https, or set WXAPP_ALLOW_HTTP=true to allow it"
		warning = ": http sends secrets and tokens unencrypted; use https if you can"
	)
	outcomes := map[string][]string{
		"public": {
			"http://api.weixin.qq.com", "http://tokens.example.com/wx1", "http://8.8.8.8", "http://[2001:db8::1]/",
			"http://172.32.0.1", "http://192.169.0.1", "http://169.254.169.254", "http://134744072", "http://svc.example.com",
			"http://10.0.0.1.example.com", "HTTP://EXAMPLE.COM", "http://notlocal.svc.example", "http://example.com.",
		},
		"private": {
			"http://10.1.2.3:8080/token", "http://172.16.0.1", "http://172.31.255.255", "http://192.168.1.1", "http://[fd00::1]:80/",
			"http://tokens", "http://tokens:8080/wx1", "http://tokens.default.svc", "http://tokens.default.svc.cluster.local",
			"http://Tokens.LOCAL", "http://tokens.local.", "http://[::ffff:10.0.0.1]",
		},
		"silent": {
			"http://127.0.0.1:1", "http://127.8.8.8", "http://localhost:8080/token", "http://LOCALHOST", "http://[::1]:80",
			"https://tokens.example.com", "https://8.8.8.8",
		},
	}
	t.Chdir(t.TempDir())
	for kind, addresses := range outcomes {
		for _, address := range addresses {
			if err := os.WriteFile("apps.yaml", []byte("apps: [{appid: wx0123456789abcdef, token_url: '"+address+"'}]\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for position, variables := range map[string]map[string]string{
				"WXAPP_API_URL":   withAccount(map[string]string{"WXAPP_API_URL": address}),
				"WXAPP_TOKEN_URL": {"WXAPP_APPID": "wx0123456789abcdef", "WXAPP_TOKEN_URL": address},
				"WXAPP_APPS_FILE: apps.yaml:1: token_url": {"WXAPP_APPS_FILE": "apps.yaml"},
			} {
				for _, allowed := range []string{"", "false", "true"} {
					variables["WXAPP_ALLOW_HTTP"] = allowed
					_, warnings, err := read(environmentOf(variables))
					var wantErr string
					var wantWarnings []string
					switch {
					case kind == "public" && allowed != "true":
						wantErr = position + refusal
					case kind != "silent":
						wantWarnings = []string{position + warning}
					}
					got := ""
					if err != nil {
						got = err.Error()
					}
					if got != wantErr || !slices.Equal(warnings, wantWarnings) {
						t.Errorf("%s=%s, WXAPP_ALLOW_HTTP=%s:\n got %q, warnings %q\nwant %q, warnings %q",
							position, address, allowed, got, warnings, wantErr, wantWarnings)
					}
				}
			}
		}
	}
}

// Cloud hosting is plain http, and no token or secret is sent.
func TestPlainHTTPWithoutToken(t *testing.T) {
	t.Parallel()
	e := environmentOf(map[string]string{
		"WXAPP_APPID":          "wx0123456789abcdef",
		"WXAPP_TOKEN_ENDPOINT": "none",
		"WXAPP_API_URL":        "http://api.weixin.qq.com",
	})
	if _, warnings, err := read(e); err != nil || len(warnings) > 0 {
		t.Errorf("warnings %q, error %v", warnings, err)
	}
}
