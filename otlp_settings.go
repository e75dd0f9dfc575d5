package main

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/version"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// otlpSetting is one of OpenTelemetry's own variables.
type otlpSetting struct {
	name, byDefault string
	desc, zh        string // the texts of --help and of the two READMEs
}

// otlpSettings returns the variables that are heeded. They mean what OpenTelemetry's
// specification says.
func otlpSettings() []otlpSetting {
	return []otlpSetting{
		{
			"OTEL_EXPORTER_OTLP_ENDPOINT", "",
			"URL of the receiver: http:// is plaintext, https:// TLS. Not set: nothing is pushed. With http/protobuf, /v1/metrics is added to its path, but not to that of OTEL_EXPORTER_OTLP_METRICS_ENDPOINT.",
			"接收端的 URL:http:// 为明文,https:// 为 TLS;未设置则不推送。使用 http/protobuf 时会在路径后追加 /v1/metrics,但不会追加到 OTEL_EXPORTER_OTLP_METRICS_ENDPOINT。",
		},
		{
			"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
			"grpc or http/protobuf.",
			"grpc 或 http/protobuf。",
		},
		{
			"OTEL_EXPORTER_OTLP_HEADERS", "",
			"Headers to send along, such as credentials, as in name=value,name=value. Values are URL-encoded.",
			"随请求发送的头部(例如凭据),格式为 name=value,name=value;值须经 URL 编码。",
		},
		{
			"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip",
			"gzip or none.",
			"gzip 或 none。",
		},
		{
			"OTEL_EXPORTER_OTLP_TIMEOUT", "10000",
			"Milliseconds for which to go on trying to send a batch of 5,000 points.",
			"发送一批数据(5,000 个点)的总时限,单位毫秒,期间会重试。",
		},
		{
			"OTEL_EXPORTER_OTLP_CERTIFICATE", "",
			"PEM file with the authorities to trust, instead of those of the system.",
			"受信任 CA 的 PEM 文件,用以代替系统自带的 CA。",
		},
		{
			"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "",
			"PEM file with the client certificate for mutual TLS.",
			"双向 TLS 所用客户端证书的 PEM 文件。",
		},
		{
			"OTEL_EXPORTER_OTLP_CLIENT_KEY", "",
			"PEM file with the key of the client certificate.",
			"客户端证书私钥的 PEM 文件。",
		},
		{
			"OTEL_EXPORTER_OTLP_INSECURE", "false",
			"Has no effect, since the scheme of the endpoint decides. true with https:// is refused.",
			"不起作用,是否加密由接收端 URL 的协议决定;true 与 https:// 同时使用会被拒绝。",
		},
		{
			"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative",
			"Other values are ignored with a warning: counters are always cumulative.",
			"其他取值会被忽略并给出警告:计数器始终为累积值。",
		},
		{
			"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram",
			"Other values are ignored with a warning.",
			"其他取值会被忽略并给出警告。",
		},
		{
			"OTEL_METRIC_EXPORT_INTERVAL", "60000",
			"Milliseconds between two pushes. Over 240000, series vanish from Prometheus in between.",
			"两次推送的间隔,单位毫秒;超过 240000 时,序列会在两次推送之间从 Prometheus 中消失。",
		},
		{
			"OTEL_METRIC_EXPORT_TIMEOUT", "30000",
			"As OTEL_EXPORTER_OTLP_TIMEOUT; the shorter one counts.",
			"同 OTEL_EXPORTER_OTLP_TIMEOUT,取两者中较短的。",
		},
		{
			"OTEL_SERVICE_NAME", "wxapp_exporter",
			"Resource attribute service.name, which Prometheus shows as the label job.",
			"资源属性 service.name,在 Prometheus 中显示为标签 job。",
		},
		{
			"OTEL_RESOURCE_ATTRIBUTES", "",
			"More resource attributes, as in name=value,name=value. service.instance.id, which Prometheus shows as the label instance, is otherwise the host name and the port to serve on.",
			"其他资源属性,格式为 name=value,name=value。service.instance.id 在 Prometheus 中显示为标签 instance,默认为主机名加监听端口。",
		},
		{
			"OTEL_METRICS_EXPORTER", "otlp",
			"none: nothing is pushed. otlp without an endpoint: push to a receiver on this machine.",
			"none:不推送;otlp 且未设置接收端:推送到本机的接收端。",
		},
		{
			"OTEL_SDK_DISABLED", "false",
			"true: nothing is pushed.",
			"true:不推送。",
		},
	}
}

const otlpPrefix = "OTEL_EXPORTER_OTLP_"

// lookUp returns the trimmed value of one of OpenTelemetry's variables, "" when it is
// not set, and the name under which it is: the form for metrics wins.
func lookUp(name string) (setName, value string) {
	names := []string{name}
	if rest, ok := strings.CutPrefix(name, otlpPrefix); ok {
		names = []string{otlpPrefix + "METRICS_" + rest, name}
	}
	for _, setName := range names {
		if value := strings.TrimSpace(os.Getenv(setName)); value != "" {
			return setName, value
		}
	}
	return name, ""
}

