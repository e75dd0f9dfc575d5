package main

import (
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// TestRules has every way to get a single value wrong, and the line that says so.
func TestRules(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"keys.yaml":     "basic_auth_user: {}\n",
		"password.yaml": "basic_auth_users: {ann: hush}\n",
		"type.yaml":     "tls_server_config: hushhush\nbasic_auth_users: hush\n",
		"cert.yaml":     "tls_server_config: {cert_file: absent.crt}\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ variable, value, want string }{
		{"WXAPP_TOKEN_ENDPOINT", "stable", `"stable" is unknown; set it to stable_token, token or none`},

		{"WXAPP_API_URL", "api.weixin.qq.com", `must begin with https:// or http://, as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "ftp://api.weixin.qq.com", `must begin with https:// or http://, as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https:///path", `has no host; write it as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://:443", `has no host; write it as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https:api.weixin.qq.com", `has no host; write it as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host:70000", `has a port that is not a number from 0 to 65535; write it as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://ann:hush%zz@host", `is not a URL; write it as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://ann:hush@host", `must not hold a user or password; give scheme and host only, as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/?access_token=hush", `must not hold a query or fragment; give scheme and host only, as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/?", `must not hold a query or fragment; give scheme and host only, as in https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/#hush", `must not hold a query or fragment; give scheme and host only, as in https://api.weixin.qq.com`},

		{"WXAPP_RANGES", "1d,2d", `"2d" is unknown; known are 1d, 7d and 30d`},
		{"WXAPP_RANGES", "1d,all", `"all" is unknown; known are 1d, 7d and 30d`},
		{"WXAPP_RANGES", "7d, 7d,7d", `7d stands in it twice; name it once`},
		{"WXAPP_RANGES", "1d,,7d", `has an empty item; write it as in 1d,7d`},
		{"WXAPP_RANGES", ",", "has an empty item; write it as in 1d,7d\nWXAPP_RANGES: has an empty item; write it as in 1d,7d"},
		{"WXAPP_RANGES", testSecret, `(not shown: it looks like a secret) is unknown; known are 1d, 7d and 30d`},
		{"WXAPP_DIMENSIONS", "devices,ages", "\"devices\" is unknown; known are age, city, device, gender, platform and province\nWXAPP_DIMENSIONS: \"ages\" is unknown; known are age, city, device, gender, platform and province"},
		{"WXAPP_DIMENSIONS", "city,city", `city stands in it twice; name it once`},

		{"WXAPP_TOP", "device", `"device" is not of the form dimension:N; write it as in city:100,device:20`},
		{"WXAPP_TOP", "device=20", `"device=20" is not of the form dimension:N; write it as in city:100,device:20`},
		{"WXAPP_TOP", "devices:20", `"devices" is unknown; dimensions are age, city, device, gender, platform and province`},
		{"WXAPP_TOP", "device:0", `"0" is not a limit of device; give a whole number of 1 or more`},
		{"WXAPP_TOP", "device:-1", `"-1" is not a limit of device; give a whole number of 1 or more`},
		{"WXAPP_TOP", "device:1.5", `"1.5" is not a limit of device; give a whole number of 1 or more`},
		{"WXAPP_TOP", "device:", `"" is not a limit of device; give a whole number of 1 or more`},
		{"WXAPP_TOP", "device:99999999999999999999", `"99999999999999999999" is not a limit of device; give a whole number of 1 or more`},
		{"WXAPP_TOP", "device:1,device:2", `device stands in it twice; name it once`},
		{"WXAPP_TOP", "device:1,", `"" is not of the form dimension:N; write it as in city:100,device:20`},

		{"WXAPP_POLL_INTERVAL", "30", `"30" is not a duration; write it as in 45s, 30m or 168h (days are written in hours)`},
		{"WXAPP_POLL_INTERVAL", "0s", `"0s" is not positive; write it as in 45s, 30m or 168h`},
		{"WXAPP_REQUEST_TIMEOUT", "-5s", `"-5s" is not positive; write it as in 45s, 30m or 168h`},
		{"WXAPP_MAX_AGE", "7d", `"7d" is not a duration; write it as in 45s, 30m or 168h (days are written in hours)`},
		{"WXAPP_MAX_AGE", "9999999999h", `"9999999999h" is not a duration; write it as in 45s, 30m or 168h (days are written in hours)`},
		{"WXAPP_PUBLISH_HOUR", "24", `"24" is not an hour; give a whole number from 0 to 23 (Asia/Shanghai)`},
		{"WXAPP_PUBLISH_HOUR", "-1", `"-1" is not an hour; give a whole number from 0 to 23 (Asia/Shanghai)`},
		{"WXAPP_PUBLISH_HOUR", "8h", `"8h" is not an hour; give a whole number from 0 to 23 (Asia/Shanghai)`},

		{"WXAPP_LISTEN_ADDRESS", "10120", `"10120" is not host:port; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "::1:10120", `"::1:10120" is not host:port; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", ":65536", `":65536" has no port from 0 to 65535; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", ":http", `":http" has no port from 0 to 65535; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "localhost:", `"localhost:" has no port from 0 to 65535; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "http://localhost:80", `"http://localhost:80" is not host:port; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "local host:80", `"local host:80" has no valid host; write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120`},

		{"WXAPP_TELEMETRY_PATH", "metrics", `"metrics" does not begin with a slash; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/", `"/" is the path of the status page; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/sd", `"/sd" is a path of the exporter itself; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/-/metrics", `"/-/metrics" is a path of the exporter itself; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/gazetteer/china-provinces.json", `"/gazetteer/china-provinces.json" is a path of the exporter itself; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/-", `"/-" is a path of the exporter itself; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/metrics?x=1", `"/metrics?x=1" holds a query or fragment; write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/{metrics}", `"/{metrics}" is not a plain path (letters, digits and . _ ~ - between single slashes); write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/a/../-/healthy", `"/a/../-/healthy" is not a plain path (letters, digits and . _ ~ - between single slashes); write it as in /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/metrics/", `"/metrics/" is not a plain path (letters, digits and . _ ~ - between single slashes); write it as in /metrics`},

		{"WXAPP_WEB_CONFIG_FILE", "absent.yaml", `"absent.yaml": no such file or directory; write it as the exporter toolkit's web configuration says`},
		{"WXAPP_WEB_CONFIG_FILE", "keys.yaml", `"keys.yaml": yaml: unmarshal errors: line 1: field basic_auth_user not found in type web.Config; write it as the exporter toolkit's web configuration says`},
		{"WXAPP_WEB_CONFIG_FILE", "password.yaml", `"password.yaml": a password of basic_auth_users is not a bcrypt hash; write it as the exporter toolkit's web configuration says`},
		{"WXAPP_WEB_CONFIG_FILE", "type.yaml", `"type.yaml": yaml: unmarshal errors: line 1: cannot unmarshal !!str a value into web.TLSConfig line 2: cannot unmarshal !!str a value into map[string]config.Secret; write it as the exporter toolkit's web configuration says`},
		{"WXAPP_WEB_CONFIG_FILE", "cert.yaml", `"cert.yaml": missing one of key or key_file; write it as the exporter toolkit's web configuration says`},

		{"WXAPP_LOCATION_INFO", "yes", `"yes" is unknown; set it to true or false`},
		{"WXAPP_LOG_LEVEL", "verbose", `"verbose" is unknown; set it to debug, info, warn or error`},
		{"WXAPP_LOG_FORMAT", "xml", `"xml" is unknown; set it to logfmt or json`},
	}
	for _, test := range tests {
		setEnvironment(t, withAccount(map[string]string{test.variable: test.value}))
		_, warnings, err := readConfig()
		if err == nil {
			t.Errorf("%s=%s was taken", test.variable, test.value)
			continue
		}
		if len(warnings) > 0 {
			t.Errorf("%s=%s: warnings beside the mistake: %q", test.variable, test.value, warnings)
		}
		checkHushed(t, test.variable, err.Error())
		checkEqual(t, test.variable+"="+test.value, err.Error(), test.variable+": "+test.want)
	}
}

// TestAcceptedValues has the values at the edges of what is right.
func TestAcceptedValues(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("web.yaml", []byte("http_server_config: {http2: false}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		variable, value string
		set             func(*config)
	}{
		{"WXAPP_TOKEN_ENDPOINT", "token", func(c *config) { c.tokenEndpoint = "token" }},
		{"WXAPP_API_URL", "https://sh.api.weixin.qq.com/", func(c *config) { c.apiURL = "https://sh.api.weixin.qq.com" }},
		{"WXAPP_API_URL", "http://127.0.0.1:8080/base", func(c *config) { c.apiURL = "http://127.0.0.1:8080/base" }},
		{"WXAPP_API_URL", "http://[::1]:1", func(c *config) { c.apiURL = "http://[::1]:1" }},
		{"WXAPP_API_URL", "http://localhost", func(c *config) { c.apiURL = "http://localhost" }},
		{"WXAPP_RANGES", "30d , 1d", func(c *config) { c.ranges = []wechat.Range{1, 30} }},
		{"WXAPP_RANGES", "all", func(*config) {}},
		{"WXAPP_DIMENSIONS", "province,age", func(c *config) { c.dimensions = []wechat.Dimension{"age", "province"} }},
		{"WXAPP_TOP", "device:20, city : 100", func(c *config) { c.top = map[wechat.Dimension]int{"device": 20, "city": 100} }},
		{"WXAPP_TOP", "age:1", func(c *config) { c.top = map[wechat.Dimension]int{"age": 1} }},
		{"WXAPP_POLL_INTERVAL", "1m", func(c *config) { c.pollInterval = time.Minute }},
		{"WXAPP_PUBLISH_HOUR", "0", func(c *config) { c.publishHour = 0 }},
		{"WXAPP_PUBLISH_HOUR", "23", func(c *config) { c.publishHour = 23 }},
		{"WXAPP_REQUEST_TIMEOUT", "1ns", func(c *config) { c.requestTimeout = 1 }},
		{"WXAPP_MAX_AGE", "1h30m", func(c *config) { c.maxAge = 90 * time.Minute }},
		{"WXAPP_ARCHIVE", "/data", func(c *config) { c.archive = "/data" }},
		{"WXAPP_LISTEN_ADDRESS", "[::1]:0", func(c *config) { c.listenAddress = "[::1]:0" }},
		{"WXAPP_LISTEN_ADDRESS", "my_host.local:65535", func(c *config) { c.listenAddress = "my_host.local:65535" }},
		{"WXAPP_TELEMETRY_PATH", "/wx/metrics", func(c *config) { c.telemetryPath = "/wx/metrics" }},
		{"WXAPP_WEB_CONFIG_FILE", "web.yaml", func(c *config) { c.webConfigFile = "web.yaml" }},
		{"WXAPP_LOCATION_INFO", "false", func(c *config) { c.locationInfo = false }},
		{"WXAPP_LOG_LEVEL", "debug", func(c *config) { c.logLevel = slog.LevelDebug }},
		{"WXAPP_LOG_LEVEL", "error", func(c *config) { c.logLevel = slog.LevelError }},
		{"WXAPP_LOG_FORMAT", "json", func(c *config) { c.logFormat = "json" }},
	}
	for _, test := range tests {
		setEnvironment(t, withAccount(nil))
		want, _, err := readConfig()
		if err != nil {
			t.Fatal(err)
		}
		test.set(&want)
		t.Setenv(test.variable, test.value)
		got, warnings, err := readConfig()
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s=%s: error %v, warnings %q", test.variable, test.value, err, warnings)
			continue
		}
		checkEqual(t, test.variable+"="+test.value, got, want)
	}
}

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

// FuzzLists holds that no text makes the parsers of lists panic, and that they
// report a mistake or return what can be written again.
func FuzzLists(f *testing.F) {
	for _, text := range []string{"", "all", "1d,7d", "device:20,city:100", " device : 1 ,", ":", "\xff:\xff", "city:1,city:2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var found findings
		ranges := parseList(found.at("ranges"), text, wechat.Ranges())
		if len(found.mistakes) == 0 && (len(ranges) == 0 || len(ranges) > 3) {
			t.Errorf("%q became %v", text, ranges)
		}
		found = findings{}
		top := parseTop(found.at("top"), text)
		for dimension, limit := range top {
			if len(found.mistakes) == 0 && (limit < 1 || !strings.Contains(text, string(dimension))) {
				t.Errorf("%q became %v", text, top)
			}
		}
		for _, mistake := range found.mistakes {
			if strings.Contains(mistake.Error(), "\n") {
				t.Errorf("the mistake has several lines: %q", mistake)
			}
		}
	})
}
