#!/usr/bin/env bash
# VictoriaMetrics 1.151.0 and Prometheus 2.42.0 (Debian 12): with one scrape configuration, a sample that a
# target gives a time has that time in one store and the time of the scrape in the other. honor_timestamps
# is true by default in Prometheus and false in VictoriaMetrics.
#
#   age of a sample of two minutes ago, in Prometheus: minutes
#   age of a sample of two minutes ago, in VictoriaMetrics: seconds
#   the same with honor_timestamps: true: minutes
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
debian prometheus=2.42.0+ds-5+deb12u1
target=$(port) one=127.0.0.1:$(port) honoring=127.0.0.1:$(port) other=127.0.0.1:$(port)
cat >server.py <<'PYTHON'
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"users 7 %d\n" % ((time.time() - 120) * 1000))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PYTHON
start python3 server.py "$target"
config() { echo "scrape_configs: [{job_name: a, scrape_interval: 1s, scrape_timeout: 1s$1, static_configs: [{targets: ['127.0.0.1:$target']}]}]"; }
config '' >scrape.yml
config ', honor_timestamps: true' >honoring.yml
start usr/bin/prometheus --config.file=scrape.yml --storage.tsdb.path=data --web.listen-address="$other"
start ./victoria-metrics -httpListenAddr="$one" -storageDataPath=one -promscrape.config=scrape.yml -search.latencyOffset=0s
start ./victoria-metrics -httpListenAddr="$honoring" -storageDataPath=honoring -promscrape.config=honoring.yml -search.latencyOffset=0s

# age ADDRESS: prints whether the newest sample is minutes or seconds old.
age() {
  local old
  old=$(query "http://$1/api/v1/query" 'time() - timestamp(users)' nocache=1 | grep -oP '"value":\[[\d.]+,"\K\d+') || return
  if [ "$old" -ge 60 ]; then echo minutes; else echo seconds; fi
}
for address in "$other" "$one" "$honoring"; do await age "$address"; done
seen 'age of a sample of two minutes ago, in Prometheus' "$(age "$other")" minutes
seen 'age of a sample of two minutes ago, in VictoriaMetrics' "$(age "$one")" seconds
seen 'the same with honor_timestamps: true' "$(age "$honoring")" minutes
