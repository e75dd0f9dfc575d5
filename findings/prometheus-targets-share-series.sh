#!/usr/bin/env bash
# Prometheus 2.42.0 (Debian 12): two targets that differ in __param_part only are both scraped, and write
# into the same series, because parameters are no labels. There is one "up" for both: it is 0 and 1 in turn
# when one of them fails, and an alert on it with a "for" never fires. Nothing is said of it but for
# samples of the same millisecond.
#
#   active targets: 2
#   series of up: 1
#   values of up within some scrapes: 0 1
#
# A discovery has to give each an instance of its own.
source "$(dirname "$0")/common.sh"
debian prometheus=2.42.0+ds-5+deb12u1
target=$(port) address=127.0.0.1:$(port)
cat >server.py <<'PYTHON'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if "part=a" in self.path else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
cat >prometheus.yml <<EOF
scrape_configs:
  - job_name: parts
    scrape_interval: 1s
    scrape_timeout: 1s
    static_configs:
      - {targets: ["127.0.0.1:$target"], labels: {__param_part: a}}
      - {targets: ["127.0.0.1:$target"], labels: {__param_part: b}}
EOF
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="$address"
ask() { query "http://$address/api/v1/query" "$1" | grep -oP '"value":\[[\d.]+,"\K[^"]+'; }
often() { [ "$(ask 'count_over_time(up[1m])')" -ge 6 ]; }
await often
seen 'active targets' "$(curl -s "http://$address/api/v1/targets" | grep -o '"scrapePool"' | wc -l)" 2
seen 'series of up' "$(ask 'count(up)')" 1
seen 'values of up within some scrapes' "$(ask 'min_over_time(up[1m])') $(ask 'max_over_time(up[1m])')" '0 1'
