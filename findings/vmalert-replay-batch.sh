#!/usr/bin/env bash
# VictoriaMetrics and vmalert 1.151.0: a replay of one rule with 4,000 results is refused with the default
# sizes of both, and vmalert fails. It sends up to 10,000 series at once (-remoteWrite.maxBatchSize), as it
# does while it runs, but those of a replay come with up to 1,000 samples each
# (-replay.maxDatapointsPerQuery), where they otherwise come with one. VictoriaMetrics takes 32 MiB
# (-maxInsertRequestSize). What is refused is dropped. How much that is depends on the machine, unless one
# connection, without the usual flush every two seconds, takes all:
#
#   exit code: 255, dropped 4000000 samples out of 4000000
#   in the store: 0
#   -remoteWrite.maxBatchSize=500, exit code: 0
#   in the store: 4000
source "$(dirname "$0")/common.sh"
for program in victoria-metrics vmalert; do install_go github.com/VictoriaMetrics/VictoriaMetrics/app/$program@v1.151.0; done
address=127.0.0.1:$(port)
start ./victoria-metrics -httpListenAddr="$address" -retentionPeriod=100y
await curl -sf "http://$address/health"

begin=$(date -ud '2026-03-02 00:00' +%s)
for ((i = 0; i < 4000; i++)); do echo "users{name=\"$i\"} $((i * 7919 % 10007)).$i ${begin}000"; done |
  curl -sf --data-binary @- "http://$address/api/v1/import/prometheus"
count() { query "http://$address/api/v1/query" "count(last_over_time($1[2d]))" "time=$((begin + 86400))" nocache=1 | grep -oP '"\K\d+(?="\])' || echo 0; }
there() { [ "$(count users)" = 4000 ]; }
await there

echo 'groups: [{name: a, interval: 1m, rules: [{record: kept, expr: "last_over_time(users[1d]) * time()"}]}]' >rules.yml
replay() {
  ./vmalert -rule=rules.yml -datasource.url="http://$address" -remoteWrite.url="http://$address" -replay.disableProgressBar \
    -remoteWrite.flushInterval=1m -remoteWrite.concurrency=1 \
    -replay.timeFrom=2026-03-02T00:00:00Z -replay.timeTo=2026-03-02T16:39:00Z "$@" >vmalert.log 2>&1 && echo 0 || echo "$?"
}
seen 'exit code' "$(replay), $(grep -oP 'dropped \d+ samples out of \d+' vmalert.log)" '255, dropped 4000000 samples out of 4000000'
seen 'in the store' "$(count kept)" 0
seen '-remoteWrite.maxBatchSize=500, exit code' "$(replay -remoteWrite.maxBatchSize=500)" 0
kept() { [ "$(count kept)" = 4000 ]; }
await kept
seen 'in the store' "$(count kept)" 4000
