package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// parseChoice takes one of a few words.
func parseChoice(p place, text string, words ...string) string {
	if !slices.Contains(words, text) {
		p.mistake("%s is unknown; set it to %s", shown(text), or(words))
	}
	return text
}

// parseList takes a comma list of some of the known values, or the word all. The
// result is in the order of the known ones.
func parseList[T comparable](p place, text string, known []T) []T {
	if text == "all" {
		return known
	}
	names := make([]string, len(known))
	for i, value := range known {
		names[i] = fmt.Sprint(value)
	}
	count := map[string]int{}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		count[item]++
		switch {
		case item == "":
			p.mistake("has an empty item; write it as in %s", strings.Join(names[:2], ","))
		case !slices.Contains(names, item):
			p.mistake("%s is unknown; known are %s", shown(item), and(names))
		case count[item] == 2:
			p.mistake("%s stands in it twice; name it once", item)
		}
	}
	return slices.DeleteFunc(slices.Clone(known), func(value T) bool { return count[fmt.Sprint(value)] == 0 })
}

// parseTop takes the limits of the dimensions, as in city:100,device:20. The empty
// text is no limit.
func parseTop(p place, text string) map[wechat.Dimension]int {
	top := map[wechat.Dimension]int{}
	if text == "" {
		return top
	}
	for item := range strings.SplitSeq(text, ",") {
		name, number, ok := strings.Cut(item, ":")
		dimension := wechat.Dimension(strings.TrimSpace(name))
		number = strings.TrimSpace(number)
		limit, err := strconv.Atoi(number)
		_, twice := top[dimension]
		switch {
		case !ok:
			p.mistake("%s is not of the form dimension:N; write it as in city:100,device:20", shown(strings.TrimSpace(item)))
		case !slices.Contains(wechat.Dimensions(), dimension):
			p.mistake("%s is unknown; dimensions are %s", shown(string(dimension)), and(wechat.Dimensions()))
		case twice:
			p.mistake("%s stands in it twice; name it once", dimension)
		case err != nil || limit < 1:
			p.mistake("%s is not a limit of %s; give a whole number of 1 or more", shown(number), dimension)
		}
		top[dimension] = limit
	}
	return top
}

// parseDuration takes a positive duration in Go's syntax.
func parseDuration(p place, text string) time.Duration {
	duration, err := time.ParseDuration(text)
	switch {
	case err != nil:
		p.mistake("%s is not a duration; write it as in 45s, 30m or 168h (days are written in hours)", shown(text))
	case duration <= 0:
		p.mistake("%s is not positive; write it as in 45s, 30m or 168h", shown(text))
	}
	return duration
}

func parsePollInterval(p place, text string) time.Duration {
	interval := parseDuration(p, text)
	if interval > 0 && interval < time.Minute {
		p.warning("%s is very short and may use up the API quota; 30m is plenty, since WeChat publishes once a day", text)
	}
	return interval
}

func parseHour(p place, text string) int {
	hour, err := strconv.Atoi(text)
	if err != nil || hour < 0 || hour > 23 {
		p.mistake("%s is not an hour; give a whole number from 0 to 23 (Asia/Shanghai)", shown(text))
	}
	return hour
}

// parseAPIURL takes the base of all API calls. Its value is never shown, because
// it may hold a password or a token by mistake.
func parseAPIURL(p place, address wechat.Secret, tokenEndpoint string) string {
	const example = "https://api.weixin.qq.com"
	text := address.Reveal()
	parsed, ok := parseHTTPURL(p, text, example)
	if !ok {
		return ""
	}
	if parsed.User != nil {
		p.mistake("must not hold a user or password; give scheme and host only, as in %s", example)
	}
	if strings.ContainsAny(text, "?#") {
		p.mistake("must not hold a query or fragment; give scheme and host only, as in %s", example)
	}
	if parsed.Scheme == "http" && tokenEndpoint != "none" && !isLoopback(parsed.Hostname()) {
		p.warning("http sends secrets and tokens readable through the network; use https")
	}
	return strings.TrimRight(text, "/")
}

