# shellcheck shell=bash
# A Prometheus 3.16.0 that receives OTLP, for the scripts of this folder; it comes after common.sh. The
# first build takes minutes.
build_go github.com/prometheus/prometheus/cmd/prometheus github.com/prometheus/prometheus@v0.316.0 -tags netgo,remove_all_sd
address=127.0.0.1:$(port)
[ -e prometheus.yml ] || echo 'scrape_configs: []' >prometheus.yml
start ./prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="$address" --web.enable-otlp-receiver
await curl -sf "http://$address/-/ready"

# attribute KEY VALUE
attribute() { printf '{"key":"%s","value":{"stringValue":"%s"}}' "$1" "$2"; }

# gauge NAME NANOSECONDS VALUE [ATTRIBUTES]
gauge() { printf '{"name":"%s","gauge":{"dataPoints":[{"timeUnixNano":"%s","asDouble":%s,"attributes":[%s]}]}}' "$1" "$2" "$3" "${4:-}"; }

# push ATTRIBUTES SCOPES: sends a message of one resource, and prints status and answer.
push() {
  curl -s -w '%{http_code}' -o answer -H 'Content-Type: application/json' "http://$address/api/v1/otlp/v1/metrics" \
    --data-binary "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[$1]},\"scopeMetrics\":[$2]}]}"
  sed 's/^/ /' answer
}

# stored EXPRESSION: prints the values.
stored() { query "http://$address/api/v1/query" "$1" | grep -oP '"value":\[[\d.]+,"\K[^"]+' | paste -sd' '; }
