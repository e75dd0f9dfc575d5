package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// parseSpecifiedBool takes a boolean of OpenTelemetry's specification, to which all but
// true is false.
func parseSpecifiedBool(p place, text string) bool {
	if text != "" && !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
		p.warning("%s counts as false; set it to true or false", shown(text))
	}
	return strings.EqualFold(text, "true")
}

// parseEndpoint takes the URL of a receiver, "" being one on this machine. The value is
// not shown, since it may hold credentials by mistake.
func parseEndpoint(p place, text string, protocol otlp.Protocol) *url.URL {
	example := "http://127.0.0.1:4317"
	if protocol == otlp.HTTP {
		example = "http://127.0.0.1:4318"
	}
	if socket, ok := strings.CutPrefix(text, "unix:"); ok && protocol == otlp.GRPC {
		return parseSocket(p, socket)
	}
	endpoint, ok := parseHTTPURL(p, cmp.Or(text, example), example)
	if !ok {
		return nil
	}
	switch {
	case endpoint.User != nil:
		p.mistake("must not hold a user or password; put credentials into %sHEADERS", otlpPrefix)
	case endpoint.RawQuery != "" || endpoint.ForceQuery || endpoint.Fragment != "":
		p.mistake("must not hold a query or fragment, which would not be sent; write it as in %s", example)
	case protocol == otlp.GRPC:
		completeGRPC(p, endpoint)
	case protocol == otlp.HTTP:
		completeHTTP(p, endpoint)
	}
	return endpoint
}

func parseSocket(p place, socket string) *url.URL {
	socket = strings.TrimPrefix(socket, "//")
	if !path.IsAbs(socket) {
		p.mistake("names no socket; write it as in unix:///run/otlp.sock")
	}
	return &url.URL{Scheme: "unix", Path: socket}
}

func completeGRPC(p place, endpoint *url.URL) {
	if strings.Trim(endpoint.Path, "/") != "" {
		p.mistake("has a path, which gRPC does not know; leave it out, or set %sPROTOCOL to http/protobuf", otlpPrefix)
	}
	switch {
	case endpoint.Port() == "4318":
		p.warning("port 4318 is usually that of HTTP; if nothing arrives, set %sPROTOCOL to http/protobuf", otlpPrefix)
	case endpoint.Port() == "" && endpoint.Scheme == "https":
		endpoint.Host = net.JoinHostPort(endpoint.Hostname(), "443")
	case endpoint.Port() == "":
		endpoint.Host = net.JoinHostPort(endpoint.Hostname(), "80")
	}
}

func completeHTTP(p place, endpoint *url.URL) {
	const added = "/v1/metrics"
	whole := p.name == otlpPrefix+"METRICS_ENDPOINT"
	switch {
	case !whole && strings.HasSuffix(strings.TrimSuffix(endpoint.Path, "/"), added):
		p.mistake("must not end in %s, which is added to it; leave that out", added)
	case !whole:
		*endpoint = *endpoint.JoinPath(added)
	case strings.Trim(endpoint.Path, "/") == "":
		p.warning("has no path, so points are posted to /; most receivers want %s, which is added to %sENDPOINT only", added, otlpPrefix)
	}
	if endpoint.Port() == "4317" {
		p.warning("port 4317 is usually that of gRPC; if nothing arrives, set %sPROTOCOL to grpc", otlpPrefix)
	}
}

// A header of gRPC has fewer characters to it than one of HTTP.
var (
	httpHeaderName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	grpcHeaderName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	httpValue      = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
	grpcValue      = regexp.MustCompile(`^[\x20-\x7e]*$`)
)