// parseHTTPURL takes an absolute URL of http or https, whose value is not shown.
func parseHTTPURL(p place, text, example string) (*url.URL, bool) {
	parsed, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse quotes the URL.
		p.mistake("is not a URL; write it as in %s", example)
		return nil, false
	}
	if parsed.Scheme != "https" && parsed.Scheme != "http" {
		p.mistake("must begin with https:// or http://, as in %s", example)
		return nil, false
	}
	if parsed.Hostname() == "" {
		p.mistake("has no host; write it as in %s", example)
		return nil, false
	}
	if parsed.Port() != "" && !isPort(parsed.Port()) {
		p.mistake("has a port that is not a number from 0 to 65535; write it as in %s", example)
		return nil, false
	}
	return parsed, true
}

// hostName is wider than the rules for host names, as names in container networks
// often are.
var hostName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func parseListenAddress(p place, text string) string {
	const remedy = "write host:port, as in :10120, 127.0.0.1:10120 or [::1]:10120"
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		p.mistake("%s is not host:port; %s", shown(text), remedy)
		return text
	}
	if !isPort(port) {
		p.mistake("%s has no port from 0 to 65535; %s", shown(text), remedy)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && !hostName.MatchString(host) {
		p.mistake("%s has no valid host; %s", shown(text), remedy)
	}
	return text
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// pathCharacters are those that need no escape in a URL and mean nothing to
// http.ServeMux.
var pathCharacters = regexp.MustCompile(`^[A-Za-z0-9._~/-]*$`)

func parseTelemetryPath(p place, text string) string {
	const remedy = "write it as in /metrics"
	switch {
	case !strings.HasPrefix(text, "/"):
		p.mistake("%s does not begin with a slash; %s", shown(text), remedy)
	case text == "/":
		p.mistake("%q is the path of the status page; %s", text, remedy)
	case text == "/sd" || text == "/-" || strings.HasPrefix(text, "/-/") || strings.HasPrefix(text, "/gazetteer/"):
		p.mistake("%s is a path of the exporter itself; %s", shown(text), remedy)
	case strings.ContainsAny(text, "?#"):
		p.mistake("%s holds a query or fragment; %s", shown(text), remedy)
	case !pathCharacters.MatchString(text) || path.Clean(text) != text:
		p.mistake("%s is not a plain path (letters, digits and . _ ~ - between single slashes); %s", shown(text), remedy)
	}
	return text
}

var (
	lineBreak  = regexp.MustCompile(`\s*\n\s*`)
	quotedText = regexp.MustCompile("`[^`]*`|'[^']{2,}'")
)

func parseWebConfigFile(p place, file string) string {
	err := web.Validate(file)
	if err == nil {
		return file
	}
	text := reason(err)
	if strings.HasPrefix(text, "crypto/bcrypt:") {
		// bcrypt's own words may hold the first letter of a password.
		text = "a password of basic_auth_users is not a bcrypt hash"
	}
	// The YAML library spreads its message over lines and quotes values.
	text = lineBreak.ReplaceAllString(text, " ")
	text = quotedText.ReplaceAllString(text, "a value")
	p.mistake("%s: %s; write it as the exporter toolkit's web configuration says", shown(file), text)
	return file
}

func parseLogLevel(p place, text string) slog.Level {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug,
		"info":  slog.LevelInfo,
		"warn":  slog.LevelWarn,
		"error": slog.LevelError,
	}
	return levels[parseChoice(p, text, "debug", "info", "warn", "error")]
}

// likelySecret matches what holds an app secret (32 hex digits) or an access token
// (much longer), wherever it was put by mistake.
var likelySecret = regexp.MustCompile(`[0-9A-Fa-f]{32}|[A-Za-z0-9_-]{64}`)

// shown quotes a value for a message, unless it may hold a secret.
func shown(value string) string {
	const most = 100
	switch {
	case likelySecret.MatchString(value):
		return "(not shown: it looks like a secret)"
	case len(value) > most:
		return strconv.Quote(value[:most]) + "…"
	}
	return strconv.Quote(value)
}

// reason returns what went wrong with a file, without the path.
func reason(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err.Error()
	}
	return err.Error()
}

func and[T ~string](words []T) string { return enumerate(words, "and") }
func or[T ~string](words []T) string  { return enumerate(words, "or") }

// enumerate writes words as in "a, b and c".
func enumerate[T ~string](words []T, conjunction string) string {
	var text strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text.WriteString(" " + conjunction + " ")
		default:
			text.WriteString(", ")
		}
		text.WriteString(string(word))
	}
	return text.String()
}
