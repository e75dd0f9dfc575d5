#!/usr/bin/env bash
# Prometheus 3.16.0: one attribute whose key has no ASCII letter or digit, of one point, and the whole
# message is refused as a server's error. By default Prometheus makes a label of a key by writing "_" for
# every other character, and a label of underscores alone is invalid. A key with one letter is taken.
#
#   key 团队: 500 normalization for label name "团队" resulted in invalid name "__"
#   the other point of that message: 
#   key 团队a: 200
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
message() { push "$(attribute service.name a)" "{\"metrics\":[$(gauge other "$now" 1),$(gauge users "$now" 1 "$(attribute "$1" x)")]}"; }
seen 'key 团队' "$(message 团队)" '500 normalization for label name "团队" resulted in invalid name "__"'
seen 'the other point of that message' "$(stored other)" ''
seen 'key 团队a' "$(message 团队a)" 200
