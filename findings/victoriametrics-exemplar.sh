#!/usr/bin/env bash
# VictoriaMetrics 1.151.0: a counter of OpenMetrics without labels and with an exemplar is stored under a
# name that is the beginning of its line, number included, and with the exemplar's labels. Each value is a
# new series, and the counter itself is missing. With a label of its own, it is read right.
#
#   requests_total{path="/"} 5 # {trace_id="a"} 1: requests_total
#   visits_total 5 # {trace_id="a"} 1: visits_total 5 #
#   labels of that: trace_id
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address" -search.latencyOffset=0s
await curl -sf "http://$address/health"

curl -sf --data-binary @- "http://$address/api/v1/import/prometheus" <<'OPENMETRICS'
# TYPE requests counter
requests_total{path="/"} 5 # {trace_id="a"} 1
# TYPE visits counter
visits_total 5 # {trace_id="a"} 1
# EOF
OPENMETRICS
# series PREFIX: prints the name of the series that begins so, and with another line its other labels.
series() {
  query "http://$address/api/v1/query" "{__name__=~\"$1.*\"}" nocache=1 | python3 -c 'import json, sys
for found in json.load(sys.stdin)["data"]["result"]:
    print(found["metric"].pop("__name__").strip())
    print(*found["metric"])'
}
there() { [ -n "$(series requests)" ]; }
await there
seen 'requests_total{path="/"} 5 # {trace_id="a"} 1' "$(series requests | head -n 1)" 'requests_total'
seen 'visits_total 5 # {trace_id="a"} 1' "$(series visits | head -n 1)" 'visits_total 5 #'
seen 'labels of that' "$(series visits | tail -n 1)" 'trace_id'
