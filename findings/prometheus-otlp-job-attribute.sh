#!/usr/bin/env bash
# Prometheus 3.16.0: an attribute that is named job or instance vanishes. A point's own gives way to what
# is made of service.name and service.instance.id, and a resource's is not even in target_info. A scrape
# would have kept them as exported_job and exported_instance.
#
#   point with job=nightly of the service shop: job=shop
#   resource with job=nightly and k=v, target_info: instance=i job=shop k=v
#   series with exported_job: 0
source "$(dirname "$0")/common.sh"
# shellcheck source=prometheus-otlp.sh
source "$here/prometheus-otlp.sh"
now=$(date +%s%N)
shop="$(attribute service.name shop),$(attribute service.instance.id i)"
push "$shop" "{\"metrics\":[$(gauge runs "$now" 1 "$(attribute job nightly)")]}" >push.log
push "$shop,$(attribute job nightly),$(attribute k v)" "{\"metrics\":[$(gauge users "$now" 1)]}" >push.log

# labels EXPRESSION: prints those of a series, but for its name.
labels() { query "http://$address/api/v1/query" "$1" | grep -oP '"metric":\{\K[^}]+' | tr ',' '\n' | grep -v __name__ | sed 's/"//g; s/:/=/' | paste -sd' '; }
seen 'point with job=nightly of the service shop' "$(labels runs | grep -o 'job=.*')" 'job=shop'
seen 'resource with job=nightly and k=v, target_info' "$(labels 'target_info{k="v"}')" 'instance=i job=shop k=v'
seen 'series with exported_job' "$(query "http://$address/api/v1/query" '{exported_job!=""}' | grep -c '"metric"' || true)" 0
