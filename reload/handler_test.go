package reload_test

import (
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
			"curl":            nil,
			"the own origin":  {"Origin", "http://exporter:10120"},
			"the own site":    {"Origin", "https://proxy.example.com", "Sec-Fetch-Site", "same-origin"},
			"a typed address": {"Sec-Fetch-Site", "none"},
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
