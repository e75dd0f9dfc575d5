#!/usr/bin/env bash
# OpenTelemetry Collector 0.165.0: what it scrapes as OpenMetrics and offers to Prometheus has other names
# when the type is one of the rarer ones. An info metric loses its suffix, and the buckets of a
# gaugehistogram lose theirs. Joins with build_info find nothing behind a Collector.
#
#   build_info{version="1"}: build
#   queue_bucket{le="1"}: queue
#   queue_gcount: queue_gcount
#   jobs_total: jobs_total
source "$(dirname "$0")/common.sh"
# shellcheck source=collector.sh
source "$here/collector.sh"
target=$(port) offered=127.0.0.1:$(port)
cat >metrics.om <<'OPENMETRICS'
# TYPE build info
build_info{version="1"} 1
# TYPE queue gaugehistogram
queue_bucket{le="1"} 2
queue_bucket{le="+Inf"} 3
queue_gcount 3
queue_gsum 4
# TYPE jobs counter
jobs_total 5
# EOF
OPENMETRICS
cat >server.py <<'PYTHON'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(open("metrics.om", "rb").read())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
configuration "prometheus: {config: {scrape_configs: [{job_name: a, scrape_interval: 1s, static_configs: [{targets: ['127.0.0.1:$target']}]}]}}" \
  "prometheus: {endpoint: '$offered'}" >otelcol.yml
start ./otelcol --config otelcol.yml
# name PATTERN: prints the name of the series of which a line matches.
name() { curl -s "http://$offered/metrics" | grep -v '^#' | grep -m1 -E "$1" | cut -d'{' -f1; }
await name '^jobs'
seen 'build_info{version="1"}' "$(name 'version="1"')" build
seen 'queue_bucket{le="1"}' "$(name '^queue.*le="1"')" queue
seen 'queue_gcount' "$(name '^queue_gcount')" queue_gcount
seen 'jobs_total' "$(name '^jobs')" jobs_total
