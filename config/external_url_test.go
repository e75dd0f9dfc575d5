package config

import "testing"

// The URL has the form of an origin in a browser, followed by a path without a slash at its end.
func TestExternalURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/wxapp/":           "https://example.com/wxapp",
		"https://Example.com:443":              "https://example.com",
		"http://example.com:80/":               "http://example.com",
		"http://example.com:443/a/b-c":         "http://example.com:443/a/b-c",
		"https://[2001:DB8::1]:8443/wxapp_1~.": "https://[2001:db8::1]:8443/wxapp_1~.",
	} {
		c, _, err := read(environmentOf(withAccount(map[string]string{"WXAPP_EXTERNAL_URL": text})))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c.ExternalURL.String(); got != want || c.ExternalPath() != c.ExternalURL.Path {
			t.Errorf("%s is read as %s with the path %q, want %s", text, got, c.ExternalPath(), want)
		}
	}
	if (Config{}).ExternalPath() != "" {
		t.Error("there is a path without a URL")
	}
}
