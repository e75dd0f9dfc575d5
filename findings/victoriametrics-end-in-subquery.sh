#!/usr/bin/env bash
# VictoriaMetrics 1.151.0 and Prometheus 2.42.0 (Debian 12): "@ end()" inside a subquery is the moment of
# the whole query for Prometheus, and for VictoriaMetrics the end of that subquery, a step later. With an
# offset on the subquery, an expression that compares the past with the present compares it with another
# past, and no error says so. A literal time in place of end() means the same to both.
#
# A series has the number of the day as its value. At the end of day 20:
#
#   max_over_time((day @ end())[3d:1d] offset 6d) in Prometheus: 20
#   max_over_time((day @ end())[3d:1d] offset 6d) in VictoriaMetrics: 15
#   the same with the time in place of end(), in VictoriaMetrics: 20
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
debian prometheus=2.42.0+ds-5+deb12u1
one=127.0.0.1:$(port) other=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$one" -retentionPeriod=100y
await curl -sf "http://$one/health"

# A sample at each midnight, and one at the moment of the query.
begin=$(date -ud 2026-03-01 +%s)
end=$((begin + 20 * 86400))
samples() { for day in {0..20}; do echo "day $day $((begin + day * 86400))$1"; done; }
samples 000 | curl -sf --data-binary @- "http://$one/api/v1/import/prometheus"
{ echo '# TYPE day gauge'; samples ''; echo '# EOF'; } >past.om
usr/bin/promtool tsdb create-blocks-from openmetrics past.om data >import.log
echo 'scrape_configs: []' >prometheus.yml
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=100y \
  --web.listen-address="$other"
await curl -sf "http://$other/-/ready"

value() { query "http://$1/api/v1/query" "$2" "time=$end" nocache=1 | grep -oP '"value":\[[\d.]+,"\K[^"]+'; }
await value "$one" day
asked() { echo "max_over_time((day @ $1)[3d:1d] offset 6d)"; }
seen "$(asked 'end()') in Prometheus" "$(value "$other" "$(asked 'end()')")" 20
seen "$(asked 'end()') in VictoriaMetrics" "$(value "$one" "$(asked 'end()')")" 15
seen 'the same with the time in place of end(), in VictoriaMetrics' "$(value "$one" "$(asked "$end")")" 20
