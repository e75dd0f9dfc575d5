#!/usr/bin/env bash
# VictoriaMetrics 1.151.0 and Prometheus 2.42.0 (Debian 12): over a time, "a or on (app) b" is not the same.
# Where a series of a has no value, VictoriaMetrics takes that of the series of b with the same labels,
# although another series of a with the same app has a value at that time. For Prometheus that one keeps b
# out. It depends on the order of the series, which is another one each time: of forty equal questions, some
# have a sum that is too high. "b unless on (app) a" on the right mends that.
#
# a has two names of an app, of which "early" has ended. b has the value 100 for it. Now:
#
#   sum(a or on (app) b) in Prometheus: 1
#   sum(a or on (app) b) in VictoriaMetrics: 1 101
#   sum(a or (b unless on (app) a)) in VictoriaMetrics: 1
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
debian prometheus=2.42.0+ds-5+deb12u1
one=127.0.0.1:$(port) other=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$one" -retentionPeriod=100y -search.maxStalenessInterval=5m
await curl -sf "http://$one/health"

# A sample a minute for an hour; "early" ends after half of it.
begin=$(date -ud '2026-03-02 12:00' +%s)
end=$((begin + 3600))
samples() {
  for minute in {0..60}; do echo "a{app=\"x\",name=\"late\"} 1 $((begin + minute * 60))$1"; done
  for minute in {0..30}; do echo "a{app=\"x\",name=\"early\"} 1 $((begin + minute * 60))$1"; done
}
constant() { for minute in {0..60}; do echo "b{app=\"x\",name=\"early\"} 100 $((begin + minute * 60))$1"; done; }
{ samples 000; constant 000; } | curl -sf --data-binary @- "http://$one/api/v1/import/prometheus"
{ echo '# TYPE a gauge'; samples ''; echo '# TYPE b gauge'; constant ''; echo '# EOF'; } >past.om
usr/bin/promtool tsdb create-blocks-from openmetrics past.om data >import.log
echo 'scrape_configs: []' >prometheus.yml
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=100y \
  --web.listen-address="$other"
await curl -sf "http://$other/-/ready"

last() {
  query "http://$1/api/v1/query_range" "$2" "start=$begin" "end=$end" step=60 nocache=1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["data"]["result"][0]["values"][-1][1])'
}
await last "$one" a
a='sum by (app, name) (a)' b='sum by (app, name) (b)'
# all QUERY: the different answers to forty equal questions.
all() { for _ in {1..40}; do last "$1" "$2"; done | sort -nu | paste -sd' '; }
seen 'sum(a or on (app) b) in Prometheus' "$(all "$other" "sum($a or on (app) $b)")" 1
seen 'sum(a or on (app) b) in VictoriaMetrics' "$(all "$one" "sum($a or on (app) $b)")" '1 101'
seen 'sum(a or (b unless on (app) a)) in VictoriaMetrics' "$(all "$one" "sum($a or ($b unless on (app) $a))")" 1
