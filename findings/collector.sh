# shellcheck shell=bash
# Builds an OpenTelemetry Collector 0.165.0 as ./otelcol, for the scripts of this folder; it comes after
# common.sh. The first build takes a quarter of an hour.
install_go go.opentelemetry.io/collector/cmd/builder@v0.165.0
cat >builder.yml <<EOF
dist: {name: otelcol, version: 0.165.0, output_path: $PWD/collector}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v0.165.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver v0.165.0
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter v0.165.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusremotewriteexporter v0.165.0
  - gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter v0.165.0
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v1.71.0
  - gomod: go.opentelemetry.io/collector/confmap/provider/envprovider v1.71.0
EOF
./builder --config=builder.yml >builder.log 2>&1 || { cat builder.log >&2; exit 1; }
mv collector/otelcol otelcol

# configuration RECEIVER EXPORTER: prints a configuration with one of each, given as YAML.
configuration() {
  printf 'receivers: {%s}\nexporters: {%s}\n' "$1" "$2"
  printf 'service: {pipelines: {metrics: {receivers: [%s], exporters: [%s]}}, telemetry: {metrics: {level: none}}}\n' "${1%%:*}" "${2%%:*}"
}
