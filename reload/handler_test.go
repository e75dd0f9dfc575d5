package reload_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Pages of other sites cannot reload, and nobody can more than once a second.
func TestWhoMayReloadAndWhen(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "apps.yaml", list(first))
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		write(t, "apps.yaml", list(first, second))
		for name, headers := range map[string][]string{
			"another site":       {"Sec-Fetch-Site", "cross-site"},
			"another origin":     {"Origin", "https://example.com"},
			"another port":       {"Origin", "http://exporter:3000"},
			"another scheme":     {"Host", "127.0.0.1:10120", "Origin", "http://proxy.example.com"},
			"a name behind ours": {"Host", "127.0.0.1:10120", "Origin", "https://proxy.example.com.evil.example"},
			"an opaque origin":   {"Origin", "null"},
			"a site next door":   {"Sec-Fetch-Site", "same-site"},
			"site of an own one": {"Origin", "http://exporter:10120", "Sec-Fetch-Site", "cross-site"},
		} {
			if status, body := s.post(headers...); status != 403 || body != "A page of another site cannot reload the settings.\n" {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		s.expectShown("1")
		s.expectLogged()

		for name, headers := range map[string][]string{
			"DNS rebinding":                  {"Host", "evil.example", "Origin", "http://evil.example"},
			"DNS rebinding with a port":      {"Host", "evil.example:10120", "Origin", "http://evil.example:10120", "Sec-Fetch-Site", "same-origin"},
			"a typed address":                {"Host", "evil.example", "Sec-Fetch-Site", "none"},
			"a name that looks like ours":    {"Host", "localhost.evil.example", "Origin", "http://localhost.evil.example"},
			"a name that ends like another":  {"Host", "evil.proxy.example.com", "Sec-Fetch-Site", "same-origin"},
			"a name of Kubernetes, unlisted": {"Origin", "http://exporter:10120"},
			"no name":                        {"Host", "", "Sec-Fetch-Site", "same-origin"},
		} {
			if status, body := s.post(headers...); status != 403 || !strings.HasPrefix(body, "A browser can reload the settings at localhost and at its external URL only") {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		s.expectShown("1")
		s.expectLogged()

		for name, headers := range map[string][]string{
			"curl":                 nil,
			"curl by another name": {"Host", "exporter.monitoring.svc:10120"},
			"localhost":            {"Host", "localhost:10120", "Origin", "http://localhost:10120", "Sec-Fetch-Site", "same-origin"},
			"IPv4":                 {"Host", "127.0.0.1:10120", "Origin", "http://127.0.0.1:10120"},
			"IPv6":                 {"Host", "[::1]:10120", "Origin", "http://[::1]:10120"},
			"IPv6 without a port":  {"Host", "[::1]", "Origin", "http://[::1]"},
			"the name of a proxy":  {"Host", "Proxy.example.com", "Origin", "https://proxy.example.com", "Sec-Fetch-Site", "same-origin"},
			"a typed address":      {"Host", "localhost", "Sec-Fetch-Site", "none"},
			"a proxy by its own name, in front of another": {"Host", "exporter:10120", "Origin", "https://proxy.example.com", "Sec-Fetch-Site", "same-origin"},
			"a proxy in front of this machine":             {"Host", "127.0.0.1:10120", "Origin", "https://proxy.example.com"},
		} {
			if status, body := s.post(headers...); status != 200 {
				t.Errorf("%s: %d %s", name, status, body)
			}
			time.Sleep(999 * time.Millisecond)
			if status, body := s.post(headers...); status != 429 || body != "Another reload is running or has just ended; try again in a second.\n" {
				t.Errorf("%s, too early: %d %s", name, status, body)
			}
			time.Sleep(time.Millisecond)
		}
		s.expectShown("12")
	})
}
