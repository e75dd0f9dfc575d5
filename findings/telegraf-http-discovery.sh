#!/usr/bin/env bash
# Telegraf 1.37.2: http_service_discovery of inputs.prometheus reads the format of Prometheus' discovery, but
# takes the address of a target only. __metrics_path__ and __param_part do not change what is asked for; they
# become tags. And two targets with the same address are one. So a list that gives each part of a server a
# target of its own is read as one scrape of everything, with the tags of one of them.
#
#   asked for: /metrics
#   targets written: 1
#   a tag: __metrics_path__=/of/b
source "$(dirname "$0")/common.sh"
install_go github.com/influxdata/telegraf/cmd/telegraf@v1.37.2 -tags=custom,inputs.prometheus,inputs.opentelemetry,outputs.http,outputs.opentelemetry,outputs.file,serializers.prometheusremotewrite,serializers.influx
target=$(port)
cat >server.py <<'PYTHON'
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = "text/plain; version=0.0.4", "users 1\n"
        if self.path == "/sd":
            kind, body = "application/json", json.dumps([
                {"targets": [self.headers["Host"]], "labels": {"__param_part": part, "__metrics_path__": "/of/" + part, "city": part}}
                for part in ["a", "b"]])
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, form, *values):
        print(values[0].split()[1], flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
cat >telegraf.conf <<EOF
[agent]
  interval = "1s"
  flush_interval = "1s"
  omit_hostname = true
[[inputs.prometheus]]
  metric_version = 2
  [inputs.prometheus.http_service_discovery]
    enabled = true
    url = "http://127.0.0.1:$target/sd"
    query_interval = "1s"
[[outputs.file]]
  files = ["$folder/out"]
EOF
start ./telegraf --config telegraf.conf
twice() { [ "$(wc -l <out)" -ge 2 ]; }
await twice
seen 'asked for' "$(grep -v '^/sd' python3.log | sort -u | paste -sd' ')" /metrics
seen 'targets written' "$(cut -d' ' -f1 out | sort -u | wc -l)" 1
seen 'a tag' "$(grep -om1 '__metrics_path__=[^,]*' out)" '__metrics_path__=/of/b'
