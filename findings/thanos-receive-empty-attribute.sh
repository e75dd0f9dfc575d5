#!/usr/bin/env bash
# Thanos 0.42.0: an attribute whose value is empty, and Receive answers 409 to the message and drops the
# series, for good. Prometheus, whose label of that kind is no label, takes the same message and stores
# the series without it. What else is in the message is stored, so a sender that gives up at 409, as
# OpenTelemetry's do, loses one series and reports a failure at every push.
#
#   Prometheus: 200
#   in Prometheus: one two
#   Thanos: 409 … label set contains a label with empty name or value
#   in Thanos: two
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"

# Its module replaces others, so it is built in its own folder, and with the tag of its releases.
module=$(go mod download -json github.com/thanos-io/thanos@v0.42.0 | grep -oP '"Dir": "\K[^"]+')
(cd "$module" && go build -tags slicelabels -o "$folder/receive" ./cmd/thanos)
cp receive querier
receiver=127.0.0.1:$(port) store=127.0.0.1:$(port) querier=127.0.0.1:$(port) ready=127.0.0.1:$(port)
start ./receive receive --tsdb.path=thanos --label='replica="a"' --remote-write.address="$receiver" --grpc-address="$store" --http-address="$ready"
start ./querier query --endpoint="$store" --grpc-address="127.0.0.1:$(port)" --http-address="$querier"
await curl -sf "http://$ready/-/ready"

now=$(date +%s%N)
points=$(gauge one "$now" 1 "$(attribute branch '')"),$(gauge two "$now" 2 "$(attribute branch main)")
names() { query "http://$1/api/v1/query" '{__name__=~"one|two"}' | grep -oP '"__name__":"\K\w+' | sort | paste -sd' '; }

seen 'Prometheus' "$(push "$(attribute service.name a)" "{\"metrics\":[$points]}")" 200
seen 'in Prometheus' "$(names "$address")" 'one two'
status=$(curl -s -w '%{http_code}' -o answer -H 'Content-Type: application/json' "http://$receiver/api/v1/otlp" \
  --data-binary "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[$(attribute service.name a)]},\"scopeMetrics\":[{\"metrics\":[$points]}]}]}")
seen 'Thanos' "$status … $(grep -o 'label set contains.*' answer)" '409 … label set contains a label with empty name or value'
two() { [ -n "$(names "$querier")" ]; }
await two
seen 'in Thanos' "$(names "$querier")" two
