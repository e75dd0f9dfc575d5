package config

import (
	"cmp"
	"net"
	"net/url"
	"path"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// parseEndpoint takes the URL of a receiver. An empty text is a receiver on this machine.
// The value is not shown, because it may contain credentials by mistake.
func parseEndpoint(p position, text string, protocol otlp.Protocol) *url.URL {
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
		p.errorf("must not contain a user or password; put credentials into %sHEADERS", otlpPrefix)
	case endpoint.RawQuery != "" || endpoint.ForceQuery || endpoint.Fragment != "":
		p.errorf("must not contain a query or fragment, which would not be sent; use a URL like %s", example)
	case protocol == otlp.GRPC:
		completeGRPC(p, endpoint)
	case protocol == otlp.HTTP:
		completeHTTP(p, endpoint)
	}
	return endpoint
}

func parseSocket(p position, socket string) *url.URL {
	socket = strings.TrimPrefix(socket, "//")
	if !path.IsAbs(socket) {
		p.errorf("has no absolute path of a socket; use a URL like unix:///run/otlp.sock")
	}
	return &url.URL{Scheme: "unix", Path: socket}
}

// completeGRPC adds the port that the scheme stands for.
func completeGRPC(p position, endpoint *url.URL) {
	if strings.Trim(endpoint.Path, "/") != "" {
		p.errorf("has a path, which gRPC does not use; remove it, or set %sPROTOCOL to http/protobuf", otlpPrefix)
	}
	switch {
	case endpoint.Port() == "4318":
		p.warnf("port 4318 is usually for OTLP over HTTP; if nothing arrives, set %sPROTOCOL to http/protobuf", otlpPrefix)
	case endpoint.Port() == "" && endpoint.Scheme == "https":
		endpoint.Host = net.JoinHostPort(endpoint.Hostname(), "443")
	case endpoint.Port() == "":
		endpoint.Host = net.JoinHostPort(endpoint.Hostname(), "80")
	}
}

// completeHTTP adds the path for metrics, except to the endpoint that is for metrics
// alone, which the specification wants as it is.
func completeHTTP(p position, endpoint *url.URL) {
	const added = "/v1/metrics"
	complete := p.name == metricsPrefix+"ENDPOINT"
	switch {
	case !complete && strings.HasSuffix(strings.TrimSuffix(endpoint.Path, "/"), added):
		p.errorf("must not end in %s, because the exporter appends it; remove it", added)
	case !complete:
		if endpoint.Path == "" {
			endpoint.Path = "/" // JoinPath makes a relative path of none
		}
		*endpoint = *endpoint.JoinPath(added)
	case strings.Trim(endpoint.Path, "/") == "":
		p.warnf("has no path, so points are posted to /; most receivers expect %s, which is appended to %sENDPOINT only", added, otlpPrefix)
	}
	if endpoint.Port() == "4317" {
		p.warnf("port 4317 is usually for OTLP over gRPC; if nothing arrives, set %sPROTOCOL to grpc", otlpPrefix)
	}
}

// checkInsecure reports where OTEL_EXPORTER_OTLP_INSECURE contradicts the endpoint.
func checkInsecure(p *problems, e environment, endpoint *url.URL) {
	const setting = otlpPrefix + "INSECURE"
	if e.given[setting] == "" {
		return
	}
	insecure := parseSpecifiedBool(p.at(setting), e.OTLPInsecure)
	switch {
	case endpoint == nil:
	case insecure && endpoint.Scheme == "https":
		p.at(setting).errorf("true contradicts the https:// of the endpoint; remove it, or use http:// for plaintext")
	case strings.EqualFold(e.OTLPInsecure, "false") && endpoint.Scheme == "http":
		p.at(setting).warnf("false has no effect, because the http:// of the endpoint means plaintext; use https:// for TLS")
	}
}
