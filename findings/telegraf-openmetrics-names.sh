#!/usr/bin/env bash
# Telegraf 1.37.2: inputs.prometheus gives the same counter another name when the target answers in
# OpenMetrics instead of the older text format. The measurement changes, and the counter loses "_total". A
# target whose library learns OpenMetrics and prefers it breaks every query.
#
#   text format: prometheus jobs_total=5
#   OpenMetrics: openmetric jobs=5
source "$(dirname "$0")/common.sh"
install_go github.com/influxdata/telegraf/cmd/telegraf@v1.37.2 -tags=custom,inputs.prometheus,inputs.opentelemetry,outputs.http,outputs.opentelemetry,outputs.file,serializers.prometheusremotewrite,serializers.influx
target=$(port)
cat >server.py <<'PYTHON'
import http.server, sys
answers = {
    "/text": ("text/plain; version=0.0.4", "# TYPE jobs_total counter\njobs_total 5\n"),
    "/open": ("application/openmetrics-text; version=1.0.0; charset=utf-8", "# TYPE jobs counter\njobs_total 5\n# EOF\n"),
}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = answers[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
cat >telegraf.conf <<EOF
[agent]
  interval = "1s"
  flush_interval = "1s"
  omit_hostname = true
[[inputs.prometheus]]
  urls = ["http://127.0.0.1:$target/text", "http://127.0.0.1:$target/open"]
  metric_version = 2
[[outputs.file]]
  files = ["$folder/out"]
EOF
start ./telegraf --config telegraf.conf
# written PATH: prints the measurement and the field of a target, without its tag and the time.
written() { grep -m1 "/$1 " out | sed 's/,url=[^ ]*//' | cut -d' ' -f1-2; }
await written open
await written text
seen 'text format' "$(written text)" 'prometheus jobs_total=5'
seen 'OpenMetrics' "$(written open)" 'openmetric jobs=5'
