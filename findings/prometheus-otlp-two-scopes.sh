#!/usr/bin/env bash
# Prometheus 3.16.0: when two scopes of a message have a metric of the same name, one of the two values is
# stored. The answer is 200 and counts nothing as rejected, because by default the scope is no label.
#
#   scope one has 1, scope two has 2: 200
#   stored: 1
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
scope() { echo "{\"scope\":{\"name\":\"$1\"},\"metrics\":[$(gauge users "$now" "$2")]}"; }
seen 'scope one has 1, scope two has 2' "$(push "$(attribute service.name a)" "$(scope one 1),$(scope two 2)")" '200'
seen 'stored' "$(stored users)" 1
