package config

import (
	"net/url"
	"path"
	"strings"
)

// parseExternalURL takes the URL under which a proxy serves the exporter, as browsers write it:
// without the usual port, and without a slash at its end. It is nil if there is none.
func parseExternalURL(p position, text, telemetryPath string) *url.URL {
	const example = "https://example.com/wxapp"
	if text == "" {
		return nil
	}
	parsed, ok := parseHTTPURL(p, text, example)
	if !ok {
		return nil
	}
	parsed.Host = strings.ToLower(strings.TrimSuffix(parsed.Host, map[string]string{"http": ":80", "https": ":443"}[parsed.Scheme]))
	parsed.Path = strings.TrimRight(parsed.Path, "/")
	switch own := parsed.Path; {
	case parsed.User != nil:
		p.errorf("must not contain a user or password; use a URL like %s", example)
	case strings.ContainsAny(text, "?#"):
		p.errorf("must not contain a query or fragment; use a URL like %s", example)
	case own != "" && (!pathCharacters.MatchString(own) || path.Clean(own) != own):
		p.errorf("has a path that is not plain (letters, digits and . _ ~ - between single slashes); use a URL like %s", example)
	case own == telemetryPath || strings.HasPrefix(telemetryPath, own+"/") && own != "":
		p.errorf("has a path with which WXAPP_TELEMETRY_PATH begins; leave it out there, because it is put in front of every path")
	case isOwnPath(own):
		p.errorf("has a path that the exporter itself uses; use a URL like %s", example)
	}
	return parsed
}

// ExternalPath returns the path of the external URL, or an empty one.
func (c Config) ExternalPath() string {
	if c.ExternalURL == nil {
		return ""
	}
	return c.ExternalURL.Path
}

// isOwnPath reports whether a path begins like one of those that the exporter always has.
func isOwnPath(external string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(external, "/"), "/")
	return first == "-" || first == "app" || first == "gazetteer" || first == "sd"
}
