#!/usr/bin/env bash
# VictoriaMetrics and vmagent 1.151.0: a scrape configuration of Prometheus with refresh_interval in
# http_sd_configs ends the program at its start. The field is Prometheus' own, and its default is the same
# minute; here the interval is a flag for all jobs, -promscrape.httpSDCheckInterval.
#
#   with refresh_interval: field refresh_interval not found in type http.SDConfig
#   without it, exit code: 0
source "$(dirname "$0")/common.sh"
install_go github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@v1.151.0
config() { echo "scrape_configs: [{job_name: a, http_sd_configs: [{url: \"http://127.0.0.1:1/sd\"$1}]}]" >scrape.yml; }
check() { ./victoria-metrics -promscrape.config=scrape.yml -dryRun 2>&1; }
config ', refresh_interval: 30s'
seen 'with refresh_interval' "$(check | grep -o 'field refresh_interval.*http.SDConfig')" 'field refresh_interval not found in type http.SDConfig'
config ''
seen 'without it, exit code' "$(check >/dev/null; echo "$?")" 0
