#!/usr/bin/env bash
# VictoriaMetrics 1.151.0: an import of samples that are older than the retention, one month by default,
# succeeds with the same answer as one that is stored. Only a counter of the server tells that nothing was.
#
#   answer for two months ago: 204
#   answer for yesterday: 204
#   stored: 1 of 2
#   vm_rows_ignored_total{reason="small_timestamp"}: 1
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address"
await curl -sf "http://$address/health"

import() { echo "users{day=\"$1\"} 7 $(date -d "$1" +%s)000" | curl -s -o answer -w '%{http_code}' --data-binary @- "http://$address/api/v1/import/prometheus"; }
seen 'answer for two months ago' "$(import '2 months ago')" 204
seen 'answer for yesterday' "$(import yesterday)" 204
number() { query "http://$address/api/v1/query" 'count(last_over_time(users[90d]))' nocache=1 | grep -oP '"value":\[[\d.]+,"\K[^"]+'; }
await number
seen 'stored' "$(number) of 2" '1 of 2'
seen 'vm_rows_ignored_total{reason="small_timestamp"}' "$(curl -s "http://$address/metrics" | grep -oP '^vm_rows_ignored_total{reason="small_timestamp"} \K\d+')" 1
