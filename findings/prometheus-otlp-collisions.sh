#!/usr/bin/env bash
# Prometheus 3.16.0: points of one message that differ in OTLP only, and not in the labels that Prometheus
# makes, are one series. The first value is stored and the others are lost. The answer is 200, counts nothing
# as rejected, and the log has no line of it. By default that concerns the scope, characters that a name
# may not have, and resources without service.name and service.instance.id.
#
#   scope one has 1, scope two has 2: 200, stored: 1
#   users.new is 1, users_new is 2: 200, stored: 1
#   host a has 1, host b has 2: 200, stored: 1
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
scope() { echo "{\"scope\":{\"name\":\"$1\"},\"metrics\":[$(gauge users "$now" "$2")]}"; }
status=$(push "$(attribute service.name a)" "$(scope one 1),$(scope two 2)")
seen 'scope one has 1, scope two has 2' "$status, stored: $(stored users)" '200, stored: 1'

status=$(push "$(attribute service.name a)" "{\"metrics\":[$(gauge users.new "$now" 1),$(gauge users_new "$now" 2)]}")
seen 'users.new is 1, users_new is 2' "$status, stored: $(stored users_new)" '200, stored: 1'

host() { echo "{\"resource\":{\"attributes\":[$(attribute host.name "$1")]},\"scopeMetrics\":[{\"metrics\":[$(gauge load "$now" "$2")]}]}"; }
status=$(curl -s -w '%{http_code}' -H 'Content-Type: application/json' "http://$address/api/v1/otlp/v1/metrics" \
  --data-binary "{\"resourceMetrics\":[$(host a 1),$(host b 2)]}")
seen 'host a has 1, host b has 2' "$status, stored: $(stored load)" '200, stored: 1'