// readOTLP reads OpenTelemetry's variables. It returns nil when nothing is to be pushed.
// No finding holds the value of a header.
func readOTLP(found *findings, listenAddress string) *otlp.Config {
	if parseSpecifiedBool(found.at("OTEL_SDK_DISABLED"), strings.TrimSpace(os.Getenv("OTEL_SDK_DISABLED"))) {
		return nil
	}
	_, wanted := lookUp("OTEL_METRICS_EXPORTER")
	if wanted == "none" {
		return nil
	}
	if wanted != "" {
		parseChoice(found.at("OTEL_METRICS_EXPORTER"), wanted, "otlp", "none")
	}
	warnUnknownOTLP(found, os.Environ())
	endpointName, endpointText := lookUp(otlpPrefix + "ENDPOINT")
	if endpointText == "" && wanted == "" {
		warnWithoutEndpoint(found)
		return nil
	}

	name, text := lookUp(otlpPrefix + "PROTOCOL")
	protocol := otlp.Protocol(parseChoice(found.at(name), cmp.Or(text, "grpc"), "grpc", "http/protobuf"))
	endpoint := parseEndpoint(found.at(endpointName), endpointText, protocol)
	checkInsecure(found, endpoint)

	name, text = lookUp(otlpPrefix + "COMPRESSION")
	compression := parseChoice(found.at(name), cmp.Or(text, "gzip"), "gzip", "none")
	name, text = lookUp(otlpPrefix + "HEADERS")
	headers := parseHeaders(found.at(name), text, protocol)
	warnOfPreferences(found)
	interval := parseInterval(found)
	return &otlp.Config{
		Protocol: protocol,
		Endpoint: endpoint,
		TLS:      readClientTLS(found, endpointName, endpoint),
		Headers:  headers,
		Gzip:     compression == "gzip",
		Interval: interval,
		Timeout:  parseTimeouts(found, interval),
		Resource: newResource(found, listenAddress),
		Version:  version.Version,
	}
}

// warnWithoutEndpoint warns of settings that were made for nothing.
func warnWithoutEndpoint(found *findings) {
	for _, setting := range otlpSettings() {
		if name, text := lookUp(setting.name); text != "" && strings.HasPrefix(name, otlpPrefix) {
			found.at(name).warning("is set, but %sENDPOINT is not: nothing is pushed", otlpPrefix)
		}
	}
}

// warnOfPreferences warns of the two settings that cannot be met.
func warnOfPreferences(found *findings) {
	for _, preference := range []struct{ name, met string }{
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative"},
		{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram"},
	} {
		text := strings.TrimSpace(os.Getenv(preference.name))
		if text != "" && !strings.EqualFold(text, preference.met) {
			found.at(preference.name).warning("%s is ignored; what is pushed is always %s", shown(text), preference.met)
		}
	}
}

// warnUnknownOTLP warns of variables that begin like those of the push and that nothing
// reads. Those of other signals may be there for other programs.
func warnUnknownOTLP(found *findings, environment []string) {
	var known []string // without the prefix
	for _, setting := range otlpSettings() {
		if rest, ok := strings.CutPrefix(setting.name, otlpPrefix); ok {
			known = append(known, rest, "METRICS_"+rest)
		}
	}
	for _, variable := range slices.Sorted(slices.Values(environment)) {
		name, _, _ := strings.Cut(variable, "=")
		rest, ok := strings.CutPrefix(name, otlpPrefix)
		signal, _, _ := strings.Cut(rest, "_")
		if !ok || slices.Contains(known, rest) || slices.Contains([]string{"TRACES", "LOGS", "PROFILES"}, signal) {
			continue
		}
		p := found.at(strings.Trim(strconv.Quote(name), `"`))
		if near, ok := nearest(rest, known); ok {
			p.warning("is unknown and ignored; did you mean %s%s?", otlpPrefix, near)
		} else {
			p.warning("is unknown and ignored; --help lists all settings")
		}
	}
}

// newResource describes this program. What the environment says of it wins.
func newResource(found *findings, listenAddress string) *resource.Resource {
	checkResourceAttributes(found)
	described, err := resource.New(context.Background(),
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			semconv.ServiceName("wxapp_exporter"),
			semconv.ServiceVersion(cmp.Or(version.Version, "unknown")),
			semconv.ServiceInstanceID(instanceID(listenAddress)),
		),
		resource.WithFromEnv(),
	)
	if err != nil && len(found.mistakes) == 0 {
		found.at("OTEL_RESOURCE_ATTRIBUTES").mistake("cannot be used: %v", err)
	}
	return described
}

// instanceID is the same at every start, and another one for every exporter: Prometheus
// takes each for an instance of its own.
func instanceID(listenAddress string) string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(listenAddress) // checked by parseListenAddress
	return net.JoinHostPort(host, port)
}

// checkInsecure finds what OTEL_EXPORTER_OTLP_INSECURE says against the endpoint.
func checkInsecure(found *findings, endpoint *url.URL) {
	name, text := lookUp(otlpPrefix + "INSECURE")
	if text == "" {
		return
	}
	p := found.at(name)
	insecure := parseSpecifiedBool(p, text)
	switch {
	case endpoint == nil:
	case insecure && endpoint.Scheme == "https":
		p.mistake("true contradicts the endpoint's https://; leave it out, or write http:// for plaintext")
	case strings.EqualFold(text, "false") && endpoint.Scheme == "http":
		p.warning("false has no effect, since the endpoint's http:// means plaintext; write https:// for TLS")
	}
}
