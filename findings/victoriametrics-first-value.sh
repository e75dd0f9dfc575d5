#!/usr/bin/env bash
# VictoriaMetrics 1.151.0 and Prometheus 2.42.0 (Debian 12): the same counter, which appears with 7 and
# stays 7, has grown by 7 for one and by nothing for the other. VictoriaMetrics takes it to have been 0
# before its first sample. An alert on increase() fires there whenever a program starts with a counter
# that it has kept.
#
#   increase(errors_total[10m]) in VictoriaMetrics: 7
#   increase(errors_total[10m]) in Prometheus: 0
#   changes(errors_total[10m]) in VictoriaMetrics: 1
#   changes(errors_total[10m]) in Prometheus: 0
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
debian prometheus=2.42.0+ds-5+deb12u1
one=127.0.0.1:$(port) other=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$one"
await curl -sf "http://$one/health"

# Six samples a minute apart, the last of them an hour ago.
end=$(($(date +%s) / 60 * 60 - 3600))
samples() { for minute in 5 4 3 2 1 0; do echo "errors_total 7 $((end - minute * 60))$1"; done; }
samples 000 | curl -sf --data-binary @- "http://$one/api/v1/import/prometheus"
{ echo '# TYPE errors counter'; samples ''; echo '# EOF'; } >past.om
usr/bin/promtool tsdb create-blocks-from openmetrics past.om data >import.log
echo 'scrape_configs: []' >prometheus.yml
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="$other"
await curl -sf "http://$other/-/ready"

value() { query "http://$1/api/v1/query" "$2" "time=$end" nocache=1 | grep -oP '"value":\[[\d.]+,"\K[^"]+'; }
await value "$one" errors_total
for function in increase:7:0 changes:1:0; do
  IFS=: read -r name in_one in_other <<<"$function"
  seen "$name(errors_total[10m]) in VictoriaMetrics" "$(value "$one" "$name(errors_total[10m])")" "$in_one"
  seen "$name(errors_total[10m]) in Prometheus" "$(value "$other" "$name(errors_total[10m])")" "$in_other"
done
