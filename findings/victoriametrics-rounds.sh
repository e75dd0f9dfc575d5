#!/usr/bin/env bash
# VictoriaMetrics 1.151.0: it does not keep every float64. A fraction with many digits comes back
# rounded to about twelve of them, so a comparison for equality with the source fails, and a sample that
# is NaN is accepted and not stored. Prometheus keeps all 64 bits.
#
#   written 0.09417405499999998, read: 0.094174055
#   written 9007199254740991, read: 9007199254740991
#   written NaN, series: 0
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address" -search.latencyOffset=0s
await curl -sf "http://$address/health"

printf 'fraction 0.09417405499999998\nwhole 9007199254740991\nempty NaN\n' |
  curl -sf --data-binary @- "http://$address/api/v1/import/prometheus"
stored() { query "http://$address/api/v1/query" "$1" | grep -oP '"value":\[\d+,"\K[^"]+'; }
await stored whole
seen 'written 0.09417405499999998, read' "$(stored fraction)" 0.094174055
seen 'written 9007199254740991, read' "$(stored whole)" 9007199254740991
seen 'written NaN, series' "$(query "http://$address/api/v1/query" 'empty' | grep -o '"metric"' | wc -l)" 0
