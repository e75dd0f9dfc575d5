#!/usr/bin/env bash
# Prometheus 3.16.0: one counter of delta temporality, and the whole message is refused as a server's error,
# with every gauge in it. Senders that are told to prefer deltas for another backend lose all of theirs here,
# not only the counters.
#
#   a gauge and a delta: 500 invalid temporality and type combination for metric "visits"
#   the gauge of that message: 
#   the gauge alone: 200
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
delta="{\"name\":\"visits\",\"sum\":{\"aggregationTemporality\":1,\"isMonotonic\":true,\"dataPoints\":[{\"startTimeUnixNano\":\"$((now - 60000000000))\",\"timeUnixNano\":\"$now\",\"asInt\":\"5\"}]}}"
message() { push "$(attribute service.name a)" "{\"metrics\":[$1]}"; }
seen 'a gauge and a delta' "$(message "$(gauge users "$now" 1),$delta")" '500 invalid temporality and type combination for metric "visits"'
seen 'the gauge of that message' "$(stored users)" ''
seen 'the gauge alone' "$(message "$(gauge users "$now" 1)")" 200
