#!/usr/bin/env bash
# Prometheus 2.42.0 (Debian 12): a block is too old when it is older than the newest *block* by more than
# the retention, whatever the clock says. Days imported into an empty Prometheus stay visible though they
# are past their retention, and all vanish when the first block of new data is written, two to three
# hours later.
#
#   40 days old, retention 15 days, no other block: there
#   the same, beside a block of today: gone
#
# Who looks after the import sees everything, and who looks after lunch sees nothing.
source "$(dirname "$0")/common.sh"
debian prometheus=2.42.0+ds-5+deb12u1
address=127.0.0.1:$(port)
old=$(($(date +%s) - 40 * 86400))
today=$(($(date +%s) - 3 * 3600))

# import WHEN: makes a block of one sample.
import() {
  printf '# TYPE users gauge\nusers 1 %s\n# EOF\n' "$1" >past.om
  usr/bin/promtool tsdb create-blocks-from openmetrics past.om data >import.log
}
run() {
  usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=15d \
    --web.listen-address="$address" >prometheus.log 2>&1 &
  started=("$!")
  await curl -sf "http://$address/-/ready"
}
there() { query "http://$address/api/v1/query" users "time=$old" | grep -q '"value"'; }
state() { if there; then echo there; else echo gone; fi; }

echo 'scrape_configs: []' >prometheus.yml
import "$old"
run
seen '40 days old, retention 15 days, no other block' "$(state)" there
kill "${started[@]}"
wait "${started[@]}" || true
import "$today"
run
seen 'the same, beside a block of today' "$(state)" gone
