#!/usr/bin/env bash
# VictoriaMetrics 1.151.0: a graph goes on to draw a series that has ended, for as long as its samples
# used to lie apart. A query at one moment looks back five minutes, as in Prometheus, and does not see
# it. So sums in a graph are too high after a series was replaced by another.
#
# Two series have a sample every hour. "old" ends at 12:00; "new" begins at 12:30. At 12:30:
#
#   one moment: new
#   graph: new old
#   graph with max_lookback=5m: new
#
# With -search.maxStalenessInterval=5m, or max_lookback=5m in the request, both agree.
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address" -retentionPeriod=100y
await curl -sf "http://$address/health"

noon=$(date -ud '2026-03-02 12:00' +%s)
half=$((noon + 1800))
{
  for hour in 5 4 3 2 1 0; do echo "users{name=\"old\"} 1 $((noon - hour * 3600))000"; done
  for hour in 0 1 2 3 4 5; do echo "users{name=\"new\"} 1 $((half + hour * 3600))000"; done
} | curl -sf --data-binary @- "http://$address/api/v1/import/prometheus"

# names WHEN: prints the series of an answer that have a value at a moment.
names() {
  python3 -c 'import json, sys
for series in sorted(json.load(sys.stdin)["data"]["result"], key=lambda s: s["metric"]["name"]):
    if any(at == int(sys.argv[1]) for at, _ in series.get("values") or [series["value"]]):
        print(series["metric"]["name"])' "$1" | paste -sd' '
}
moment() { query "http://$address/api/v1/query" users "time=$half" nocache=1 | names "$half"; }
graph() { query "http://$address/api/v1/query_range" users "start=$((half - 7200))" "end=$((half + 7200))" step=60 nocache=1 "$@" | names "$half"; }
there() { [ -n "$(moment)" ]; }
await there
seen 'one moment' "$(moment)" new
seen 'graph' "$(graph)" 'new old'
seen 'graph with max_lookback=5m' "$(graph max_lookback=5m)" new
