package config

import (
	"log/slog"
	"os"
	"slices"
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

		{"WXAPP_API_URL", "api.weixin.qq.com", `must begin with https:// or http://, for example https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "ftp://api.weixin.qq.com", `must begin with https:// or http://, for example https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https:///path", `has no host; use a URL like https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://:443", `has no host; use a URL like https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https:api.weixin.qq.com", `has no host; use a URL like https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host:70000", `has a port that is not a number from 0 to 65535; use a URL like https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://ann:hush%zz@host", `is not a URL; use one like https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://ann:hush@host", `must not contain a user or password; use scheme and host only, for example https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/?access_token=hush", `must not contain a query or fragment; use scheme and host only, for example https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/?", `must not contain a query or fragment; use scheme and host only, for example https://api.weixin.qq.com`},
		{"WXAPP_API_URL", "https://host/#hush", `must not contain a query or fragment; use scheme and host only, for example https://api.weixin.qq.com`},

		{"WXAPP_RANGES", "1d,2d", `"2d" is unknown; use 1d, 7d, 30d or all`},
		{"WXAPP_RANGES", "all,all", `all is listed twice; list it once`},
		{"WXAPP_RANGES", "7d, 7d,7d", `7d is listed twice; list it once`},
		{"WXAPP_RANGES", "1d,,7d", `has an empty item; use a list like 1d,7d`},
		{"WXAPP_RANGES", ",", "has an empty item; use a list like 1d,7d\nWXAPP_RANGES: has an empty item; use a list like 1d,7d"},
		{"WXAPP_RANGES", testSecret, `(not shown: it looks like a secret) is unknown; use 1d, 7d, 30d or all`},
		{"WXAPP_DIMENSIONS", "devices,ages", "\"devices\" is unknown; use age, city, device, gender, platform, province or all\nWXAPP_DIMENSIONS: \"ages\" is unknown; use age, city, device, gender, platform, province or all"},
		{"WXAPP_DIMENSIONS", "city,city", `city is listed twice; list it once`},

		{"WXAPP_TOP", "device", `"device" is not of the form dimension:N; use a list like city:100,device:20`},
		{"WXAPP_TOP", "device=20", `"device=20" is not of the form dimension:N; use a list like city:100,device:20`},
		{"WXAPP_TOP", "devices:20", `"devices" is unknown; limits are for age, city, device, gender, platform, province and page`},
		{"WXAPP_TOP", "device:none", `"none" is not a limit for device; use a whole number, or 0 for no limit`},
		{"WXAPP_TOP", "device:-1", `"-1" is not a limit for device; use a whole number, or 0 for no limit`},
		{"WXAPP_TOP", "device:1.5", `"1.5" is not a limit for device; use a whole number, or 0 for no limit`},
		{"WXAPP_TOP", "device:", `"" is not a limit for device; use a whole number, or 0 for no limit`},
		{"WXAPP_TOP", "device:99999999999999999999", `"99999999999999999999" is not a limit for device; use a whole number, or 0 for no limit`},
		{"WXAPP_TOP", "device:1,device:2", `device is listed twice; list it once`},
		{"WXAPP_TOP", "device:1,", `"" is not of the form dimension:N; use a list like city:100,device:20`},

		{"WXAPP_POLL_INTERVAL", "30", `"30" is not a duration; use a value like 45s, 30m or 168h (there is no unit for days)`},
		{"WXAPP_POLL_INTERVAL", "0s", `"0s" is not positive; use a value like 45s, 30m or 168h`},
		{"WXAPP_REQUEST_TIMEOUT", "-5s", `"-5s" is not positive; use a value like 45s, 30m or 168h`},
		{"WXAPP_MAX_AGE", "7d", `"7d" is not a duration; use a value like 45s, 30m or 168h (there is no unit for days)`},
		{"WXAPP_MAX_AGE", "9999999999h", `"9999999999h" is not a duration; use a value like 45s, 30m or 168h (there is no unit for days)`},
		{"WXAPP_STOP_TIMEOUT", "8", `"8" is not a duration; use a value like 45s, 30m or 168h (there is no unit for days)`},
		{"WXAPP_STOP_TIMEOUT", "0s", `"0s" is not positive; use a value like 45s, 30m or 168h`},
		{"WXAPP_STOP_TIMEOUT", "999ms", `999ms is too short to stop cleanly; use a value from 1s to 10m, less than what the service manager waits before it kills`},
		{"WXAPP_STOP_TIMEOUT", "10m1s", `10m1s is too long; use a value from 1s to 10m, less than what the service manager waits before it kills`},
		{"WXAPP_REPLICAS", "0", `"0" is not a number of processes; use a whole number from 1 to 100, 1 for a single exporter`},
		{"WXAPP_REPLICAS", "two", `"two" is not a number of processes; use a whole number from 1 to 100, 1 for a single exporter`},
		{"WXAPP_PUBLISH_HOUR", "18", `"18" is not valid; use a whole number from 0 to 17 (hour in Asia/Shanghai)`},
		{"WXAPP_PUBLISH_HOUR", "24", `"24" is not valid; use a whole number from 0 to 17 (hour in Asia/Shanghai)`},
		{"WXAPP_PUBLISH_HOUR", "-1", `"-1" is not valid; use a whole number from 0 to 17 (hour in Asia/Shanghai)`},
		{"WXAPP_PUBLISH_HOUR", "8h", `"8h" is not valid; use a whole number from 0 to 17 (hour in Asia/Shanghai)`},

		{"WXAPP_LISTEN_ADDRESS", "10120", `"10120" is not host:port; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "::1:10120", `"::1:10120" is not host:port; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", ":65536", `":65536" has no port from 0 to 65535; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", ":http", `":http" has no port from 0 to 65535; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "localhost:", `"localhost:" has no port from 0 to 65535; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "http://localhost:80", `"http://localhost:80" is not host:port; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", "local host:80", `"local host:80" has no valid host; use host:port, for example :10120, 127.0.0.1:10120 or [::1]:10120`},
		{"WXAPP_LISTEN_ADDRESS", ":10120,", `has an empty item; use a list like 127.0.0.1:10120,unix:/run/wxapp/exporter.sock`},
		{"WXAPP_LISTEN_ADDRESS", ":10120, :10120", `":10120" is listed twice; list it once`},
		{"WXAPP_LISTEN_ADDRESS", "unix:wxapp.sock", `"unix:wxapp.sock" has no absolute path; use a path like unix:/run/wxapp/exporter.sock`},
		{"WXAPP_LISTEN_ADDRESS", "unix:/" + strings.Repeat("d/", 52), `"unix:/` + strings.Repeat("d/", 47) + `"… has a path longer than 103 bytes, too long for a unix socket; use a shorter one`},

		{"WXAPP_TELEMETRY_PATH", "metrics", `"metrics" does not begin with a slash; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/", `"/" is the path of the status page; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/sd", `"/sd" is used by the exporter itself; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/-/metrics", `"/-/metrics" is used by the exporter itself; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/gazetteer/china-provinces.json", `"/gazetteer/china-provinces.json" is used by the exporter itself; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/-", `"/-" is used by the exporter itself; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/metrics?x=1", `"/metrics?x=1" contains a query or fragment; use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/{metrics}", `"/{metrics}" is not a plain path (letters, digits and . _ ~ - between single slashes); use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/a/../-/healthy", `"/a/../-/healthy" is not a plain path (letters, digits and . _ ~ - between single slashes); use a path like /metrics`},
		{"WXAPP_TELEMETRY_PATH", "/metrics/", `"/metrics/" is not a plain path (letters, digits and . _ ~ - between single slashes); use a path like /metrics`},

		{"WXAPP_EXTERNAL_URL", "example.com/wxapp", "must begin with https:// or http://, for example https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://user:hush@example.com", "must not contain a user or password; use a URL like https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/wxapp?a=b", "must not contain a query or fragment; use a URL like https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/a//b", "has a path that is not plain (letters, digits and . _ ~ - between single slashes); use a URL like https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/../a", "has a path that is not plain (letters, digits and . _ ~ - between single slashes); use a URL like https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/metrics/", "has a path with which WXAPP_TELEMETRY_PATH begins; leave it out there, because it is put in front of every path"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/sd", "has a path that the exporter itself uses; use a URL like https://example.com/wxapp"},
		{"WXAPP_EXTERNAL_URL", "https://example.com/app/wx1", "has a path that the exporter itself uses; use a URL like https://example.com/wxapp"},

		{"WXAPP_WEB_CONFIG_FILE", "absent.yaml", `"absent.yaml" cannot be read (no such file or directory); use a readable YAML file`},
		{"WXAPP_WEB_CONFIG_FILE", "keys.yaml", `"keys.yaml": yaml: unmarshal errors: line 1: field basic_auth_user not found in type web.Config; see the web configuration of the Prometheus exporter toolkit`},
		{"WXAPP_WEB_CONFIG_FILE", "password.yaml", `"password.yaml": a password of basic_auth_users is not a bcrypt hash; see the web configuration of the Prometheus exporter toolkit`},
		{"WXAPP_WEB_CONFIG_FILE", "type.yaml", `"type.yaml": yaml: unmarshal errors: line 1: cannot unmarshal !!str a value into web.TLSConfig line 2: cannot unmarshal !!str a value into map[string]config.Secret; see the web configuration of the Prometheus exporter toolkit`},
		{"WXAPP_WEB_CONFIG_FILE", "cert.yaml", `"cert.yaml": missing one of key or key_file; see the web configuration of the Prometheus exporter toolkit`},

		{"WXAPP_LOCATION_INFO", "yes", `"yes" is unknown; set it to true or false`},
		{"WXAPP_LOG_LEVEL", "verbose", `"verbose" is unknown; set it to debug, info, warn or error`},
		{"WXAPP_LOG_FORMAT", "xml", `"xml" is unknown; set it to logfmt or json`},
	}
	for _, test := range tests {
		_, warnings, err := read(environmentOf(withAccount(map[string]string{test.variable: test.value})))
		if err == nil {
			t.Errorf("%s=%s was accepted", test.variable, test.value)
			continue
		}
		if len(warnings) > 0 {
			t.Errorf("%s=%s: warnings beside the error: %q", test.variable, test.value, warnings)
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
		set             func(*Config)
	}{
		{"WXAPP_TOKEN_ENDPOINT", "token", func(c *Config) { c.TokenEndpoint = PlainToken }},
		{"WXAPP_API_URL", "https://sh.api.weixin.qq.com/", func(c *Config) { c.APIURL = "https://sh.api.weixin.qq.com" }},
		{"WXAPP_API_URL", "http://127.0.0.1:8080/base", func(c *Config) { c.APIURL = "http://127.0.0.1:8080/base" }},
		{"WXAPP_API_URL", "http://[::1]:1", func(c *Config) { c.APIURL = "http://[::1]:1" }},
		{"WXAPP_API_URL", "http://localhost", func(c *Config) { c.APIURL = "http://localhost" }},
		{"WXAPP_RANGES", "30d , 1d", func(c *Config) { c.Datasets[0].Statistics = slices.Delete(c.Datasets[0].Statistics, 1, 2) }},
		{"WXAPP_RANGES", "all", func(*Config) {}},
		{"WXAPP_DIMENSIONS", "province,age", func(c *Config) { c.Dimensions = []wechat.Dimension{"age", "province"} }},
		{"WXAPP_TOP", "device:20, city : 100", func(c *Config) { c.Top = map[wechat.Dimension]int{"device": 20, "city": 100, "page": 20} }},
		{"WXAPP_TOP", "age:1", func(c *Config) { c.Top = map[wechat.Dimension]int{"age": 1, "device": 20, "page": 20} }},
		{"WXAPP_TOP", "device:5", func(c *Config) { c.Top = map[wechat.Dimension]int{"device": 5, "page": 20} }},
		{"WXAPP_TOP", "device:0", func(c *Config) { c.Top = map[wechat.Dimension]int{"page": 20} }},
		{"WXAPP_TOP", "page:0", func(c *Config) { c.Top = map[wechat.Dimension]int{"device": 20} }},
		{"WXAPP_TOP", "page:200", func(c *Config) { c.Top = map[wechat.Dimension]int{"device": 20, "page": 200} }},
		{"WXAPP_TOP", "city:0,age:7", func(c *Config) { c.Top = map[wechat.Dimension]int{"age": 7, "device": 20, "page": 20} }},
		{"WXAPP_POLL_INTERVAL", "1m", func(c *Config) { c.PollInterval = time.Minute }},
		{"WXAPP_PUBLISH_HOUR", "0", func(c *Config) { c.PublishHour = 0 }},
		{"WXAPP_PUBLISH_HOUR", "17", func(c *Config) { c.PublishHour = 17 }},
		{"WXAPP_REQUEST_TIMEOUT", "1ns", func(c *Config) { c.RequestTimeout = 1 }},
		{"WXAPP_MAX_AGE", "1h30m", func(c *Config) { c.MaxAge = 90 * time.Minute }},
		{"WXAPP_ARCHIVE", "/data", func(c *Config) { c.Archive.Folder = "/data" }},
		{"WXAPP_LISTEN_ADDRESS", "[::1]:0", func(c *Config) { c.ListenAddresses = []string{"[::1]:0"} }},
		{"WXAPP_LISTEN_ADDRESS", "my_host.local:65535", func(c *Config) { c.ListenAddresses = []string{"my_host.local:65535"} }},
		{"WXAPP_LISTEN_ADDRESS", "127.0.0.1:1, unix:/run/wxapp.sock", func(c *Config) { c.ListenAddresses = []string{"127.0.0.1:1", "unix:/run/wxapp.sock"} }},
		{"WXAPP_TELEMETRY_PATH", "/wx/metrics", func(c *Config) { c.TelemetryPath = "/wx/metrics" }},
		{"WXAPP_WEB_CONFIG_FILE", "web.yaml", func(c *Config) { c.WebConfigFile = "web.yaml" }},
		{"WXAPP_LOCATION_INFO", "false", func(c *Config) { c.LocationInfo = false }},
		{"WXAPP_LOG_LEVEL", "debug", func(c *Config) { c.LogLevel = slog.LevelDebug }},
		{"WXAPP_LOG_LEVEL", "error", func(c *Config) { c.LogLevel = slog.LevelError }},
		{"WXAPP_LOG_FORMAT", "json", func(c *Config) { c.LogFormat = "json" }},
	}
	for _, test := range tests {
		want, _, err := read(environmentOf(withAccount(nil)))
		if err != nil {
			t.Fatal(err)
		}
		test.set(&want)
		got, warnings, err := read(environmentOf(withAccount(map[string]string{test.variable: test.value})))
		if err != nil || len(warnings) > 0 {
			t.Errorf("%s=%s: error %v, warnings %q", test.variable, test.value, err, warnings)
			continue
		}
		checkEqual(t, test.variable+"="+test.value, got, want)
	}
}

// FuzzLists holds that no text makes the parsers of lists panic, and that they
// report an error or return what can be written again.
func FuzzLists(f *testing.F) {
	for _, text := range []string{"", "all", "1d,7d", "device:20,city:100", " device : 1 ,", ":", "\xff:\xff", "city:1,city:2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := &problems{}
		ranges := parseList(p.at("ranges"), text, wechat.PortraitRanges())
		if p.err() == nil && (len(ranges) == 0 || len(ranges) > 3) {
			t.Errorf("%q became %v", text, ranges)
		}
		p = &problems{}
		top := parseTop(p.at("top"), text, "device:20")
		for dimension, limit := range top {
			if p.err() == nil && (limit < 1 || dimension != "device" && !strings.Contains(text, string(dimension))) {
				t.Errorf("%q became %v", text, top)
			}
		}
		for _, err := range p.allErrors() {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %q", err)
			}
		}
	})
}

// Tests and demos use intervals that would use up the quota of an account.
func TestPollInterval(t *testing.T) {
	t.Parallel()
	const short = " is very short and may use up the API quota; 30m is enough, because WeChat publishes once a day"
	for value, warned := range map[string]bool{"1ns": true, "1s": true, "59.999s": true, "1m": false, "8760h": false} {
		c, warnings, err := read(environmentOf(withAccount(map[string]string{"WXAPP_POLL_INTERVAL": value})))
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if want, _ := time.ParseDuration(value); c.PollInterval != want {
			t.Errorf("%s became %v", value, c.PollInterval)
		}
		var want []string
		if warned {
			want = []string{"WXAPP_POLL_INTERVAL: " + value + short}
		}
		checkEqual(t, value, warnings, want)
	}
}
