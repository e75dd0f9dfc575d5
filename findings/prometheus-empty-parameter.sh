#!/usr/bin/env bash
# Prometheus 2.42.0 (Debian 12): a target's label __param_NAME sets a parameter of the scrape, but not to
# an empty value: empty labels are dropped, and the parameter with them. With params in the scrape
# configuration the same empty value is sent.
#
#   __param_part: some: GET /metrics?part=some
#   __param_part: "": GET /metrics
#   params: {part: [""]}: GET /metrics?part=
#
# So where no parameter means everything, a discovery cannot ask for the part with the empty name: that
# target scrapes everything.
source "$(dirname "$0")/common.sh"
debian prometheus=2.42.0+ds-5+deb12u1
target=$(port)
cat >server.py <<'PYTHON'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, form, *values):
        print(self.headers["X-Prometheus-Scrape-Timeout-Seconds"], values[0].rsplit(" ", 1)[0], flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
# The time limit of a job tells in the log of the target which job it was.
cat >prometheus.yml <<EOF
global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: some, scrape_timeout: 700ms, static_configs: [{targets: ["127.0.0.1:$target"], labels: {__param_part: some}}]}
  - {job_name: none, scrape_timeout: 800ms, static_configs: [{targets: ["127.0.0.1:$target"], labels: {__param_part: ""}}]}
  - {job_name: both, scrape_timeout: 900ms, params: {part: [""]}, static_configs: [{targets: ["127.0.0.1:$target"]}]}
EOF
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$(port)"
asked() { grep -m1 "^$1 " python3.log | cut -d' ' -f2-; }
for limit in 0.7 0.8 0.9; do await asked "$limit"; done
seen '__param_part: some' "$(asked 0.7)" 'GET /metrics?part=some'
seen '__param_part: ""' "$(asked 0.8)" 'GET /metrics'
seen 'params: {part: [""]}' "$(asked 0.9)" 'GET /metrics?part='