// parseHeaders takes a list of headers. Neither names nor values are shown: what stands
// in the wrong place may be a secret.
func parseHeaders(p place, text string, protocol otlp.Protocol) map[string]wechat.Secret {
	const remedy = "write it as in name=value,name=value"
	validName, validValue := grpcHeaderName, grpcValue
	if protocol == otlp.HTTP {
		validName, validValue = httpHeaderName, httpValue
	}
	headers := map[string]wechat.Secret{}
	if text == "" {
		return headers
	}
	number := 0
	for item := range strings.SplitSeq(text, ",") {
		number++
		name, escaped, ok := strings.Cut(item, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(escaped)
		value = strings.TrimSpace(value)
		switch {
		case !ok:
			p.mistake("item %d has no =; %s", number, remedy)
		case !validName.MatchString(name) || protocol == otlp.GRPC && strings.HasPrefix(strings.ToLower(name), "grpc-"):
			p.mistake("item %d has a name that cannot be sent; %s", number, remedy)
		case err != nil:
			p.mistake("item %d has a value that is not URL-encoded; write %%25 for a percent sign", number)
		case !validValue.MatchString(value):
			p.mistake("item %d has a value that cannot be sent, since it holds control characters or, with gRPC, characters beyond ASCII", number)
		}
		headers[name] = wechat.Secret(value)
	}
	return headers
}

// parseMilliseconds takes a number of milliseconds, and byDefault for the empty text.
func parseMilliseconds(p place, text string, byDefault time.Duration) time.Duration {
	if text == "" {
		return byDefault
	}
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || number < 0 {
		p.mistake("%s is not a number of milliseconds; write it as in 10000 for ten seconds", shown(text))
		return byDefault
	}
	return time.Duration(number) * time.Millisecond
}

// longestInterval leaves a minute of the five for which Prometheus shows a series that
// got no new point.
const longestInterval = 4 * time.Minute

func parseInterval(found *findings) time.Duration {
	name, text := lookUp("OTEL_METRIC_EXPORT_INTERVAL")
	p := found.at(name)
	interval := parseMilliseconds(p, text, time.Minute)
	switch {
	case interval == 0:
		p.mistake("%s is no interval; write it as in 60000 for one minute", shown(text))
	case interval > longestInterval:
		p.warning("%s is more than 4 minutes: series vanish from Prometheus between two pushes; set it to 240000 or less", text)
	}
	return interval
}

// parseTimeouts returns the time limit of a batch. Zero is no limit to the
// specification; here the next push ends what hangs.
func parseTimeouts(found *findings, interval time.Duration) time.Duration {
	timeout := time.Duration(0)
	for _, setting := range []struct {
		name      string
		byDefault time.Duration
	}{
		{otlpPrefix + "TIMEOUT", 10 * time.Second},
		{"OTEL_METRIC_EXPORT_TIMEOUT", 30 * time.Second},
	} {
		name, text := lookUp(setting.name)
		limit := parseMilliseconds(found.at(name), text, setting.byDefault)
		if limit > 0 && (timeout == 0 || limit < timeout) {
			timeout = limit
		}
	}
	return cmp.Or(timeout, interval)
}

// readClientTLS reads the files of certificates. Without any it returns nil, which
// stands for the authorities of the system.
func readClientTLS(found *findings, endpointName string, endpoint *url.URL) *tls.Config {
	authorityName, authority := lookUp(otlpPrefix + "CERTIFICATE")
	certificateName, certificate := lookUp(otlpPrefix + "CLIENT_CERTIFICATE")
	keyName, key := lookUp(otlpPrefix + "CLIENT_KEY")
	if authority == "" && certificate == "" && key == "" {
		return nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		p := found.at(authorityName)
		content, err := os.ReadFile(authority)
		config.RootCAs = x509.NewCertPool()
		switch {
		case err != nil:
			p.mistake("%s: %s; name a readable file of certificates in PEM form", shown(authority), reason(err))
		case !config.RootCAs.AppendCertsFromPEM(content):
			p.mistake("%s holds no certificate in PEM form", shown(authority))
		}
	}
	switch {
	case certificate == "" && key != "":
		found.at(certificateName).mistake("is needed with %s; set both or none", keyName)
	case certificate != "" && key == "":
		found.at(keyName).mistake("is needed with %s; set both or none", certificateName)
	case certificate != "":
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			found.at(certificateName+" and "+keyName).mistake("%s and %s: %s; name a certificate and its key in PEM form",
				shown(certificate), shown(key), reason(err))
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if endpoint != nil && endpoint.Scheme != "https" {
		found.at(endpointName).mistake("must begin with https:// when %s is set, which plaintext has no use for",
			cmp.Or(nameIf(authorityName, authority), nameIf(certificateName, certificate), nameIf(keyName, key)))
	}
	return config
}

// nameIf returns the name of a variable that is set.
func nameIf(name, value string) string {
	if value == "" {
		return ""
	}
	return name
}

// checkResourceAttributes finds what the SDK would leave out, or choke on later.
func checkResourceAttributes(found *findings) {
	_, text := lookUp("OTEL_RESOURCE_ATTRIBUTES")
	p := found.at("OTEL_RESOURCE_ATTRIBUTES")
	for item := range strings.SplitSeq(text, ",") {
		name, escaped, ok := strings.Cut(item, "=")
		value, err := url.PathUnescape(escaped)
		switch {
		case text == "":
		case !ok || strings.TrimSpace(name) == "":
			p.mistake("%s is not of the form name=value; write it as in deployment.environment.name=test,service.instance.id=a", shown(item))
		case err != nil:
			p.mistake("%s has a value that is not URL-encoded; write %%25 for a percent sign", shown(item))
		case !utf8.ValidString(name + value):
			p.mistake("%s is not UTF-8", shown(item))
		}
	}
	if _, name := lookUp("OTEL_SERVICE_NAME"); !utf8.ValidString(name) {
		found.at("OTEL_SERVICE_NAME").mistake("%s is not UTF-8", shown(name))
	}
}
