#!/usr/bin/env bash
# OpenTelemetry Collector 0.165.0: what the prometheus receiver has scraped of one target leaves the
# Collector as one message of OTLP, however long, and the OTLP receiver of the next Collector takes 20 MiB.
# So between two Collectors with default settings, a target with 300,000 series never arrives: the message
# is refused for good, and with it the series "up" that would tell of it.
#
#   answer: HTTP Status Code 400, Message=http: request body too large
#   dropped: 300005
#
# "sending_queue: batch: {max_size: 10000}" in the first one divides it.
source "$(dirname "$0")/common.sh"
# shellcheck source=collector.sh
source "$here/collector.sh"

mkdir www
python3 - >www/metrics <<'PYTHON'
print("# TYPE users gauge")
for i in range(300000):
    print('users{app="%08d",name="the name of city %08d",range="30d"} %d' % (i % 100, i, i))
PYTHON
target=$(port) receiver=127.0.0.1:$(port)
start python3 -m http.server "$target" --bind 127.0.0.1 --directory www
configuration "otlp: {protocols: {http: {endpoint: '$receiver'}}}" "prometheus: {endpoint: '127.0.0.1:$(port)'}" >second.yml
configuration "prometheus: {config: {scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ['127.0.0.1:$target']}]}]}}" \
  "otlp_http: {endpoint: 'http://$receiver'}" >first.yml
cp otelcol first
cp otelcol second
start ./second --config second.yml
await grep -q 'Everything is ready' second.log
start ./first --config first.yml
await grep -q 'Dropping data' first.log
seen 'answer' "$(grep -oPm1 'responded with \KHTTP Status Code \d+, Message=[^,]+' first.log)" 'HTTP Status Code 400, Message=http: request body too large'
seen 'dropped' "$(grep -oPm1 '"dropped_items": \K\d+' first.log)" 300005
