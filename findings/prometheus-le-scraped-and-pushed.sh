#!/usr/bin/env bash
# Prometheus 3.16.0: the same histogram has le="1.0" when it is scraped and le="1" when it comes by OTLP.
# Whoever changes from one to the other has every bucket with a whole bound twice for five minutes, and
# sum by (le) does not add the two ways up.
#
#   scraped as le="1", le: 1.0
#   pushed with the bound 1, le: 1
source "$(dirname "$0")/common.sh"
target=$(port)
mkdir www
printf '# TYPE seconds histogram\nseconds_bucket{le="1"} 2\nseconds_bucket{le="+Inf"} 2\nseconds_sum 1\nseconds_count 2\n' >www/metrics
cat >server.py <<'PYTHON'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(open("www/metrics", "rb").read())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
cat >prometheus.yml <<EOF
scrape_configs: [{job_name: scraped, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ["127.0.0.1:$target"]}]}]
EOF
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
point="{\"timeUnixNano\":\"$(date +%s%N)\",\"count\":\"2\",\"sum\":1,\"explicitBounds\":[1],\"bucketCounts\":[\"2\",\"0\"]}"
push "$(attribute service.name pushed)" "{\"metrics\":[{\"name\":\"seconds\",\"histogram\":{\"aggregationTemporality\":2,\"dataPoints\":[$point]}}]}" >pushed.log
bound() { query "http://$address/api/v1/query" "seconds_bucket{job=\"$1\",le!=\"+Inf\"}" | grep -oP '"le":"\K[^"]+'; }
await bound scraped
seen 'scraped as le="1", le' "$(bound scraped)" 1.0
seen 'pushed with the bound 1, le' "$(bound pushed)" 1
