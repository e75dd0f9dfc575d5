package config

import (
	"strings"

	"github.com/prometheus/common/version"

	"github.com/wxapp-exporter/wxapp_exporter/collector/otlp"
)

// parseOTLP parses OpenTelemetry's own variables, which mean what its specification says.
// It returns nil when nothing is to be pushed.
func parseOTLP(p *problems, e environment) *otlp.Config {
	if parseSpecifiedBool(p.at("OTEL_SDK_DISABLED"), e.OTelDisabled) || e.OTelExporter == "none" {
		return nil
	}
	parseChoice(p.at("OTEL_METRICS_EXPORTER"), e.OTelExporter, "otlp", "none")
	warnUnknownOTLP(p, e.variables)
	if e.OTLPEndpoint == "" && e.given["OTEL_METRICS_EXPORTER"] == "" {
		warnWithoutEndpoint(p)
		return nil
	}

	protocol := parseChoice(p.at("OTEL_EXPORTER_OTLP_PROTOCOL"), otlp.Protocol(e.OTLPProtocol), otlp.GRPC, otlp.HTTP)
	endpoint := parseEndpoint(p.at("OTEL_EXPORTER_OTLP_ENDPOINT"), e.OTLPEndpoint, protocol)
	checkInsecure(p, e, endpoint)
	compression := parseChoice(p.at("OTEL_EXPORTER_OTLP_COMPRESSION"), e.OTLPCompression, "gzip", "none")
	headers := parseHeaders(p.at("OTEL_EXPORTER_OTLP_HEADERS"), e.OTLPHeaders, protocol)
	warnIfOther(p, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", e.OTLPTemporality)
	warnIfOther(p, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", e.OTLPHistograms)
	interval := parseInterval(p.at("OTEL_METRIC_EXPORT_INTERVAL"), e.OTelInterval)
	return &otlp.Config{
		Protocol: protocol,
		Endpoint: endpoint,
		TLS:      parseClientTLS(p, e, endpoint),
		Headers:  headers,
		Gzip:     compression == "gzip",
		Interval: interval,
		Timeout:  parseTimeout(p, e, interval),
		Resource: parseResource(p, e),
		Version:  version.Version,
	}
}

// parseSpecifiedBool takes a boolean of OpenTelemetry's specification, which treats
// everything but true as false.
func parseSpecifiedBool(p position, text string) bool {
	if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
		p.warnf("%s is treated as false; set it to true or false", shown(text))
	}
	return strings.EqualFold(text, "true")
}

// warnWithoutEndpoint warns of settings that have no effect without an endpoint.
func warnWithoutEndpoint(p *problems) {
	for _, setting := range Settings() {
		if variable := p.given[setting.Name]; strings.HasPrefix(variable, otlpPrefix) {
			p.at(setting.Name).warnf("is set, but %sENDPOINT is not, so nothing is pushed", otlpPrefix)
		}
	}
}

// warnIfOther warns of a preference that cannot be met: only the default can.
func warnIfOther(p *problems, setting, text string) {
	if only := defaultOf(setting); !strings.EqualFold(text, only) {
		p.at(setting).warnf("%s is ignored; the push always uses %s", shown(text), only)
	}
}
