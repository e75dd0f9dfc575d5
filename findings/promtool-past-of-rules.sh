#!/usr/bin/env bash
# Prometheus and promtool 2.42.0 (Debian 12): "promtool tsdb create-blocks-from rules" evaluates a group
# neither at --start nor every --eval-interval, but at the group's own interval, moved by an offset that is
# a hash of the file's and the group's name. Over samples that lie an hour apart, a group with an interval
# of half an hour finds none, in the whole past; nothing is said and the exit code is 0. One of five
# minutes, which is how far an expression looks back, finds every one.
#
#   every 30m: 0 samples, exit code 0
#   every 5m: 24 samples, exit code 0
#
# A group without an interval has that of --eval-interval, and the offset all the same.
source "$(dirname "$0")/common.sh"
debian prometheus=2.42.0+ds-5+deb12u1
address=127.0.0.1:$(port)
end=$(($(date +%s) / 86400 * 86400 - 86400))
start=$((end - 86400))

{
  echo '# TYPE users gauge'
  for ((at = start; at <= end; at += 3600)); do echo "users 1 $at"; done
  echo '# EOF'
} >past.om
usr/bin/promtool tsdb create-blocks-from openmetrics past.om data >import.log
echo 'scrape_configs: []' >prometheus.yml
start usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="$address"
await curl -sf "http://$address/-/ready"

# past INTERVAL: makes blocks of a rule, and prints how many samples they have.
past() {
  printf 'groups:\n  - name: totals\n    interval: %s\n    rules: [{record: total, expr: sum(users)}]\n' "$1" >rules.yml
  rm -rf blocks && mkdir blocks
  local code=0
  usr/bin/promtool tsdb create-blocks-from rules --start="$start" --end="$end" --eval-interval=1h \
    --url="http://$address" --output-dir=blocks rules.yml >"rules-$1.log" 2>&1 || code=$?
  echo "$(usr/bin/promtool tsdb list blocks | awk 'NR > 1 { n += $5 } END { print n + 0 }') samples, exit code $code"
}
seen 'every 30m' "$(past 30m)" '0 samples, exit code 0'
seen 'every 5m' "$(past 5m)" '24 samples, exit code 0'
