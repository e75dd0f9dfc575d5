package config

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/common/version"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/wxapp-exporter/wxapp_exporter/web"
)

// parseResource returns the description of this program that goes with every push. What
// the environment says wins over what we say, and OTEL_SERVICE_NAME wins over
// OTEL_RESOURCE_ATTRIBUTES.
func parseResource(p *problems, e environment) *resource.Resource {
	const serviceName = "OTEL_SERVICE_NAME"
	if !utf8.ValidString(e.OTelServiceName) {
		p.at(serviceName).errorf("%s is not valid UTF-8", shown(e.OTelServiceName))
	}
	attributes := []attribute.KeyValue{
		semconv.ServiceName(e.OTelServiceName),
		semconv.ServiceVersion(cmp.Or(version.Version, "unknown")),
		semconv.ServiceInstanceID(instanceID(e.ListenAddress) + shardSuffix(e)),
	}
	attributes = append(attributes, parseAttributes(p.at("OTEL_RESOURCE_ATTRIBUTES"), e.OTelResource)...)
	if isQuoted(e.OTelServiceName) {
		p.at(serviceName).warnf("%s", inQuotes)
	}
	if p.given[serviceName] != "" {
		attributes = append(attributes, semconv.ServiceName(e.OTelServiceName))
	}
	described, err := resource.New(context.Background(), resource.WithTelemetrySDK(), resource.WithAttributes(attributes...))
	if err != nil {
		p.at("OTEL_RESOURCE_ATTRIBUTES").errorf("cannot be used: %v", err)
	}
	return described
}

// parseAttributes takes a list of attributes. Where a name is listed twice, the last one
// counts.
func parseAttributes(p position, text string) []attribute.KeyValue {
	if text == "" {
		return nil
	}
	var attributes []attribute.KeyValue
	for item := range strings.SplitSeq(text, ",") {
		name, escaped, ok := strings.Cut(item, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(escaped))
		switch {
		case !ok || name == "":
			p.errorf("%s is not of the form name=value; use a list like deployment.environment.name=test,service.instance.id=a", shown(item))
		case err != nil:
			p.errorf("%s has a value that is not URL-encoded; write %%25 for a percent sign", shown(item))
		case !utf8.ValidString(name + value):
			p.errorf("%s is not valid UTF-8", shown(item))
		}
		if ok && name != "" && !strings.ContainsFunc(name, isLetterOrDigit) {
			p.warnf("%s has a name without an ASCII letter or digit, of which Prometheus cannot make a label: it refuses every message; use a name like team", shown(item))
		}
		attributes = append(attributes, attribute.String(name, value))
	}
	return attributes
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// instanceID is the same at every start and differs between exporters, because Prometheus
// takes each value for an instance of its own.
func instanceID(listenAddresses string) string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	first, _, _ := strings.Cut(listenAddresses, ",")
	first = strings.TrimSpace(first)
	if path, ok := strings.CutPrefix(first, web.UnixPrefix); ok {
		return host + ":" + path
	}
	_, port, _ := net.SplitHostPort(first) // checked by parseListenAddresses
	return net.JoinHostPort(host, port)
}

// shardSuffix names the shard if there are several. Their number is not in it, so that the series
// of a shard stay the same when it changes.
func shardSuffix(e environment) string {
	if total, _ := parseNumber(e.TotalShards); total < 2 {
		return ""
	}
	return "/shard-" + e.Shard // checked by parseShard
}
