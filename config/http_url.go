package config

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// parseHTTPURL takes an absolute URL of http or https. Its value is never shown, because
// it may contain a password or a token.
func parseHTTPURL(p position, text, example string) (*url.URL, bool) {
	if isQuoted(text) {
		p.errorf("%s", inQuotes)
		return nil, false
	}
	parsed, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse quotes the URL.
		p.errorf("is not a URL; use one like %s", example)
		return nil, false
	}
	if parsed.Scheme != "https" && parsed.Scheme != "http" {
		p.errorf("must begin with https:// or http://, for example %s", example)
		return nil, false
	}
	if parsed.Hostname() == "" {
		p.errorf("has no host; use a URL like %s", example)
		return nil, false
	}
	if strings.HasSuffix(parsed.Host, ":") {
		p.errorf("has a colon without a port after its host; write the port or remove the colon, as in %s", example)
		return nil, false
	}
	if parsed.Port() != "" && !isPort(parsed.Port()) {
		p.errorf("has a port that is not a number from 0 to 65535; use a URL like %s", example)
		return nil, false
	}
	return parsed, true
}

// parseAPIURL takes the base URL of all API calls.
func parseAPIURL(p position, address wechat.Secret, tokenEndpoint TokenEndpoint, allowHTTP bool) string {
	const example = "https://api.weixin.qq.com"
	text := address.Reveal()
	parsed, ok := parseHTTPURL(p, text, example)
	if !ok {
		return ""
	}
	if parsed.User != nil {
		p.errorf("must not contain a user or password; use scheme and host only, for example %s", example)
	}
	if strings.ContainsAny(text, "?#") {
		p.errorf("must not contain a query or fragment; use scheme and host only, for example %s", example)
	}
	if tokenEndpoint != NoToken {
		checkEncrypted(p, parsed, allowHTTP)
	}
	return strings.TrimRight(text, "/")
}

// checkEncrypted refuses to send secrets and tokens over the internet in plain text,
// unless the owner allowed it, and warns when they cross any network that way.
func checkEncrypted(p position, address *url.URL, allowHTTP bool) {
	switch {
	case address.Scheme != "http" || wechat.IsLoopback(address.Hostname()):
	case allowHTTP || isPrivate(address.Hostname()):
		p.warnf("http sends secrets and tokens unencrypted; use https if you can")
	default:
		p.errorf("http would send secrets and tokens unencrypted to a public host; use https, or set WXAPP_ALLOW_HTTP=true to allow it")
	}
}

// isPrivate reports whether a host is in a private network: an address of RFC 1918 or
// fc00::/7, a name of a Kubernetes Service (.svc, .svc.cluster.local), of the local network
// (.local), or a single word, such as a service of a compose file.
func isPrivate(host string) bool {
	host = plainHost(host)
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().IsPrivate()
	}
	if strings.Contains(host, ".") {
		return strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".local")
	}
	// Some resolvers take a number, as in 134744072, for an address.
	return host != "" && host[0] >= 'a' && host[0] <= 'z'
}

func plainHost(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }
